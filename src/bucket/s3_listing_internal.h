// What the listings of the S3 service share: how names are written, how many items are asked for, who owns them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "aws/gen/s3.h"
#include "bucket/s3_call_internal.h"

namespace gust::bucket {

// How names are written: as they are, or with encoding-type=url.
class ListedNames {
 public:
  // fails: InvalidArgument
  static aws::Answer<ListedNames> read(const std::optional<std::string>& encoding);
  std::string operator()(const std::string& name) const;
  std::optional<std::string> operator()(const std::optional<std::string>& name) const {
    return name ? std::optional((*this)(*name)) : std::nullopt;
  }
  std::optional<std::string> encoding_type() const {
    return encodes_ ? std::optional<std::string>("url") : std::nullopt;
  }

 private:
  explicit ListedNames(bool encodes) : encodes_(encodes) {}
  bool encodes_;
};

// At most list_items_max. fails: InvalidArgument
aws::Answer<std::size_t> read_items_max(const std::optional<std::int32_t>& asked, std::string_view name);

inline std::optional<std::string> if_not_empty(std::optional<std::string> text) {
  return text && !text->empty() ? std::move(text) : std::nullopt;
}

inline aws::s3::Owner owner_of(const S3Call& call) {
  return {.display_name = call.options.owner_name, .id = call.options.owner_id};
}

}  // namespace gust::bucket
