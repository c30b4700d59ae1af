// Distributions: their operations.
//
// Source: AWS.md section 3; CLOUDFRONT.md section 26. ETags are made of the revision at which the store holds the
//         document, so If-Match is the store's compare-and-set. Status is worked out: Deployed when every live node has
//         confirmed a Snapshot with that revision and those of the policies that it names.
// Errors: the service's, as answers.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "aws/gen/cloudfront.h"
#include "aws/service_error.h"
#include "config/document.h"
#include "config/store.h"
#include "control/control.h"
#include "control/publisher.h"
#include "rt/turns.h"

namespace gust::control {

// What all operations work with. All outlive them.
struct Tools {
  rt::Loop& loop;
  config::Store& store;
  const Settings& settings;
  const Publisher& publisher;
  rt::Turns& turns;
};

struct StoredDistribution {
  config::DistributionDocument document;
  config::Revision revision = config::absent;
};

//   fails  NoSuchDistribution
rt::Task<aws::Answer<StoredDistribution>> find_distribution(const Tools& tools, std::string id);

class Distributions {
 public:
  explicit Distributions(const Tools& tools) : tools_(tools) {}

  rt::Task<aws::Answer<aws::cloudfront::CreateDistributionResult>> create(
      aws::cloudfront::CreateDistributionRequest request);
  rt::Task<aws::Answer<aws::cloudfront::CreateDistributionWithTagsResult>> create_with_tags(
      aws::cloudfront::CreateDistributionWithTagsRequest request);
  rt::Task<aws::Answer<aws::cloudfront::GetDistributionResult>> get(aws::cloudfront::GetDistributionRequest request);
  rt::Task<aws::Answer<aws::cloudfront::GetDistributionConfigResult>> get_config(
      aws::cloudfront::GetDistributionConfigRequest request);
  rt::Task<aws::Answer<aws::cloudfront::ListDistributionsResult>> list(
      aws::cloudfront::ListDistributionsRequest request);
  rt::Task<aws::Answer<aws::cloudfront::UpdateDistributionResult>> update(
      aws::cloudfront::UpdateDistributionRequest request);
  rt::Task<aws::Answer<aws::Nothing>> remove(aws::cloudfront::DeleteDistributionRequest request);

  // Continuous deployment (distribution_staging.cc).
  rt::Task<aws::Answer<aws::cloudfront::CopyDistributionResult>> copy(aws::cloudfront::CopyDistributionRequest request);
  rt::Task<aws::Answer<aws::cloudfront::UpdateDistributionWithStagingConfigResult>> promote(
      aws::cloudfront::UpdateDistributionWithStagingConfigRequest request);

  // Alternate names (distribution_aliases.cc).
  rt::Task<aws::Answer<aws::Nothing>> associate_alias(aws::cloudfront::AssociateAliasRequest request);
  rt::Task<aws::Answer<aws::cloudfront::ListConflictingAliasesResult>> list_conflicting_aliases(
      aws::cloudfront::ListConflictingAliasesRequest request);

  // Lists by what distributions name (distribution_lists.cc).
  rt::Task<aws::Answer<aws::cloudfront::ListDistributionsByWebACLIdResult>> list_by_web_acl(
      aws::cloudfront::ListDistributionsByWebACLIdRequest request);
  rt::Task<aws::Answer<aws::cloudfront::ListDistributionsByRealtimeLogConfigResult>> list_by_realtime_log_config(
      aws::cloudfront::ListDistributionsByRealtimeLogConfigRequest request);
  rt::Task<aws::Answer<aws::cloudfront::ListDistributionsByTrustStoreResult>> list_by_trust_store(
      aws::cloudfront::ListDistributionsByTrustStoreRequest request);
  rt::Task<aws::Answer<aws::cloudfront::ListDistributionsByConnectionModeResult>> list_by_connection_mode(
      aws::cloudfront::ListDistributionsByConnectionModeRequest request);

  // Deletes the invalidations and purges of distributions that are no more, which a crash may have left.
  rt::Task<Result<void>> sweep();

 private:
  struct Created {
    aws::cloudfront::Distribution distribution;
    std::string location, etag;
  };
  rt::Task<aws::Answer<Created>> make(aws::cloudfront::DistributionConfig config,
                                      std::vector<aws::cloudfront::Tag> tags);
  rt::Task<aws::Answer<StoredDistribution>> find_matching(std::string id, std::optional<std::string> if_match);
  rt::Task<aws::Answer<aws::cloudfront::Distribution>> shape_of(StoredDistribution stored);
  using Wanted = std::function<bool(const aws::cloudfront::DistributionConfig&)>;
  // A page of those that are wanted; an empty function wants all.
  rt::Task<aws::Answer<aws::cloudfront::DistributionList>> page_of_those(std::optional<std::string> marker,
                                                                         std::optional<std::string> max_items,
                                                                         Wanted is_wanted);
  rt::Task<aws::Answer<void>> remove_document(aws::cloudfront::DeleteDistributionRequest request);
  rt::Task<Result<void>> sweep_one(std::string id);
  // Whether it may be stored. In a turn of one's own. `before`: the configuration that it takes the place of.
  rt::Task<aws::Answer<void>> check(config::DistributionDocument document,
                                    std::optional<aws::cloudfront::DistributionConfig> before);
  rt::Task<aws::Answer<void>> check_names_are_free(config::DistributionDocument document);
  // `policies` is what the store holds of policies.
  std::string_view status_of(const config::DistributionDocument& document, config::Revision revision,
                             const config::Listing& policies) const;

  Tools tools_;
};

}  // namespace gust::control
