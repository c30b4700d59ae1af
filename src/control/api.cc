#include "control/api.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <type_traits>
#include <utility>

#include "aws/gen/cloudfront.h"
#include "aws/sigv4.h"
#include "base/text.h"
#include "control/answers_internal.h"
#include "control/refused_operations.h"
#include "rt/loop.h"

namespace gust::control {

namespace op = aws::cloudfront::op;

namespace {

// The part of the API that a handler belongs to, by the handler's type.
template <typename Handler>
struct Owner;
template <typename Part, typename Result, typename Input>
struct Owner<Result (Part::*)(Input)> {
  using Type = Part;
};

// All of them work with the same tools.
template <typename Parts>
Parts make_parts(const Tools& tools) {
  return [&]<typename... Part>(std::type_identity<std::tuple<Part...>>) {
    return Parts{Part(tools)...};
  }(std::type_identity<Parts>());
}

std::unexpected<aws::ServiceError> refuse_operation(const aws::Operation& operation) {
  const RefusedOperation* refused = find_refused_operation(operation.name);
  if (refused == nullptr) return std::unexpected(aws::not_implemented(aws::cloudfront::service(), operation));
  return aws::refuse("NotImplemented", 501,
                     fmt::format("The operation {} is not provided by this release of Gustfront: {}.", refused->name,
                                 refused->reason));
}

// API-2: where the model requires an If-Match, a missing one still has the code of a malformed one.
aws::Answer<void> check_has_if_match(const aws::Operation& operation, const aws::WireRequest& request) {
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
Api::Output Api::run(Api& api, const aws::Route& route, const aws::OperationRequest& request,
                     const aws::RequestId& id) {
  const aws::Service& service = aws::cloudfront::service();
  CO_TRY(auto input, aws::read_input<Op>(service, route, request));
  using Part = typename Owner<decltype(handler)>::Type;
  CO_TRY(const auto output, co_await (std::get<Part>(api.parts_).*handler)(std::move(input)));
  co_return aws::write_output<Op>(service, output, id);
}

template <typename Op, auto handler>
void Api::add() {
  rows_[&Op::operation()] = &Api::run<Op, handler>;
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

Api::Api(const Tools& tools, const FindSecret& find_secret)
    : tools_(tools), find_secret_(find_secret), parts_(make_parts<Parts>(tools)) {
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
  add<op::ListDistributionsByWebACLId, &Distributions::list_by_web_acl>();
  add<op::ListDistributionsByRealtimeLogConfig, &Distributions::list_by_realtime_log_config>();
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
  add<op::ListStreamingDistributions, &EmptyLists::list<op::ListStreamingDistributions>>();
  add<op::ListContinuousDeploymentPolicies, &EmptyLists::list<op::ListContinuousDeploymentPolicies>>();
}

aws::RequestId Api::new_request_id() {
  std::array<char, 16> bytes{};
  tools_.loop.fill_secret(bytes);
  return {aws::make_request_id({bytes.data(), bytes.size()}), {}};
}

aws::VerifyRules Api::rules_for(std::string_view body) const {
  return {.service = "cloudfront", .region = "us-east-1", .now = tools_.loop.wall_now(), .body = body};
}

aws::WireAnswer Api::refusal(const aws::ServiceError& error, bool is_head) {
  return aws::write_error(aws::cloudfront::service(), error, new_request_id(), is_head);
}

std::optional<aws::WireAnswer> Api::refusal_before_body(const aws::WireRequest& request) {
  const auto verified = aws::verify_signature(request, rules_for({}), find_secret_);
  if (verified || verified.error().code == "SignatureDoesNotMatch") return std::nullopt;
  return refusal(verified.error(), request.method == "HEAD");
}

rt::Task<aws::WireAnswer> Api::answer(aws::WireRequest request, std::string_view body) {
  const aws::RequestId id = new_request_id();
  const bool is_head = request.method == "HEAD";
  auto answer = co_await try_answer(request, body, id);
  if (answer) co_return std::move(*answer);
  co_return aws::write_error(aws::cloudfront::service(), answer.error(), id, is_head);
}

Api::Output Api::try_answer(aws::WireRequest request, std::string_view body, const aws::RequestId& id) {
  CO_TRY_OK(aws::verify_signature(request, rules_for(body), find_secret_));
  const auto query = aws::read_query(request.query);
  if (!query) co_return refuse("InvalidArgument", "The query cannot be read.");
  const aws::OperationRequest asked{.method = request.method,
                                    .path = request.path,
                                    .query = *query,
                                    .headers = request.headers,
                                    .bucket = {},
                                    .key = {},
                                    .body = body};
  CO_TRY(const aws::Route route, aws::find_operation(aws::cloudfront::service(), asked));
  const auto row = rows_.find(route.operation);
  if (row == rows_.end()) co_return refuse_operation(*route.operation);
  CO_TRY_OK(check_has_if_match(*route.operation, request));
  co_return co_await row->second(*this, route, asked, id);
}

}  // namespace gust::control
