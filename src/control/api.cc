#include "control/api.h"

#include <fmt/format.h>

#include <algorithm>
#include <type_traits>

#include "aws/gen/cloudfront.h"
#include "base/text.h"
#include "control/refused_operations.h"

namespace gust::control {

namespace op = aws::cloudfront::op;

namespace {

// The part of the API that a handler belongs to, by the handler's type.
template <typename Handler>
struct Owner;
template <typename Part, typename Result, typename... Input>
struct Owner<Result (Part::*)(Input...)> {
  using Type = Part;
};

// All of them work with the same tools.
template <typename Parts>
Parts make_parts(const Tools& tools) {
  return [&]<typename... Part>(std::type_identity<std::tuple<Part...>>) {
    return Parts{Part(tools)...};
  }(std::type_identity<Parts>());
}

aws::ServiceError refusal_of_operation(const aws::Operation& operation) {
  const RefusedOperation* refused = find_refused_operation(operation.name);
  if (refused == nullptr) return aws::not_implemented(aws::cloudfront::service(), operation);
  return {
      "NotImplemented",
      501,
      fmt::format("The operation {} is not provided by this release of Gustfront: {}.", refused->name, refused->reason),
      {}};
}

// API-2: where the model requires an If-Match, a missing one still has the code of a malformed one.
aws::Answer<void> check_has_if_match(const aws::Operation& operation, const aws::OperationRequest& request) {
  if (operation.input == nullptr) return {};
  const auto is_it = [](const auto& header) { return equal_fold(header.name, "If-Match"); };
  const bool is_required = std::ranges::any_of(operation.input->members, [](const aws::Member& member) {
    return member.required && member.location == aws::Location::header && equal_fold(member.wire, "If-Match");
  });
  if (is_required && std::ranges::none_of(request.headers, is_it)) return check_if_match_form(std::nullopt);
  return {};
}

}  // namespace

template <typename Op, auto handler>
void Api::add() {
  handlers_.add<Op, handler>(std::get<typename Owner<decltype(handler)>::Type>(parts_));
}

template <typename Op>
void Api::add_empty_list() {
  add<Op, &EmptyLists::list<Op>>();
}

template <typename Family>
void Api::add_resources() {
  using Part = Resources<Family>;
  add<typename Family::Create, &Part::create>();
  add<typename Family::Get, &Part::get>();
  add<typename Family::GetConfig, &Part::get_config>();
  add<typename Family::ListAll, &Part::list>();
  add<typename Family::Update, &Part::update>();
  add<typename Family::Delete, &Part::remove>();
  if constexpr (!std::is_same_v<typename Family::ListUsers, NoOperation>) {
    add<typename Family::ListUsers, &Part::list_users>();
  }
}

Api::Api(const Tools& tools) : parts_(make_parts<Parts>(tools)), handlers_(aws::cloudfront::service()) {
  add<op::CreateDistribution, &Distributions::create>();
  add<op::CreateDistributionWithTags, &Distributions::create_with_tags>();
  add<op::GetDistribution, &Distributions::get>();
  add<op::GetDistributionConfig, &Distributions::get_config>();
  add<op::ListDistributions, &Distributions::list>();
  add<op::UpdateDistribution, &Distributions::update>();
  add<op::DeleteDistribution, &Distributions::remove>();
  add<op::CreateInvalidation, &Invalidations::create>();
  add<op::GetInvalidation, &Invalidations::get>();
  add<op::ListInvalidations, &Invalidations::list>();
  add<op::TagResource, &Tags::add>();
  add<op::UntagResource, &Tags::remove>();
  add<op::ListTagsForResource, &Tags::list>();
  add_resources<CachePolicyFamily>();
  add_resources<OriginRequestPolicyFamily>();
  add_resources<ResponseHeadersPolicyFamily>();
  add_resources<ContinuousDeploymentPolicyFamily>();
  add_resources<FieldLevelEncryptionConfigFamily>();
  add_resources<FieldLevelEncryptionProfileFamily>();
  add<op::CopyDistribution, &Distributions::copy>();
  add<op::UpdateDistributionWithStagingConfig, &Distributions::promote>();
  add<op::ListDistributionsByWebACLId, &Distributions::list_by_web_acl>();
  add<op::ListDistributionsByRealtimeLogConfig, &Distributions::list_by_realtime_log_config>();
  add<op::AssociateAlias, &Distributions::associate_alias>();
  add<op::ListConflictingAliases, &Distributions::list_conflicting_aliases>();
  add<op::CreateFunction, &Functions::create>();
  add<op::DescribeFunction, &Functions::describe>();
  add<op::GetFunction, &Functions::get>();
  add<op::UpdateFunction, &Functions::update>();
  add<op::PublishFunction, &Functions::publish>();
  add<op::DeleteFunction, &Functions::remove>();
  add<op::ListFunctions, &Functions::list>();
  add<op::CreateRealtimeLogConfig, &RealtimeLogs::create>();
  add<op::GetRealtimeLogConfig, &RealtimeLogs::get>();
  add<op::UpdateRealtimeLogConfig, &RealtimeLogs::update>();
  add<op::DeleteRealtimeLogConfig, &RealtimeLogs::remove>();
  add<op::ListRealtimeLogConfigs, &RealtimeLogs::list>();
  add<op::CreateMonitoringSubscription, &Monitoring::create>();
  add<op::GetMonitoringSubscription, &Monitoring::get>();
  add<op::DeleteMonitoringSubscription, &Monitoring::remove>();
  add_resources<OriginAccessControlFamily>();
  add_resources<OriginAccessIdentityFamily>();
  add_resources<PublicKeyFamily>();
  add_resources<KeyGroupFamily>();
  add<op::CreateKeyValueStore, &KeyValueStores::create>();
  add<op::DescribeKeyValueStore, &KeyValueStores::describe>();
  add<op::UpdateKeyValueStore, &KeyValueStores::update>();
  add<op::DeleteKeyValueStore, &KeyValueStores::remove>();
  add<op::ListKeyValueStores, &KeyValueStores::list>();
  add<op::CreateTrustStore, &TrustStores::create>();
  add<op::GetTrustStore, &TrustStores::get>();
  add<op::UpdateTrustStore, &TrustStores::update>();
  add<op::DeleteTrustStore, &TrustStores::remove>();
  add<op::ListTrustStores, &TrustStores::list>();
  add<op::ListDistributionsByTrustStore, &Distributions::list_by_trust_store>();
  add<op::ListDistributionsByConnectionMode, &Distributions::list_by_connection_mode>();
  add_empty_list<op::ListStreamingDistributions>();
  add_empty_list<op::ListVpcOrigins>();
  add_empty_list<op::ListAnycastIpLists>();
  add_empty_list<op::ListDistributionTenants>();
  add_empty_list<op::ListDistributionTenantsByCustomization>();
  add_empty_list<op::ListConnectionGroups>();
  add_empty_list<op::ListConnectionFunctions>();
  add_empty_list<op::ListDistributionsByVpcOriginId>();
  add_empty_list<op::ListDistributionsByAnycastIpListId>();
  add_empty_list<op::ListDistributionsByConnectionFunction>();
}

std::optional<aws::ServiceError> Api::refusal_of(const aws::Operation& operation,
                                                 const aws::OperationRequest& request) const {
  if (!handlers_.has(operation)) return refusal_of_operation(operation);
  if (auto checked = check_has_if_match(operation, request); !checked) return std::move(checked.error());
  return std::nullopt;
}

}  // namespace gust::control
