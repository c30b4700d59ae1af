// Decision: whether a request is let, by all policies that have a say, and the words of a refusal.
//
// Source: "Policy evaluation logic" of the IAM user guide; "How Amazon S3 authorizes a request".
// Rule:   a Deny anywhere beats all. The root user of the resource's account is let else. A user of that account needs
// an
//         Allow of the own policies or of the resource's (naming the user or everybody; naming the account only passes
//         the question on to the user's policies). Services, origin access identities and strangers need an Allow of
//         the resource's policy, or its access control list.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "access/policy.h"

namespace gust::access {

// What has a say in a request.
struct Grounds {
  std::span<const PolicyRef> identity_policies;  // of the caller
  const Policy* resource_policy = nullptr;
  bool is_let_by_acl = false;         // to this caller, for this action
  std::string_view resource_account;  // whose the resource is
  bool is_shut_to_outsiders = false;  // RestrictPublicBuckets, of a bucket whose policy is public
};

enum class Reason : std::uint8_t {
  let,
  explicit_deny_of_identity,
  explicit_deny_of_resource,
  no_identity_policy,  // none of them allows it
  no_resource_policy,
  shut_to_outsiders,
};

struct Decision {
  Reason reason = Reason::no_identity_policy;
  bool is_let() const { return reason == Reason::let; }
};

Decision decide(const Question& question, const Grounds& grounds);

// The sentence that the services refuse with: `User: arn:aws:iam::1:user/x is not authorized to perform: s3:GetObject
// on resource: "arn:..." because no identity-based policy allows the s3:GetObject action`. Who has no ARN is told
// "Access Denied".
std::string words_of_refusal(const Question& question, Decision decision);
// A line for the operator's log. Text from outside in it is as it came: the log escapes it.
std::string log_line_of_refusal(const Question& question, Decision decision);

}  // namespace gust::access
