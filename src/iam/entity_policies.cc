#include "iam/entity_policies.h"

#include <functional>
#include <utility>

#include "iam/answers_internal.h"

namespace gust::iam {
namespace {

namespace op = aws::iam::op;

template <typename Request>
constexpr bool is_of_user = requires(const Request& request) { request.user_name; };

// A copy of the entity that a request names.
template <typename Request>
auto find_entity(const Book& book, const Request& request) {
  if constexpr (is_of_user<Request>) {
    return find_user(book, request.user_name);
  } else {
    return find_group(book, request.group_name);
  }
}

std::string name_in_arn(std::string_view arn) { return std::string(arn.substr(arn.rfind('/') + 1)); }

template <typename Request>
std::unexpected<aws::ServiceError> no_such_inline(const Request& request) {
  return no_such(is_of_user<Request> ? "user policy" : "group policy", request.policy_name);
}

}  // namespace

template <typename Op>
NothingTask EntityPolicies::attach(typename Op::Input request) {
  CO_TRY(const Book::Turn turn, co_await book_.take_turn());
  CO_TRY(auto entity, find_entity(book_, request));
  if (!book_.find_document(request.policy_arn)) {
    co_return refuse("NoSuchEntity", fmt::format("Policy {} does not exist or is not attachable.", request.policy_arn));
  }
  if (std::ranges::find(entity.attached, request.policy_arn) != entity.attached.end()) co_return aws::Nothing{};
  if (entity.attached.size() >= book_.quotas().attached_policies) {
    co_return over_quota(is_of_user<typename Op::Input> ? "PoliciesPerUser" : "PoliciesPerGroup",
                         book_.quotas().attached_policies);
  }
  entity.attached.push_back(std::move(request.policy_arn));
  co_return co_await keep(book_, std::move(entity));
}

template <typename Op>
NothingTask EntityPolicies::detach(typename Op::Input request) {
  CO_TRY(const Book::Turn turn, co_await book_.take_turn());
  CO_TRY(auto entity, find_entity(book_, request));
  if (std::erase(entity.attached, request.policy_arn) == 0) {
    co_return refuse("NoSuchEntity", fmt::format("Policy {} was not found.", request.policy_arn));
  }
  co_return co_await keep(book_, std::move(entity));
}

template <typename Op>
AnswerTask<typename Op::Output> EntityPolicies::list_attached(typename Op::Input request) {
  CO_TRY(auto entity, find_entity(book_, request));
  std::ranges::sort(entity.attached);
  typename Op::Output output;
  write_page(entity.attached, request, output, std::identity{}, [&](const std::string& arn) {
    output.attached_policies.push_back({.policy_name = name_in_arn(arn), .policy_arn = arn});
  });
  co_return output;
}

template <typename Op>
NothingTask EntityPolicies::put(typename Op::Input request) {
  CO_TRY(auto policy, access::read_policy(request.policy_document, access::PolicyKind::identity));
  CO_TRY(const Book::Turn turn, co_await book_.take_turn());
  CO_TRY(auto entity, find_entity(book_, request));
  entity.inline_policies.insert_or_assign(request.policy_name, std::move(policy));
  std::size_t characters = 0;
  for (const auto& [name, document] : entity.inline_policies) characters += characters_of(document->text());
  constexpr bool is_user = is_of_user<typename Op::Input>;
  const std::size_t most =
      is_user ? book_.quotas().inline_characters_of_user : book_.quotas().inline_characters_of_group;
  if (characters > most) {
    co_return refuse("LimitExceeded", fmt::format("Maximum policy size of {} bytes exceeded for {} {}", most,
                                                  is_user ? "user" : "group", entity.name));
  }
  co_return co_await keep(book_, std::move(entity));
}

template <typename Op>
AnswerTask<typename Op::Output> EntityPolicies::get(typename Op::Input request) {
  CO_TRY(const auto entity, find_entity(book_, request));
  const auto found = entity.inline_policies.find(request.policy_name);
  if (found == entity.inline_policies.end()) co_return no_such_inline(request);
  typename Op::Output output;
  if constexpr (is_of_user<typename Op::Input>) {
    output.user_name = entity.name;
  } else {
    output.group_name = entity.name;
  }
  output.policy_name = found->first;
  output.policy_document = encoded(found->second->text());
  co_return output;
}

template <typename Op>
NothingTask EntityPolicies::remove(typename Op::Input request) {
  CO_TRY(const Book::Turn turn, co_await book_.take_turn());
  CO_TRY(auto entity, find_entity(book_, request));
  if (entity.inline_policies.erase(request.policy_name) == 0) co_return no_such_inline(request);
  co_return co_await keep(book_, std::move(entity));
}

template <typename Op>
AnswerTask<typename Op::Output> EntityPolicies::list(typename Op::Input request) {
  CO_TRY(const auto entity, find_entity(book_, request));
  typename Op::Output output;
  write_page(
      entity.inline_policies, request, output, [](const auto& entry) -> const std::string& { return entry.first; },
      [&](const auto& entry) { output.policy_names.push_back(entry.first); });
  co_return output;
}

#define GUST_ENTITY_POLICIES(Kind)                                                                              \
  template NothingTask EntityPolicies::attach<op::Attach##Kind##Policy>(op::Attach##Kind##Policy::Input);       \
  template NothingTask EntityPolicies::detach<op::Detach##Kind##Policy>(op::Detach##Kind##Policy::Input);       \
  template AnswerTask<op::ListAttached##Kind##Policies::Output>                                                 \
      EntityPolicies::list_attached<op::ListAttached##Kind##Policies>(op::ListAttached##Kind##Policies::Input); \
  template NothingTask EntityPolicies::put<op::Put##Kind##Policy>(op::Put##Kind##Policy::Input);                \
  template AnswerTask<op::Get##Kind##Policy::Output> EntityPolicies::get<op::Get##Kind##Policy>(                \
      op::Get##Kind##Policy::Input);                                                                            \
  template NothingTask EntityPolicies::remove<op::Delete##Kind##Policy>(op::Delete##Kind##Policy::Input);       \
  template AnswerTask<op::List##Kind##Policies::Output> EntityPolicies::list<op::List##Kind##Policies>(         \
      op::List##Kind##Policies::Input)
GUST_ENTITY_POLICIES(User);
GUST_ENTITY_POLICIES(Group);
#undef GUST_ENTITY_POLICIES

}  // namespace gust::iam
