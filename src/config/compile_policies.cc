// Policies of a behaviour: by id, or the legacy members.
//
// Source: CLOUDFRONT.md sections 6.2 to 6.4.
#include <algorithm>
#include <array>

#include "aws/shapes.h"
#include "base/text.h"
#include "config/compile_internal.h"
#include "config/managed_documents.h"
#include "config/settings_table.h"

namespace gust::config {
namespace {

namespace model = aws::cloudfront;

bool is_given(const std::optional<std::string>& id) { return id && !id->empty(); }
bool is_set(const std::optional<std::int64_t>& ttl) { return ttl.value_or(0) != 0; }

// Compiles each of `documents` into `made`, by id. Paths of findings are "ID.CachePolicyConfig" and so on.
template <typename Document, typename Config, typename Made, typename Compile>
void compile_all(const std::vector<Document>& documents, Config Document::* config, Compile compile_one,
                 std::map<std::string, Made>& made, Findings& found) {
  for (const Document& document : documents) {
    const aws::Shape& shape = aws::shape_for<Config>();
    const Place place(found, fmt::format("{}.{}", document.id, shape.name));
    Made& policy = made[document.id];
    policy = compile_one(document.*config, place);
    policy.id = document.id;
    policy.name = (document.*config).name;
  }
}

// The account's own policy of that id, or the managed one. What a managed one names beyond this release is left out
// silently: nobody who uses it has asked for it by name.
template <typename Made, typename Managed, typename Compile>
std::optional<Made> find_policy(const std::map<std::string, Made>& own, const std::string& id, const Managed* managed,
                                Compile compile_document) {
  if (const auto found = own.find(id); found != own.end()) return found->second;
  if (managed == nullptr) return std::nullopt;
  Findings untold;
  Made made = compile_document(document_of(*managed), Place(untold, id));
  made.id = id;
  made.name = managed->name;
  return made;
}

template <typename Config, typename Compile>
Findings check(const Config& config, Compile compile_one) {
  const aws::Shape& shape = aws::shape_for<Config>();
  Findings found = check_settings(shape, &config, shape.name);
  static_cast<void>(compile_one(config, Place(found, std::string(shape.name))));
  return found;
}

CachePolicy find_cache_policy(const PolicySet& policies, const std::string& id, Origin::Kind target,
                              const Place& place) {
  std::optional<CachePolicy> policy = policies.cache(id);
  if (!policy) {
    place.tell("The specified cache policy does not exist.", "NoSuchCachePolicy");
    return {};
  }
  place.expect(
      target != Origin::Kind::bucket || std::ranges::find(policy->headers.names, "host") == policy->headers.names.end(),
      "The headers specified are not valid for an Amazon S3 origin.", "InvalidHeadersForS3Origin");  // KEY-9
  return std::move(*policy);
}

OriginRequestPolicy find_origin_request_policy(const PolicySet& policies, const std::string& id, const Place& place) {
  std::optional<OriginRequestPolicy> policy = policies.origin_request(id);
  if (!policy) {
    place.tell("The specified origin request policy does not exist.", "NoSuchOriginRequestPolicy");
    return {};
  }
  return std::move(*policy);
}

}  // namespace

PolicySet::PolicySet(const PolicyDocuments& documents, Findings& found) {
  compile_all(documents.cache, &model::CachePolicy::cache_policy_config, compile_cache_policy, cache_, found);
  compile_all(documents.origin_request, &model::OriginRequestPolicy::origin_request_policy_config,
              compile_origin_request_policy, origin_request_, found);
  compile_all(documents.response_headers, &model::ResponseHeadersPolicy::response_headers_policy_config,
              compile_response_headers_policy, response_headers_, found);
  for (const model::OriginAccessControl& control : documents.origin_access_controls) {
    origin_access_controls_[control.id] =
        control.origin_access_control_config.value_or(model::OriginAccessControlConfig{});
  }
  for (const model::CloudFrontOriginAccessIdentity& identity : documents.origin_access_identities) {
    origin_access_identities_.insert(identity.id);
  }
  for (const model::ContinuousDeploymentPolicy& document : documents.continuous_deployment) {
    continuous_deployment_[document.id] = document.continuous_deployment_policy_config;
  }
  for (const TrustStoreDocument& document : documents.trust_stores) {
    trust_stores_[document.id] = std::make_shared<const TrustStoreDocument>(document);
  }
  for (const CertificateDocument& document : documents.certificates) {
    if (!document.certificate.empty()) {
      certificates_[document.arn] = std::make_shared<const CertificateDocument>(document);
    }
  }
}

std::shared_ptr<const TrustStoreDocument> PolicySet::trust_store(const std::string& id) const {
  const auto found = trust_stores_.find(id);
  return found == trust_stores_.end() ? nullptr : found->second;
}

std::shared_ptr<const CertificateDocument> PolicySet::certificate(const std::string& arn) const {
  const auto found = certificates_.find(arn);
  return found == certificates_.end() ? nullptr : found->second;
}

const model::OriginAccessControlConfig* PolicySet::origin_access_control(const std::string& id) const {
  const auto found = origin_access_controls_.find(id);
  return found == origin_access_controls_.end() ? nullptr : &found->second;
}

const model::ContinuousDeploymentPolicyConfig* PolicySet::continuous_deployment(const std::string& id) const {
  const auto found = continuous_deployment_.find(id);
  return found == continuous_deployment_.end() ? nullptr : &found->second;
}

std::optional<CachePolicy> PolicySet::cache(const std::string& id) const {
  return find_policy(cache_, id, find_managed_cache_policy(id),
                     [](const model::CachePolicy& document, const Place& place) {
                       return compile_cache_policy(document.cache_policy_config, place);
                     });
}

std::optional<OriginRequestPolicy> PolicySet::origin_request(const std::string& id) const {
  return find_policy(origin_request_, id, find_managed_origin_request_policy(id),
                     [](const model::OriginRequestPolicy& document, const Place& place) {
                       return compile_origin_request_policy(document.origin_request_policy_config, place);
                     });
}

std::optional<ResponseHeadersPolicy> PolicySet::response_headers(const std::string& id) const {
  return find_policy(response_headers_, id, find_managed_response_headers_policy(id),
                     [](const model::ResponseHeadersPolicy& document, const Place& place) {
                       return compile_response_headers_policy(document.response_headers_policy_config, place);
                     });
}

Findings check_policy(const model::CachePolicyConfig& config) { return check(config, compile_cache_policy); }
Findings check_policy(const model::OriginRequestPolicyConfig& config) {
  return check(config, compile_origin_request_policy);
}
Findings check_policy(const model::ResponseHeadersPolicyConfig& config) {
  return check(config, compile_response_headers_policy);
}

bool is_hop_header(std::string_view name) {
  constexpr std::array<std::string_view, 5> names = {"connection", "cookie", "proxy-authorization", "te", "upgrade"};
  return std::ranges::find(names, name) != names.end();
}

void refuse_viewer_headers(const std::vector<std::string>& names, ListedIn where, const Place& place) {
  for (const std::string& name : names) {
    if (std::string objection = objection_to_viewer_header(name, where); !objection.empty()) {
      place.tell(std::move(objection));
    }
  }
}

Policies compile_policies(const model::CacheBehavior& behavior, Origin::Kind target, const PolicySet& policies,
                          const Place& place) {
  Policies out;
  if (is_given(behavior.cache_policy_id)) {
    place.in("ForwardedValues")
        .expect(
            !behavior.forwarded_values,
            "The parameter ForwardedValues cannot be used when a cache policy is associated to the cache behavior.");
    place.expect(!is_set(behavior.min_ttl) && !is_set(behavior.default_ttl) && !is_set(behavior.max_ttl),
                 "The parameters MinTTL, DefaultTTL and MaxTTL cannot be used when a cache policy is associated to the "
                 "cache behavior.");
    out.cache = find_cache_policy(policies, *behavior.cache_policy_id, target, place.in("CachePolicyId"));
    if (is_given(behavior.origin_request_policy_id)) {
      out.origin_request =
          find_origin_request_policy(policies, *behavior.origin_request_policy_id, place.in("OriginRequestPolicyId"));
    }
  } else {
    place.in("OriginRequestPolicyId")
        .expect(!is_given(behavior.origin_request_policy_id),
                "An origin request policy needs a cache policy on the same cache behavior.");  // ORP-1
    if (behavior.forwarded_values) {
      out = compile_forwarded_values(behavior, target, place);
    } else {
      place.in("ForwardedValues").tell("The parameter ForwardedValues is required where there is no CachePolicyId.");
    }
  }
  if (is_given(behavior.response_headers_policy_id)) {
    out.response_headers = policies.response_headers(*behavior.response_headers_policy_id);
    place.in("ResponseHeadersPolicyId")
        .expect(out.response_headers.has_value(), "The specified response headers policy does not exist.",
                "NoSuchResponseHeadersPolicy");
  }
  return out;
}

}  // namespace gust::config
