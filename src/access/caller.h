// CallerIdentity: who sends a request, in the terms of policies.
//
// Source: "AWS JSON policy elements: Principal" of the IAM user guide; CLOUDFRONT.md OAC-1, OAC-2.
// Shape:  plain data, made by whoever has checked the signature. Nobody here has roles, so there are no sessions.
#pragma once

#include <string>
#include <string_view>
#include <variant>

namespace gust::access {

// Without any credentials.
struct Anonymous {};

// The owner of an account: may do everything in it that no policy of a resource denies.
struct RootUser {
  std::string account_id;
};

struct User {
  std::string account_id;
  std::string path = "/";  // begins and ends with a slash
  std::string name;
  std::string id;  // "AIDA..."
};

// A service that acts for a resource: the edge, signing for a distribution with an origin access control.
struct ServicePrincipal {
  std::string name;            // "cloudfront.amazonaws.com"
  std::string source_arn;      // of the distribution
  std::string source_account;  // whose it is
};

// The edge, signing for a distribution with an origin access identity.
struct OriginAccessIdentity {
  std::string id;                 // "E..."
  std::string canonical_user_id;  // as make_canonical_user_id
};

using CallerIdentity = std::variant<Anonymous, RootUser, User, ServicePrincipal, OriginAccessIdentity>;

// arn:aws:iam::ACCOUNT:root, arn:aws:iam::ACCOUNT:user/PATH/NAME, the identity's ARN; empty for the two others.
std::string arn_of(const CallerIdentity& caller);
// The account whose identity policies apply to the caller; empty where there is none.
std::string_view account_of(const CallerIdentity& caller);
// For logs: the ARN, the service with its source, or "anonymous".
std::string name_of(const CallerIdentity& caller);

std::string root_arn(std::string_view account_id);
std::string user_arn(std::string_view account_id, std::string_view path, std::string_view name);
// arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity ID
std::string origin_access_identity_arn(std::string_view id);
// The canonical user id of an origin access identity: 96 hex digits that follow from its id, so that who makes the
// identity, who signs with it and who judges policies need not ask each other.
std::string make_canonical_user_id(std::string_view origin_access_identity_id);

}  // namespace gust::access
