#include "access/policy.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace gust::access {
namespace {

bool fits_action(const Statement& statement, std::string_view lower_case_action, const Context& context) {
  const bool is_named = std::ranges::any_of(
      statement.actions, [&](const Pattern& pattern) { return pattern.matches(lower_case_action, context); });
  return is_named != statement.is_not_action;
}

bool fits_resource(const Statement& statement, const Question& question) {
  const bool is_named = std::ranges::any_of(statement.resources, [&](const Pattern& pattern) {
    return pattern.matches_arn(question.resource, question.context);
  });
  return is_named != statement.is_not_resource;
}

Meeting fits_principal(const Statement& statement, const CallerIdentity& caller) {
  Meeting best = Meeting::none;
  for (const Principal& principal : statement.principals) best = std::max(best, meet(principal, caller));
  if (!statement.is_not_principal) return best;
  return best == Meeting::direct ? Meeting::none : Meeting::direct;
}

// Keys by which a statement can say whom it lets in.
constexpr auto fixing_keys = std::to_array<std::string_view>(
    {"aws:principalaccount", "aws:principalarn", "aws:principalorgid", "aws:principalorgpaths", "aws:sourceaccount",
     "aws:sourcearn", "aws:sourceip", "aws:sourceorgid", "aws:sourceowner", "aws:sourcevpc", "aws:sourcevpce",
     "aws:userid", "aws:username", "s3:dataaccesspointaccount", "s3:dataaccesspointarn"});

bool narrows_to_fixed_values(const Condition& condition) {
  return std::ranges::find(fixing_keys, condition.key()) != fixing_keys.end() && condition.requires_value() &&
         condition.has_fixed_values();
}

}  // namespace

Policy::Policy(std::string text, PolicyKind kind, std::vector<Statement> statements)
    : text_(std::move(text)), kind_(kind), statements_(std::move(statements)) {}

Verdict Policy::judge(const Question& question) const {
  const std::string action = to_lower(question.action);
  Verdict verdict = Verdict::silent;
  for (const Statement& statement : statements_) {
    const Meeting meeting =
        kind_ == PolicyKind::identity ? Meeting::direct : fits_principal(statement, question.caller);
    if (meeting == Meeting::none || !fits_action(statement, action, question.context) ||
        !fits_resource(statement, question)) {
      continue;
    }
    const bool is_met = std::ranges::all_of(
        statement.conditions, [&](const Condition& condition) { return condition.is_met(question.context); });
    if (!is_met) continue;
    if (!statement.allows) return Verdict::denied;
    verdict = std::max(verdict, meeting == Meeting::direct ? Verdict::allowed : Verdict::allowed_by_account);
  }
  return verdict;
}

bool is_public(const Policy& policy) {
  return std::ranges::any_of(policy.statements(), [](const Statement& statement) {
    const bool names_everyone =
        statement.is_not_principal || std::ranges::any_of(statement.principals, [](const Principal& principal) {
          return principal.kind == Principal::Kind::everyone;
        });
    return statement.allows && names_everyone && std::ranges::none_of(statement.conditions, narrows_to_fixed_values);
  });
}

}  // namespace gust::access
