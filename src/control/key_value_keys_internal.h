// How the store keeps key value stores: the keys, and the counts of a store's content.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/result.h"
#include "base/text.h"
#include "base/time.h"

namespace gust::control {

// By name.
inline constexpr std::string_view key_value_store_prefix = "cloudfront/key-value-store/";

// By the store's id. A change of its content writes this too, so that its revision is the content's version.
struct KeyValueCounts {
  WallTime created{}, last_modified{};
  std::int64_t items = 0;
  std::int64_t bytes = 0;  // of keys and values
};
inline std::string key_value_counts_key(std::string_view id) {
  return fmt::format("cloudfront/key-value-counts/{}", id);
}
std::string write_counts(const KeyValueCounts& counts);
//   fails  bad_syntax, bad_value
Result<KeyValueCounts> read_counts(std::string_view text);

// Keys are any text, so they stand by their digest.
inline constexpr std::string_view key_value_item_prefix = "cloudfront/key-value-item/";
inline std::string key_value_item_prefix_of(std::string_view id) {
  return fmt::format("{}{}/", key_value_item_prefix, id);
}
inline std::string key_value_item_key(std::string_view id, std::string_view key) {
  return key_value_item_prefix_of(id) + hex_of(digest_of(DigestKind::sha256, key));
}

}  // namespace gust::control
