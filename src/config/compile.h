// Compiling: documents to a Snapshot, all or nothing.
//
// Source: DESIGN.md decision 9; the rules of AWS.md "Validation worth having on day one" and of CLOUDFRONT.md by their
// ids. Shape:  pure functions. A finding carries the service's error code, so the API's refusals are made here too.
// Errors: findings, each with the place in the document; all that are found, not the first.
#pragma once

#include <expected>
#include <optional>
#include <span>
#include <string>

#include "config/document.h"
#include "config/finding.h"
#include "config/snapshot.h"
#include "config/store.h"

namespace gust::config {

// The Snapshot of the store at `revision`. Paths of findings begin with the id of a distribution or policy.
std::expected<SnapshotRef, Findings> compile(Revision revision, std::span<const DistributionDocument> documents,
                                             const PolicyDocuments& policies = {});

// What is wrong with one distribution by itself; policies of other kinds than the managed ones are those of `policies`.
// Paths begin with `DistributionConfig`.
Findings check_distribution(const DistributionDocument& document, const PolicyDocuments& policies = {});

// The first of `documents` that is wrong with these policies, which are right by themselves.
struct Misfit {
  std::string id;
  Findings found;
};
std::optional<Misfit> find_misfit(std::span<const DistributionDocument> documents, const PolicyDocuments& policies);

// What is wrong with one policy by itself. Paths begin with `CachePolicyConfig` and the like.
Findings check_policy(const aws::cloudfront::CachePolicyConfig& config);
Findings check_policy(const aws::cloudfront::OriginRequestPolicyConfig& config);
Findings check_policy(const aws::cloudfront::ResponseHeadersPolicyConfig& config);
Findings check_policy(const aws::cloudfront::OriginAccessControlConfig& config);
Findings check_policy(const aws::cloudfront::CloudFrontOriginAccessIdentityConfig& config);
Findings check_policy(const aws::cloudfront::ContinuousDeploymentPolicyConfig& config);

}  // namespace gust::config
