// The keys of what control keeps in the store, beside config::distribution_prefix.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/text.h"
#include "config/document.h"

namespace gust::control {

inline std::string distribution_key(std::string_view id) {
  return fmt::format("{}{}", config::distribution_prefix, id);
}
inline std::string tags_key(std::string_view distribution) { return fmt::format("cloudfront/tags/{}", distribution); }
inline std::string monitoring_subscription_key(std::string_view distribution) {
  return fmt::format("cloudfront/monitoring-subscription/{}", distribution);
}

// Who has used a CallerReference: its value is an id. References are any text, so they stand by their digest.
inline std::string reference_digest(std::string_view reference) {
  return hex_of(digest_of(DigestKind::sha256, reference));
}
inline std::string distribution_reference_key(std::string_view reference) {
  return fmt::format("cloudfront/distribution-reference/{}", reference_digest(reference));
}
inline constexpr std::string_view invalidation_reference_prefix = "cloudfront/invalidation-reference/";
inline std::string invalidation_reference_prefix_of(std::string_view distribution) {
  return fmt::format("{}{}/", invalidation_reference_prefix, distribution);
}
inline std::string invalidation_reference_key(std::string_view distribution, std::string_view reference) {
  return invalidation_reference_prefix_of(distribution) + reference_digest(reference);
}

inline constexpr std::string_view invalidation_prefix = "cloudfront/invalidation/";
inline std::string invalidation_prefix_of(std::string_view distribution) {
  return fmt::format("{}{}/", invalidation_prefix, distribution);
}
inline std::string invalidation_key(std::string_view distribution, std::string_view id) {
  return invalidation_prefix_of(distribution) + std::string(id);
}

// Purges that are not confirmed yet. The revision of such a document is the purge's epoch.
inline constexpr std::string_view purge_prefix = "cloudfront/purge/";
inline std::string purge_prefix_of(std::string_view distribution) {
  return fmt::format("{}{}/", purge_prefix, distribution);
}
inline std::string purge_key(std::string_view distribution, std::string_view id) {
  return purge_prefix_of(distribution) + std::string(id);
}

}  // namespace gust::control
