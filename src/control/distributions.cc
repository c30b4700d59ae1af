#include "control/distributions.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "config/origin_name.h"
#include "config/policy_uses.h"
#include "control/answers_internal.h"
#include "control/candidate.h"
#include "control/defaults.h"
#include "control/distribution_shapes.h"
#include "control/ids.h"
#include "control/keys_internal.h"
#include "control/resources.h"
#include "control/staging_patterns.h"
#include "control/tags.h"
#include "control/viewer_certificate.h"
#include "rt/loop.h"

namespace gust::control {

namespace model = aws::cloudfront;
using config::DistributionDocument;

namespace {

DistributionDocument new_document(const Tools& tools, model::DistributionConfig config) {
  fill_defaults(config);
  return {make_distribution_id(random_bytes(tools.loop, id_bytes)),
          fmt::format("{}.{}", make_domain_label(random_bytes(tools.loop, id_bytes)), tools.settings.domain_suffix),
          tools.loop.wall_now(), std::move(config)};
}

// The commit met a document that is there already: the reference is in use.
rt::Task<aws::ServiceError> reference_in_use(const Tools& tools, std::string reference) {
  const auto owner = co_await tools.store.get(distribution_reference_key(reference));
  const std::string id = owner && *owner ? (*owner)->value : "unknown";
  co_return refuse("DistributionAlreadyExists",
                   fmt::format("The caller reference that you are using to create a distribution is associated with "
                               "another distribution. Already exists: {}",
                               id))
      .error();
}

// What a document needs of this installation.
aws::Answer<void> check_surroundings(const model::DistributionConfig& config, const Settings& settings) {
  const bool is_restricted = config.restrictions && config.restrictions->geo_restriction.restriction_type != "none";
  if (is_restricted && !settings.knows_countries) {
    return refuse("InvalidGeoRestrictionParameter",
                  "The setting DistributionConfig.Restrictions.GeoRestriction needs a database of countries, which "
                  "this Gustfront was started without (see --geoip-city).");
  }
  const bool is_logged = config.logging && config.logging->enabled && settings.has_bucket;
  const auto bucket = is_logged ? config::bucket_in(config.logging->bucket) : std::nullopt;
  if (bucket && !settings.has_bucket(*bucket)) {
    return refuse("InvalidArgument", fmt::format("The S3 bucket that you specified for CloudFront logs doesn't exist: "
                                                 "{}",
                                                 config.logging->bucket));
  }
  return {};
}

}  // namespace

rt::Task<aws::Answer<StoredDistribution>> find_distribution(const Tools& tools, std::string id) {
  // What is no id is not asked for: keys of the store have a bound.
  if (!is_resource_id(id)) co_return refuse("NoSuchDistribution", "The specified distribution does not exist.");
  CO_TRY_STORE(const auto stored, co_await tools.store.get(distribution_key(id)));
  if (!stored) co_return refuse("NoSuchDistribution", "The specified distribution does not exist.");
  CO_TRY_STORE(auto document, config::read_document(stored->value));
  co_return StoredDistribution{std::move(document), stored->revision};
}

std::string_view Distributions::status_of(const DistributionDocument& document, config::Revision revision,
                                          const config::Listing& policies) const {
  const config::Revision newest = std::max(revision, config::newest_policy_of(document.config, policies));
  return tools_.publisher.is_deployed(newest) ? "Deployed" : "InProgress";
}

rt::Task<aws::Answer<void>> Distributions::check(DistributionDocument document,
                                                 std::optional<model::DistributionConfig> before) {
  CO_TRY_OK(check_surroundings(document.config, tools_.settings));
  CO_TRY_STORE(const auto listing, co_await tools_.store.list(std::string(config::policy_prefix)));
  config::Findings unreadable;  // the publisher tells them
  config::PolicyDocuments named = config::read_documents(listing, unreadable).policies;
  std::optional<config::CertificateDocument> certificate;
  if (const std::string key = key_of_certificate(document.config); !key.empty()) {
    CO_TRY_STORE(const auto stored, co_await tools_.store.get(key));
    if (stored) {
      CO_TRY_STORE(certificate, config::read_certificate_document(stored->value));
      named.certificates.push_back(*certificate);
    }
  }
  const std::string policy = document.config.continuous_deployment_policy_id.value_or("");
  if (!policy.empty()) {
    CO_TRY(auto users, co_await find_distributions(tools_, [&](const auto& config) {
             return config.continuous_deployment_policy_id == policy;
           }));
    std::erase(users, document.id);
    if (!users.empty()) {
      co_return refuse("ContinuousDeploymentPolicyInUse",
                       fmt::format("The continuous deployment policy is that of the distribution {}.", users.front()));
    }
  }
  CO_TRY_OK(check_candidate(document, named, tools_.settings.quotas));
  if (!before || changes_certificate_or_names(*before, document.config)) {
    CO_TRY_OK(check_viewer_certificate(document.config, certificate));
  }
  if (policy.empty() && !document.config.staging.value_or(false)) co_return aws::Answer<void>();
  CO_TRY_STORE(const auto all, co_await tools_.store.list(std::string(config::config_prefix)));
  config::Documents documents = config::read_documents(all, unreadable);
  std::erase_if(documents.distributions, [&](const auto& other) { return other.id == document.id; });
  const std::string id = document.id;
  documents.distributions.push_back(std::move(document));
  co_return check_staging_patterns(documents, id);
}

rt::Task<aws::Answer<model::Distribution>> Distributions::shape_of(StoredDistribution stored) {
  const std::string& id = stored.document.id;
  CO_TRY_STORE(const auto purges, co_await tools_.store.list(purge_prefix_of(id)));
  CO_TRY_STORE(const auto policies, co_await tools_.store.list(std::string(config::policy_prefix)));
  co_return distribution_of(stored.document, distribution_arn(tools_.settings.account_id, id),
                            status_of(stored.document, stored.revision, policies),
                            static_cast<std::int32_t>(purges.documents.size()));
}

rt::Task<aws::Answer<Distributions::Created>> Distributions::make(model::DistributionConfig config,
                                                                  std::vector<model::Tag> tags) {
  if (config.caller_reference.empty()) co_return refuse("InvalidArgument", "The parameter CallerReference is empty.");
  const DistributionDocument document = new_document(tools_, std::move(config));
  CO_TRY_STORE(const auto turn, co_await tools_.turns.take());
  CO_TRY_OK(co_await check(document, std::nullopt));
  CO_TRY_OK(co_await check_names_are_free(document));
  CO_TRY_OK(check_tags(tags, tools_.settings.quotas));
  CO_TRY_STORE(const auto existing, co_await tools_.store.count(std::string(config::distribution_prefix)));
  const std::string& reference = document.config.caller_reference;
  CO_TRY_STORE(const auto user, co_await tools_.store.get(distribution_reference_key(reference)));
  if (user) co_return std::unexpected(co_await reference_in_use(tools_, reference));
  if (existing >= tools_.settings.quotas.distributions) {
    co_return refuse("TooManyDistributions",
                     "Processing your request would cause you to exceed the maximum number of distributions allowed.");
  }

  std::vector<config::Write> writes;
  writes.push_back({distribution_key(document.id), config::write_document(document), config::absent});
  writes.push_back({distribution_reference_key(reference), document.id, config::absent});
  if (!tags.empty()) writes.push_back({tags_key(document.id), write_tags(tags), config::absent});
  const auto made = co_await tools_.store.commit(std::move(writes));
  if (!made && made.error().code == Errc::conflict) {
    co_return std::unexpected(co_await reference_in_use(tools_, reference));
  }
  if (!made) co_return refuse(made.error());
  co_return Created{
      distribution_of(document, distribution_arn(tools_.settings.account_id, document.id), "InProgress", 0),
      location_of("distribution/" + document.id), etag_of(distribution_key(document.id), *made)};
}

rt::Task<aws::Answer<model::CreateDistributionResult>> Distributions::create(model::CreateDistributionRequest request) {
  CO_TRY(Created created, co_await make(std::move(request.distribution_config), {}));
  co_return model::CreateDistributionResult{std::move(created.distribution), std::move(created.location),
                                            std::move(created.etag)};
}

rt::Task<aws::Answer<model::CreateDistributionWithTagsResult>> Distributions::create_with_tags(
    model::CreateDistributionWithTagsRequest request) {
  auto& both = request.distribution_config_with_tags;
  CO_TRY(Created created, co_await make(std::move(both.distribution_config), std::move(both.tags.items)));
  co_return model::CreateDistributionWithTagsResult{std::move(created.distribution), std::move(created.location),
                                                    std::move(created.etag)};
}

rt::Task<aws::Answer<model::GetDistributionResult>> Distributions::get(model::GetDistributionRequest request) {
  CO_TRY(StoredDistribution stored, co_await find_distribution(tools_, request.id));
  const std::string etag = etag_of(distribution_key(stored.document.id), stored.revision);
  CO_TRY(auto distribution, co_await shape_of(std::move(stored)));
  co_return model::GetDistributionResult{std::move(distribution), etag};
}

rt::Task<aws::Answer<model::GetDistributionConfigResult>> Distributions::get_config(
    model::GetDistributionConfigRequest request) {
  CO_TRY(StoredDistribution stored, co_await find_distribution(tools_, request.id));
  co_return model::GetDistributionConfigResult{std::move(stored.document.config),
                                               etag_of(distribution_key(stored.document.id), stored.revision)};
}

// API-2: the form of If-Match is judged first, then whether the thing is there, then the version.
rt::Task<aws::Answer<StoredDistribution>> Distributions::find_matching(std::string id,
                                                                       std::optional<std::string> if_match) {
  CO_TRY_OK(check_if_match_form(if_match));
  CO_TRY(StoredDistribution stored, co_await find_distribution(tools_, id));
  CO_TRY_OK(check_if_match(*if_match, etag_of(distribution_key(id), stored.revision)));
  co_return std::move(stored);
}

rt::Task<aws::Answer<model::UpdateDistributionResult>> Distributions::update(model::UpdateDistributionRequest request) {
  CO_TRY(StoredDistribution stored, co_await find_matching(request.id, request.if_match));
  if (request.distribution_config.caller_reference != stored.document.config.caller_reference) {
    co_return refuse("IllegalUpdate",
                     "The update contains modifications that are not allowed: CallerReference cannot be changed.");
  }
  fill_defaults(request.distribution_config);
  if (request.distribution_config.staging.value_or(false) != stored.document.config.staging.value_or(false)) {
    co_return refuse("IllegalUpdate",
                     "The update contains modifications that are not allowed: Staging cannot be changed.");
  }
  const model::DistributionConfig before =
      std::exchange(stored.document.config, std::move(request.distribution_config));
  stored.document.last_modified = tools_.loop.wall_now();
  CO_TRY_STORE(const auto turn, co_await tools_.turns.take());
  CO_TRY_OK(co_await check(stored.document, before));
  if (changes_certificate_or_names(before, stored.document.config)) {
    CO_TRY_OK(co_await check_names_are_free(stored.document));
  }
  const std::string key = distribution_key(stored.document.id);
  const auto made = co_await tools_.store.put(key, config::write_document(stored.document), stored.revision);
  if (!made && made.error().code == Errc::conflict) {
    co_return refuse("PreconditionFailed", "The distribution was changed by another request meanwhile.");
  }
  if (!made) co_return refuse(made.error());
  CO_TRY(auto distribution, co_await shape_of({std::move(stored.document), *made}));
  distribution.status = "InProgress";  // also where the nodes were quicker than this answer: clients look for it
  co_return model::UpdateDistributionResult{std::move(distribution), etag_of(key, *made)};
}

rt::Task<aws::Answer<aws::Nothing>> Distributions::remove(model::DeleteDistributionRequest request) {
  CO_TRY_OK(co_await remove_document(request));
  // What this leaves behind after an error goes at the next start.
  static_cast<void>(co_await sweep_one(request.id));
  co_return aws::Nothing{};
}

// In a turn: others store that a distribution is there.
rt::Task<aws::Answer<void>> Distributions::remove_document(model::DeleteDistributionRequest request) {
  CO_TRY_STORE(const auto turn, co_await tools_.turns.take());
  CO_TRY(const StoredDistribution stored, co_await find_matching(request.id, request.if_match));
  // API-4: disabled, and every node knows it.
  if (stored.document.config.enabled || !tools_.publisher.is_deployed(stored.revision)) {
    co_return refuse("DistributionNotDisabled", "The distribution you are trying to delete has not been disabled.");
  }
  const std::string reference_key = distribution_reference_key(stored.document.config.caller_reference);
  CO_TRY_STORE(const auto reference, co_await tools_.store.get(reference_key));
  CO_TRY_STORE(const auto tags, co_await tools_.store.get(tags_key(request.id)));
  CO_TRY_STORE(const auto monitoring, co_await tools_.store.get(monitoring_subscription_key(request.id)));
  std::vector<config::Write> writes;
  writes.push_back({distribution_key(request.id), std::nullopt, stored.revision});
  if (reference) writes.push_back({reference_key, std::nullopt, reference->revision});
  if (tags) writes.push_back({tags->key, std::nullopt, tags->revision});
  if (monitoring) writes.push_back({monitoring->key, std::nullopt, monitoring->revision});
  const auto made = co_await tools_.store.commit(std::move(writes));
  if (!made && made.error().code == Errc::conflict) {
    co_return refuse("PreconditionFailed", "The distribution was changed by another request meanwhile.");
  }
  if (!made) co_return refuse(made.error());
  co_return aws::Answer<void>();
}

rt::Task<Result<void>> Distributions::sweep_one(std::string id) {
  constexpr std::size_t batch = 100;
  for (const std::string& prefix :
       {invalidation_prefix_of(id), invalidation_reference_prefix_of(id), purge_prefix_of(id)}) {
    CO_TRY(const config::Listing listing, co_await tools_.store.list(prefix));
    for (std::size_t at = 0; at < listing.documents.size(); at += batch) {
      std::vector<config::Write> writes;
      for (std::size_t i = at; i < std::min(at + batch, listing.documents.size()); ++i) {
        writes.push_back({listing.documents[i].key, std::nullopt, listing.documents[i].revision});
      }
      CO_TRY_OK(co_await tools_.store.commit(std::move(writes)));
    }
  }
  co_return Result<void>();
}

rt::Task<Result<void>> Distributions::sweep() {
  std::set<std::string> owners;
  for (const std::string_view prefix : {invalidation_prefix, invalidation_reference_prefix, purge_prefix}) {
    CO_TRY(const config::Listing listing, co_await tools_.store.list(std::string(prefix)));
    for (const config::Document& stored : listing.documents) {
      owners.emplace(cut(std::string_view(stored.key).substr(prefix.size()), '/').before);
    }
  }
  for (const std::string& id : owners) {
    CO_TRY(const auto distribution, co_await tools_.store.get(distribution_key(id)));
    if (!distribution) CO_TRY_OK(co_await sweep_one(id));
  }
  co_return Result<void>();
}

}  // namespace gust::control
