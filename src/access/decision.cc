#include "access/decision.h"

#include <fmt/format.h>

#include <algorithm>

namespace gust::access {
namespace {

std::string_view because(Reason reason) {
  switch (reason) {
    case Reason::explicit_deny_of_identity:
      return "with an explicit deny in an identity-based policy";
    case Reason::explicit_deny_of_resource:
      return "with an explicit deny in a resource-based policy";
    case Reason::no_identity_policy:
      return "because no identity-based policy allows the";
    case Reason::no_resource_policy:
    case Reason::shut_to_outsiders:
      return "because no resource-based policy allows the";
    case Reason::let:
      break;
  }
  return "";
}

Verdict verdict_of_all(std::span<const PolicyRef> policies, const Question& question) {
  Verdict most = Verdict::silent;
  for (const PolicyRef& policy : policies) {
    const Verdict one = policy->judge(question);
    if (one == Verdict::denied) return one;
    most = std::max(most, one);
  }
  return most;
}

}  // namespace

Decision decide(const Question& question, const Grounds& grounds) {
  const Verdict identity = verdict_of_all(grounds.identity_policies, question);
  if (identity == Verdict::denied) return {Reason::explicit_deny_of_identity};
  const Verdict resource =
      grounds.resource_policy == nullptr ? Verdict::silent : grounds.resource_policy->judge(question);
  if (resource == Verdict::denied) return {Reason::explicit_deny_of_resource};

  const std::string_view account = account_of(question.caller);
  const bool is_own = !account.empty() && account == grounds.resource_account;
  const bool is_let_by_resource = resource == Verdict::allowed || grounds.is_let_by_acl;
  if (is_own) {
    if (std::holds_alternative<RootUser>(question.caller)) return {Reason::let};
    if (identity == Verdict::allowed || is_let_by_resource) return {Reason::let};
    return {Reason::no_identity_policy};
  }
  const bool is_service = std::holds_alternative<ServicePrincipal>(question.caller);
  if (grounds.is_shut_to_outsiders && !is_service) return {Reason::shut_to_outsiders};
  if (account.empty()) return {is_let_by_resource ? Reason::let : Reason::no_resource_policy};
  // Of another account: both sides have to let it.
  const bool is_let_by_theirs = resource == Verdict::allowed_by_account || is_let_by_resource;
  if (!is_let_by_theirs) return {Reason::no_resource_policy};
  const bool is_let_by_own = std::holds_alternative<RootUser>(question.caller) || identity == Verdict::allowed;
  return {is_let_by_own ? Reason::let : Reason::no_identity_policy};
}

std::string words_of_refusal(const Question& question, Decision decision) {
  const std::string arn = arn_of(question.caller);
  if (arn.empty()) return "Access Denied";
  const bool is_explicit =
      decision.reason == Reason::explicit_deny_of_identity || decision.reason == Reason::explicit_deny_of_resource;
  return fmt::format("User: {} is not authorized to perform: {} on resource: \"{}\" {}{}", arn, question.action,
                     question.resource, because(decision.reason),
                     is_explicit ? "" : fmt::format(" {} action", question.action));
}

std::string log_line_of_refusal(const Question& question, Decision decision) {
  std::string_view why = "no identity policy allows it";
  switch (decision.reason) {
    case Reason::explicit_deny_of_identity:
      why = "an identity policy denies it";
      break;
    case Reason::explicit_deny_of_resource:
      why = "the bucket's policy denies it";
      break;
    case Reason::no_resource_policy:
      why = "neither the bucket's policy nor an access control list allows it";
      break;
    case Reason::shut_to_outsiders:
      why = "the bucket's policy is public and RestrictPublicBuckets shuts it to outsiders";
      break;
    case Reason::no_identity_policy:
    case Reason::let:
      break;
  }
  return fmt::format("refused {} {} on {}: {}", name_of(question.caller), question.action, question.resource, why);
}

}  // namespace gust::access
