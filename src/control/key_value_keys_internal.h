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
#include "control/ids.h"

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
// Of a store whose items are being deleted, by its id, until they are.
inline constexpr std::string_view key_value_removal_prefix = "cloudfront/key-value-removal/";
std::string write_counts(const KeyValueCounts& counts);
//   fails  bad_syntax, bad_value
Result<KeyValueCounts> read_counts(std::string_view text);

// The id in the ARN of a store of this account; empty: it is none.
inline std::string key_value_store_id_in(std::string_view account_id, std::string_view arn) {
  const std::string ours = key_value_store_arn(account_id, "");
  const std::string_view id = arn.starts_with(ours) ? arn.substr(ours.size()) : std::string_view();
  return is_resource_id(id) ? std::string(id) : "";
}

// Keys are any text, so they stand by their digest.
inline constexpr std::string_view key_value_item_prefix = "cloudfront/key-value-item/";
inline std::string key_value_item_prefix_of(std::string_view id) {
  return fmt::format("{}{}/", key_value_item_prefix, id);
}
inline std::string key_value_item_key(std::string_view id, std::string_view key) {
  return key_value_item_prefix_of(id) + hex_of(digest_of(DigestKind::sha256, key));
}

}  // namespace gust::control
