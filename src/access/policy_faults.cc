#include <fmt/format.h>

#include <algorithm>

#include "access/policy_faults_internal.h"
#include "base/text.h"

namespace gust::access {

using Failure = PolicyFaults::Failure;

std::string shown(std::string_view text) {
  constexpr std::size_t shown_max = 200;
  if (text.size() > shown_max) {
    text = text.substr(0, shown_max);
    while (!text.empty() && !is_utf8(text)) text.remove_suffix(1);
  }
  std::string plain(text);
  std::ranges::replace_if(plain, [](char c) { return (c >= '\0' && c < ' ') || c == '\x7f'; }, ' ');
  return plain;
}

Failure PolicyFaults::fault(std::string_view of_bucket, std::string_view of_identity) const {
  if (is_bucket_) return aws::refuse("MalformedPolicy", 400, std::string(of_bucket));
  return aws::refuse("MalformedPolicyDocument", 400, std::string(of_identity));
}

Failure PolicyFaults::not_json() const {
  return fault("Policies must be valid JSON and the first byte must be '{'", "This policy contains invalid Json");
}
Failure PolicyFaults::too_large() const {
  return fault("Policy exceeds the maximum allowed document size.",
               "The policy exceeds the maximum allowed document size.");
}
Failure PolicyFaults::too_complex() const {
  return fault("The policy has more levels, statements or values than this service takes.",
               "The policy has more levels, statements or values than this service takes.");
}
Failure PolicyFaults::bad_version() const {
  return fault("The policy must contain a valid version string", "Syntax errors in policy.");
}
Failure PolicyFaults::unknown_field(std::string_view name) const {
  return fault(fmt::format("Unknown field {}", shown(name)),
               fmt::format("Syntax errors in policy. (Unknown field {})", shown(name)));
}
Failure PolicyFaults::missing_field(std::string_view name) const {
  if (name == "Action") return fault("Missing required field Action", "Policy statement must contain actions.");
  if (name == "Resource") return fault("Missing required field Resource", "Policy statement must contain resources.");
  return fault(fmt::format("Missing required field {}", name),
               fmt::format("Syntax errors in policy. (Missing required field {})", name));
}
Failure PolicyFaults::both_fields(std::string_view name) const {
  return fault(fmt::format("Statement contains both {0} and Not{0}", name),
               fmt::format("Syntax errors in policy. (Statement contains both {0} and Not{0})", name));
}
Failure PolicyFaults::bad_form(std::string_view field) const {
  return fault(fmt::format("Invalid policy syntax. ({})", field), fmt::format("Syntax errors in policy. ({})", field));
}
Failure PolicyFaults::bad_effect(std::string_view value) const {
  return fault(fmt::format("Invalid effect : {}", shown(value)),
               fmt::format("Syntax errors in policy. (Invalid effect: {})", shown(value)));
}
Failure PolicyFaults::bad_sid() const {
  return fault("Invalid policy syntax. (Sid)",
               "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression "
               "[0-9A-Za-z]*");
}
Failure PolicyFaults::same_sid() const {
  return fault("Statement IDs (SID) in a single policy must be unique.",
               "Statement IDs (SID) in a single policy must be unique.");
}
Failure PolicyFaults::bad_principal(std::string_view value) const {
  auto failure = fault("Invalid principal in policy", "Invalid principal in policy");
  failure.error().details.emplace_back("Detail", shown(value));
  return failure;
}
Failure PolicyFaults::principal_not_wanted() const {
  return fault("Invalid policy syntax.", "Policy document should not specify a principal.");
}
Failure PolicyFaults::allow_with_not_principal() const {
  return fault("Allow with NotPrincipal is not allowed.", "Policy document should not specify a principal.");
}
Failure PolicyFaults::bad_action(std::string_view value) const {
  auto failure =
      fault("Policy has invalid action", "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
  failure.error().details.emplace_back("Detail", shown(value));
  return failure;
}
Failure PolicyFaults::bad_resource(std::string_view value) const {
  auto failure =
      fault("Policy has invalid resource", fmt::format("Resource {} must be in ARN format or \"*\".", shown(value)));
  failure.error().details.emplace_back("Detail", shown(value));
  return failure;
}
Failure PolicyFaults::bad_operator(std::string_view name) const {
  return fault(fmt::format("Invalid Condition type : {}", shown(name)),
               fmt::format("Invalid Condition type : {}.", shown(name)));
}
Failure PolicyFaults::bad_condition_key(std::string_view name) const {
  return fault(fmt::format("Policy has an invalid condition key - {}", shown(name)),
               "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
}
Failure PolicyFaults::bad_condition_value(std::string_view operator_name, std::string_view key) const {
  const std::string words = fmt::format("Invalid value in Condition: {} of {}", shown(operator_name), shown(key));
  return fault(words, words);
}

}  // namespace gust::access
