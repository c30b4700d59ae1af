#include "config/document.h"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <utility>

#include "aws/shapes.h"
#include "config/store.h"

namespace gust::config {

namespace {

aws::Shape shape_with(std::string_view name, aws::Kind kind) {
  aws::Shape shape{};
  shape.name = name;
  shape.kind = kind;
  return shape;
}

aws::Member member_at(std::size_t offset, std::string_view name, const aws::Shape& shape) {
  aws::Member member{};
  member.name = name;
  member.shape = &shape;
  member.offset = static_cast<std::uint32_t>(offset);
  member.required = true;
  return member;
}

// As the model's own shapes, so that what reads and writes these does it for the whole document.
const aws::Shape& document_shape() {
  using Config = aws::cloudfront::DistributionConfig;
  static const aws::Shape text = shape_with("String", aws::Kind::string);
  static const aws::Shape time = shape_with("Timestamp", aws::Kind::timestamp);
  static const std::array members{
      member_at(offsetof(DistributionDocument, id), "Id", text),
      member_at(offsetof(DistributionDocument, domain_name), "DomainName", text),
      member_at(offsetof(DistributionDocument, last_modified), "LastModifiedTime", time),
      member_at(offsetof(DistributionDocument, config), "DistributionConfig", aws::shape_for<Config>()),
  };
  static const aws::Shape shape = [] {
    aws::Shape document = shape_with("DistributionDocument", aws::Kind::structure);
    document.members = members;
    return document;
  }();
  return shape;
}

}  // namespace

std::string write_document(const DistributionDocument& document) { return aws::json_of(document_shape(), &document); }

Result<DistributionDocument> read_document(std::string_view text) {
  DistributionDocument document;
  TRY_OK(aws::read_json_into(document_shape(), text, &document));
  return document;
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
      read_into(policies.certificates, stored, read_certificate_document, found);
    } else if (key.starts_with(trust_store_prefix)) {
      read_into(policies.trust_stores, stored, read_trust_store_document, found);
    } else {
      found.push_back({key, "The document is of no known kind."});
    }
  }
  return out;
}

}  // namespace gust::config
