// TagSet: the tags of a stored response, by which an invalidation can name it whatever its path.
//
// Source: CLOUDFRONT rules TAG-1 to TAG-3.
// Shape:  one 64-bit number for each tag, the same on every node: sorted, each once. Two tags that share a number are
//         purged together: too much, never too little.
// Limits: tags_max for each response; more are ignored (TAG-2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace gust::http {
class Fields;
}

namespace gust::cache {

using Tag = std::uint64_t;
using TagSet = std::vector<Tag>;

inline constexpr std::size_t tags_max = 50;
inline constexpr std::size_t tag_bytes_max = 256;

// TAG-2: 1 to 256 visible ASCII characters without a comma.
bool is_tag(ByteView text);
// The number of a tag, without regard to case.
//   needs   is_tag(text)
Tag tag_of(ByteView text);

// The tags in all lines of the field; nothing where it is absent. What is not a tag is left out.
std::optional<TagSet> read_tags(const http::Fields& fields, ByteView name);

// For the way between tiers: the numbers in hexadecimal, 16 digits each, without anything between.
std::string write_tag_numbers(std::span<const Tag> tags);
//   fails  as nothing: not the form above, or more than tags_max
std::optional<TagSet> read_tag_numbers(ByteView text);

}  // namespace gust::cache
