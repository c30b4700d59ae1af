// Continuous deployment: its policies, and the distributions that they join.
//
// Source: CD-1, CD-2 (CLOUDFRONT.md section 23).
#include <algorithm>

#include "aws/shapes.h"
#include "base/text.h"
#include "config/compile.h"
#include "config/compile_internal.h"
#include "config/settings_table.h"

namespace gust::config {
namespace {

namespace model = aws::cloudfront;

void compile_weight(const model::TrafficConfig& traffic, const Place& place, StagingShare& out) {
  out.by = StagingShare::By::weight;
  if (!traffic.single_weight_config) return place.tell("SingleWeightConfig is required for the type SingleWeight.");
  out.weight = traffic.single_weight_config->weight;
  place.in("SingleWeightConfig.Weight")
      .expect(out.weight >= 0 && out.weight <= 0.15, "The weight is a number from 0 to 0.15.");
}

void compile_header(const model::TrafficConfig& traffic, const Place& place, StagingShare& out) {
  if (!traffic.single_header_config) return place.tell("SingleHeaderConfig is required for the type SingleHeader.");
  out.header = to_lower(traffic.single_header_config->header);
  out.value = traffic.single_header_config->value;
  const Place here = place.in("SingleHeaderConfig");
  here.in("Header").expect(out.header.starts_with("aws-cf-cd-") && is_token(out.header) && out.header.size() <= 256,
                           "The header name begins with aws-cf-cd- and is a token of at most 256 characters.");
  here.in("Value").expect(!out.value.empty() && is_field_value(out.value) && out.value.size() <= 1783,
                          "The header value is empty, longer than 1783 characters or holds some that are not allowed.");
}

StagingShare compile_share(const model::ContinuousDeploymentPolicyConfig& config, const Place& place) {
  StagingShare out;
  const auto& names = config.staging_distribution_dns_names.items;
  place.in("StagingDistributionDnsNames").expect(names.size() == 1, "A policy names one staging distribution.");
  if (!names.empty()) out.domain_name = to_lower(names.front());
  if (!config.traffic_config) {
    place.in("TrafficConfig").expect(!config.enabled, "A policy that is enabled says which traffic it is about.");
  } else if (config.traffic_config->type == "SingleWeight") {
    compile_weight(*config.traffic_config, place.in("TrafficConfig"), out);
  } else {
    compile_header(*config.traffic_config, place.in("TrafficConfig"), out);
  }
  return out;
}

}  // namespace

Findings check_policy(const model::ContinuousDeploymentPolicyConfig& config) {
  const aws::Shape& shape = aws::shape_for<model::ContinuousDeploymentPolicyConfig>();
  Findings found = check_settings(shape, &config, shape.name);
  static_cast<void>(compile_share(config, Place(found, std::string(shape.name))));
  return found;
}

void compile_staging(const model::DistributionConfig& config, const PolicySet& policies, const Place& place,
                     Distribution& out) {
  out.is_staging = config.staging.value_or(false);
  place.in("Aliases").expect(
      !out.is_staging || out.aliases.empty(),
      "A staging distribution has no alternate domain names of its own: viewers reach it by those "
      "of the primary one.");
  const std::string id = config.continuous_deployment_policy_id.value_or("");
  if (id.empty()) return;
  const Place here = place.in("ContinuousDeploymentPolicyId");
  here.expect(!out.is_staging, "A staging distribution has no continuous deployment policy of its own.");
  const model::ContinuousDeploymentPolicyConfig* policy = policies.continuous_deployment(id);
  if (policy == nullptr) {
    return here.tell("The continuous deployment policy does not exist.", "NoSuchContinuousDeploymentPolicy");
  }
  if (!policy->enabled) return;
  Findings of_policy;  // told as the policy was stored
  out.staging = compile_share(*policy, Place(of_policy, id));
}

}  // namespace gust::config
