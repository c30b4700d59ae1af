// Access: who asks, and whether they may. What every service asks, and what the identities of the account answer.
//
// Source: "Policy evaluation logic" and the service authorization reference of AWS.
// Shape:  one interface between the services, which know what a request does, and whoever keeps keys and policies. A
//         service verifies the signature with secret_of(), then asks caller_of() and refusal_of() before its handler
//         runs.
// Errors: AccessDenied 403 as a ServiceError; services of the JSON protocols spell it AccessDeniedException 400.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aws/service_error.h"

namespace gust::aws {

// Whose key signed a request. As sts:GetCallerIdentity tells it.
struct Caller {
  std::string access_key_id;  // empty: nobody signed
  std::string account_id;     // 12 digits
  std::string arn;            // arn:aws:iam::ACCOUNT:root, arn:aws:iam::ACCOUNT:user/PATH/NAME
  std::string user_id;        // AIDA...; the account id for root

  bool is_anonymous() const { return access_key_id.empty(); }
};

// A value of a condition key: {"aws:SourceIp", "192.0.2.1"}, {"s3:prefix", "a/"}.
using ConditionValue = std::pair<std::string_view, std::string_view>;

// What a request does to what.
struct Deed {
  std::string_view action;    // "cloudfront:CreateDistribution", "s3:GetObject"
  std::string_view resource;  // an ARN; "*" where the action has no resource of its own
  std::span<const ConditionValue> conditions = {};
};

// A deed that owns its texts.
struct OwnedDeed {
  std::string action, resource;
  std::vector<std::pair<std::string, std::string>> conditions = {};
};

class Authorizer {
 public:
  virtual ~Authorizer() = default;
  // The secret of an active access key, or nothing where there is no such key. May be called on any core.
  virtual std::optional<std::string> secret_of(std::string_view access_key_id) const = 0;
  // Who holds an access key; nothing where it has gone since its signature was checked. May be called on any core.
  virtual std::optional<Caller> caller_of(std::string_view access_key_id) const = 0;
  // Nothing where the policies allow the deed; else AccessDenied, in words that name the caller, action and resource.
  // May be called on any core.
  virtual std::optional<ServiceError> refusal_of(const Caller& caller, const Deed& deed) const = 0;
};

}  // namespace gust::aws
