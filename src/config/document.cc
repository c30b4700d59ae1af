#include "config/document.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "aws/shapes.h"
#include "base/date.h"
#include "config/store.h"

namespace gust::config {

using nlohmann::json;

std::string write_document(const DistributionDocument& document) {
  json out;
  out["Id"] = document.id;
  out["DomainName"] = document.domain_name;
  out["LastModifiedTime"] = iso8601_exact_of(document.last_modified);
  out["DistributionConfig"] = json::parse(aws::to_json(document.config), nullptr, false);
  return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<DistributionDocument> read_document(std::string_view text) {
  const json in = json::parse(text, nullptr, false);
  if (!in.is_object()) return fail(Errc::bad_syntax, "a distribution's document is not a JSON object");
  const auto text_of = [&](const char* name) -> const std::string* {
    const auto found = in.find(name);
    return found == in.end() ? nullptr : found->get_ptr<const std::string*>();
  };
  const std::string* id = text_of("Id");
  const std::string* domain_name = text_of("DomainName");
  const std::string* modified = text_of("LastModifiedTime");
  const auto config = in.find("DistributionConfig");
  if (!id || !domain_name || !modified || config == in.end() || in.size() != 4) {
    return fail(Errc::bad_value, "a distribution's document has not the members it should have");
  }
  const auto last_modified = read_iso8601(*modified);
  if (!last_modified) return fail(Errc::bad_value, "a distribution's document has a time that cannot be read");
  TRY(auto typed, aws::from_json<aws::cloudfront::DistributionConfig>(config->dump()));
  return DistributionDocument{*id, *domain_name, *last_modified, std::move(typed)};
}

namespace {

template <typename T, typename Read>
void read_into(std::vector<T>& documents, const Document& stored, Read read, Findings& found) {
  Result<T> document = read(stored.value);
  if (document) return documents.push_back(std::move(*document));
  found.push_back({stored.key, fmt::format("The document cannot be read: {}.", document.error().text)});
}

}  // namespace

Documents read_documents(const Listing& listing, Findings& found) {
  Documents out;
  PolicyDocuments& policies = out.policies;
  for (const Document& stored : listing.documents) {
    const std::string& key = stored.key;
    if (key.starts_with(distribution_prefix)) {
      read_into(out.distributions, stored, read_document, found);
    } else if (key.starts_with(cache_policy_prefix)) {
      read_into(policies.cache, stored, aws::from_json<aws::cloudfront::CachePolicy>, found);
    } else if (key.starts_with(origin_request_policy_prefix)) {
      read_into(policies.origin_request, stored, aws::from_json<aws::cloudfront::OriginRequestPolicy>, found);
    } else if (key.starts_with(response_headers_policy_prefix)) {
      read_into(policies.response_headers, stored, aws::from_json<aws::cloudfront::ResponseHeadersPolicy>, found);
    } else if (key.starts_with(origin_access_control_prefix)) {
      read_into(policies.origin_access_controls, stored, aws::from_json<aws::cloudfront::OriginAccessControl>, found);
    } else if (key.starts_with(origin_access_identity_prefix)) {
      read_into(policies.origin_access_identities, stored,
                aws::from_json<aws::cloudfront::CloudFrontOriginAccessIdentity>, found);
    } else if (key.starts_with(continuous_deployment_policy_prefix)) {
      read_into(policies.continuous_deployment, stored, aws::from_json<aws::cloudfront::ContinuousDeploymentPolicy>,
                found);
    } else if (key.starts_with(certificate_prefix)) {
      read_into(out.certificates, stored, read_certificate_document, found);
    } else {
      found.push_back({key, "The document is of no known kind."});
    }
  }
  return out;
}

}  // namespace gust::config
