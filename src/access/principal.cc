#include "access/principal.h"

#include <algorithm>
#include <vector>

#include "base/text.h"

namespace gust::access {
namespace {

constexpr std::string_view identity_prefix = "user/CloudFront Origin Access Identity ";

bool is_account_id(std::string_view text) { return text.size() == 12 && std::ranges::all_of(text, is_digit); }

bool is_service_name(std::string_view text) {
  return text.contains('.') && text.size() <= 128 && std::ranges::all_of(text, [](char c) {
           return is_digit(c) || (c >= 'a' && c <= 'z') || c == '.' || c == '-';
         });
}

// A provider's name or ARN.
bool is_provider(std::string_view text) {
  return !text.empty() && text.size() <= 2048 &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

bool is_name_character(char c) { return is_alpha(c) || is_digit(c) || std::string_view("/+=,.@_-").contains(c); }

// user/PATH/NAME, role/PATH/NAME, assumed-role/ROLE/SESSION, federated-user/NAME.
bool is_named_resource(std::string_view type, std::string_view resource) {
  const Cut parts = cut(resource, '/');
  if (!parts.found || parts.after.empty() || parts.after.ends_with('/')) return false;
  const bool has_type = type == "iam" ? parts.before == "user" || parts.before == "role"
                                      : parts.before == "assumed-role" || parts.before == "federated-user";
  return has_type && resource.size() <= 1024 && std::ranges::all_of(parts.after, is_name_character);
}

std::optional<Principal> read_aws_principal(std::string_view value) {
  if (value == "*") return Principal{Principal::Kind::everyone, "*"};
  if (is_account_id(value)) return Principal{Principal::Kind::account, std::string(value)};
  const std::vector<std::string_view> part = split(value, ':');
  if (part.size() != 6 || part[0] != "arn" || part[1] != "aws" || !part[3].empty()) return std::nullopt;
  if (part[2] != "iam" && part[2] != "sts") return std::nullopt;
  if (part[2] == "iam" && part[4] == "cloudfront" && part[5].starts_with(identity_prefix)) {
    const std::string_view id = part[5].substr(identity_prefix.size());
    const auto is_id_character = [](char c) { return is_alpha(c) || is_digit(c); };
    if (id.empty() || id.size() > 64 || !std::ranges::all_of(id, is_id_character)) return std::nullopt;
    return Principal{Principal::Kind::origin_access_identity, std::string(id)};
  }
  if (!is_account_id(part[4])) return std::nullopt;
  if (part[2] == "iam" && part[5] == "root") return Principal{Principal::Kind::account, std::string(part[4])};
  if (!is_named_resource(part[2], part[5])) return std::nullopt;
  return Principal{Principal::Kind::arn, std::string(value)};
}

}  // namespace

std::optional<Principal> read_principal(std::string_view type, std::string_view value) {
  if (type == "AWS") return read_aws_principal(value);
  if (type == "Service") {
    if (!is_service_name(value)) return std::nullopt;
    return Principal{Principal::Kind::service, std::string(value)};
  }
  if (type == "CanonicalUser") {
    const bool is_id = value.size() >= 64 && value.size() <= 128 &&
                       std::ranges::all_of(value, [](char c) { return hex_digit_value(c) >= 0; });
    if (!is_id) return std::nullopt;
    return Principal{Principal::Kind::canonical_user, to_lower(value)};
  }
  if (type == "Federated") {
    if (!is_provider(value)) return std::nullopt;
    return Principal{Principal::Kind::federated, std::string(value)};
  }
  return std::nullopt;
}

Meeting meet(const Principal& principal, const CallerIdentity& caller) {
  const auto direct_if = [](bool is_met) { return is_met ? Meeting::direct : Meeting::none; };
  switch (principal.kind) {
    case Principal::Kind::everyone:
      return Meeting::direct;
    case Principal::Kind::account:
      if (account_of(caller) != principal.value) return Meeting::none;
      return std::holds_alternative<RootUser>(caller) ? Meeting::direct : Meeting::by_account;
    case Principal::Kind::arn:
      return direct_if(std::holds_alternative<User>(caller) && arn_of(caller) == principal.value);
    case Principal::Kind::origin_access_identity: {
      const auto* identity = std::get_if<OriginAccessIdentity>(&caller);
      return direct_if(identity != nullptr && identity->id == principal.value);
    }
    case Principal::Kind::service: {
      const auto* service = std::get_if<ServicePrincipal>(&caller);
      return direct_if(service != nullptr && service->name == principal.value);
    }
    case Principal::Kind::canonical_user: {
      const auto* identity = std::get_if<OriginAccessIdentity>(&caller);
      return direct_if(identity != nullptr && identity->canonical_user_id == principal.value);
    }
    case Principal::Kind::federated:
      return Meeting::none;
  }
  return Meeting::none;
}

}  // namespace gust::access
