// Documents: what the store keeps of distributions and policies, and their text form.
//
// Shape:  JSON in the members of the service's model; nothing that can be worked out again (status, ARN, ETag) is kept.
//         A document's revision in the store is its version: ETag and Deployed are made from it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "aws/gen/cloudfront.h"
#include "base/result.h"
#include "base/time.h"
#include "config/certificate_document.h"
#include "config/finding.h"
#include "config/trust_store_document.h"

namespace gust::config {

struct Listing;

// All that a Snapshot is made of stands under one prefix, so that one listing shows it as of one moment.
inline constexpr std::string_view config_prefix = "cloudfront/config/";
// What follows is an id, as in `cloudfront/config/distribution/E123`.
inline constexpr std::string_view distribution_prefix = "cloudfront/config/distribution/";
// What distributions name by an id.
inline constexpr std::string_view policy_prefix = "cloudfront/config/policy/";
inline constexpr std::string_view cache_policy_prefix = "cloudfront/config/policy/cache/";
inline constexpr std::string_view origin_request_policy_prefix = "cloudfront/config/policy/origin-request/";
inline constexpr std::string_view response_headers_policy_prefix = "cloudfront/config/policy/response-headers/";
inline constexpr std::string_view origin_access_control_prefix = "cloudfront/config/policy/origin-access-control/";
inline constexpr std::string_view origin_access_identity_prefix = "cloudfront/config/policy/origin-access-identity/";
inline constexpr std::string_view continuous_deployment_policy_prefix =
    "cloudfront/config/policy/continuous-deployment/";

struct DistributionDocument {
  std::string id;
  std::string domain_name;
  WallTime last_modified{};
  aws::cloudfront::DistributionConfig config;
};

std::string write_document(const DistributionDocument& document);

//   fails  bad_syntax; bad_value: a member is missing, unknown or of a wrong type
Result<DistributionDocument> read_document(std::string_view text);

// What distributions name by an id: the account's own policies, of behaviours and of origins, whose text is the model's
// shape (aws::to_json, aws::from_json), certificates and trust stores.
struct PolicyDocuments {
  std::vector<aws::cloudfront::CachePolicy> cache;
  std::vector<aws::cloudfront::OriginRequestPolicy> origin_request;
  std::vector<aws::cloudfront::ResponseHeadersPolicy> response_headers;
  std::vector<aws::cloudfront::OriginAccessControl> origin_access_controls;
  std::vector<aws::cloudfront::CloudFrontOriginAccessIdentity> origin_access_identities;
  std::vector<aws::cloudfront::ContinuousDeploymentPolicy> continuous_deployment;
  std::vector<CertificateDocument> certificates;
  std::vector<TrustStoreDocument> trust_stores;
};

struct Documents {
  std::vector<DistributionDocument> distributions;
  PolicyDocuments policies;
};

// How an origin's S3OriginConfig names an origin access identity: this, then the id.
inline constexpr std::string_view origin_access_identity_path = "origin-access-identity/cloudfront/";

// What a listing under `config_prefix`, or under a prefix of it, holds. What cannot be read is a finding under its key.
Documents read_documents(const Listing& listing, Findings& found);

}  // namespace gust::config
