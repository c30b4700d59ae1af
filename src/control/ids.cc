#include "control/ids.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/digest.h"
#include "base/text.h"

namespace gust::control {
namespace {

constexpr std::string_view upper_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
constexpr std::string_view lower_letters = "abcdefghijklmnopqrstuvwxyz0123456789";

// One letter for each byte. The slight lean towards the first letters does no harm: ids are no secrets.
std::string spell(char first, ByteView bytes, std::string_view letters) {
  std::string text(1, first);
  for (const char byte : bytes.substr(0, id_bytes)) {
    text += letters[static_cast<unsigned char>(byte) % letters.size()];
  }
  return text;
}

}  // namespace

std::string make_id(char first, ByteView random) { return spell(first, random, upper_letters); }
std::string make_distribution_id(ByteView random) { return spell('E', random, upper_letters); }
std::string make_invalidation_id(ByteView random) { return spell('I', random, upper_letters); }
std::string make_domain_label(ByteView random) { return spell('d', random, lower_letters); }

std::string etag_of(std::string_view key, std::uint64_t revision) {
  return spell('E', digest_of(DigestKind::sha256, fmt::format("{}@{}", key, revision)), upper_letters);
}

bool is_etag(std::string_view text) {
  return text.size() == 1 + id_bytes && text.front() == 'E' &&
         std::ranges::all_of(text, [](char c) { return upper_letters.find(c) != std::string_view::npos; });
}

std::string distribution_arn(std::string_view account_id, std::string_view distribution_id) {
  return fmt::format("arn:aws:cloudfront::{}:distribution/{}", account_id, distribution_id);
}

std::optional<std::string_view> distribution_in_arn(std::string_view arn, std::string_view account_id) {
  const std::string prefix = distribution_arn(account_id, "");
  if (!arn.starts_with(prefix) || arn.size() == prefix.size()) return std::nullopt;
  return arn.substr(prefix.size());
}

std::string function_arn(std::string_view account_id, std::string_view name) {
  return fmt::format("arn:aws:cloudfront::{}:function/{}", account_id, name);
}

std::string realtime_log_config_arn(std::string_view account_id, std::string_view name) {
  return fmt::format("arn:aws:cloudfront::{}:realtime-log-config/{}", account_id, name);
}

std::string key_value_store_arn(std::string_view account_id, std::string_view id) {
  return fmt::format("arn:aws:cloudfront::{}:key-value-store/{}", account_id, id);
}

std::string trust_store_arn(std::string_view account_id, std::string_view id) {
  return fmt::format("arn:aws:cloudfront::{}:trust-store/{}", account_id, id);
}

std::string make_uuid(ByteView random) {
  std::string bytes(random.substr(0, uuid_bytes));
  bytes[6] = static_cast<char>((static_cast<unsigned char>(bytes[6]) & 0x0FU) | 0x40U);
  bytes[8] = static_cast<char>((static_cast<unsigned char>(bytes[8]) & 0x3FU) | 0x80U);
  const std::string hex = hex_of(bytes);
  return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4), hex.substr(16, 4),
                     hex.substr(20));
}

bool is_name(std::string_view text, std::size_t most) {
  return !text.empty() && text.size() <= most &&
         std::ranges::all_of(text, [](char c) { return is_alpha(c) || is_digit(c) || c == '-' || c == '_'; });
}

bool is_resource_id(std::string_view text) {
  return text.size() <= 64 && std::ranges::all_of(text, [](char c) { return is_alpha(c) || is_digit(c) || c == '-'; });
}

std::string location_of(std::string_view resource) {
  return fmt::format("https://cloudfront.amazonaws.com/2020-05-31/{}", resource);
}

}  // namespace gust::control
