#include "access/caller.h"

#include <fmt/format.h>

#include "base/digest.h"
#include "base/text.h"

namespace gust::access {

std::string root_arn(std::string_view account_id) { return fmt::format("arn:aws:iam::{}:root", account_id); }

std::string user_arn(std::string_view account_id, std::string_view path, std::string_view name) {
  return fmt::format("arn:aws:iam::{}:user{}{}", account_id, path, name);
}

std::string origin_access_identity_arn(std::string_view id) {
  return fmt::format("arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity {}", id);
}

std::string make_canonical_user_id(std::string_view origin_access_identity_id) {
  const std::string seed = fmt::format("origin access identity {}", origin_access_identity_id);
  const std::string first = digest_of(DigestKind::sha256, seed);
  return hex_of(first) + hex_of(digest_of(DigestKind::sha256, first)).substr(0, 32);
}

std::string arn_of(const CallerIdentity& caller) {
  if (const auto* root = std::get_if<RootUser>(&caller)) return root_arn(root->account_id);
  if (const auto* user = std::get_if<User>(&caller)) return user_arn(user->account_id, user->path, user->name);
  if (const auto* identity = std::get_if<OriginAccessIdentity>(&caller)) {
    return origin_access_identity_arn(identity->id);
  }
  return {};
}

std::string_view account_of(const CallerIdentity& caller) {
  if (const auto* root = std::get_if<RootUser>(&caller)) return root->account_id;
  if (const auto* user = std::get_if<User>(&caller)) return user->account_id;
  return {};
}

std::string name_of(const CallerIdentity& caller) {
  if (const auto* service = std::get_if<ServicePrincipal>(&caller)) {
    return fmt::format("{} for {}", service->name, service->source_arn);
  }
  const std::string arn = arn_of(caller);
  return arn.empty() ? "anonymous" : arn;
}

}  // namespace gust::access
