// Principal: whom a statement of a resource's policy is about.
//
// Source: "AWS JSON policy elements: Principal" of the IAM user guide; CLOUDFRONT.md OAC-2.
// Shape:  one value of {"AWS": ...}, {"Service": ...}, {"CanonicalUser": ...}, {"Federated": ...}, or `*`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "access/caller.h"

namespace gust::access {

struct Principal {
  enum class Kind : std::uint8_t {
    everyone,                // "*", {"AWS": "*"}
    account,                 // 111122223333, arn:aws:iam::111122223333:root
    arn,                     // a user, role, assumed role or federated user of an account
    origin_access_identity,  // arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E...
    service,                 // cloudfront.amazonaws.com
    canonical_user,
    federated,  // kept: nobody here signs in by another provider
  };
  Kind kind = Kind::everyone;
  // The account's id, the ARN, the identity's id, or the value as written.
  std::string value;
};

// `type` as in the policy: AWS, Service, CanonicalUser, Federated. Nothing where the value cannot be such a principal.
std::optional<Principal> read_principal(std::string_view type, std::string_view value);

// How a caller is met.
enum class Meeting : std::uint8_t {
  none,
  by_account,  // the caller's account is named: what the account's own policies let the caller do is let
  direct,
};
Meeting meet(const Principal& principal, const CallerIdentity& caller);

}  // namespace gust::access
