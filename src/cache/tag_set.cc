#include "cache/tag_set.h"

#include <algorithm>
#include <charconv>

#include "base/hash.h"
#include "base/text.h"
#include "http/fields.h"

namespace gust::cache {
namespace {

constexpr std::size_t digits_each = 16;

// Which tags a response names, those that are too many left out in the order of the origin.
void add_tags(ByteView list, TagSet& tags) {
  for (const ByteView element : split(list, ',')) {
    if (tags.size() == tags_max) return;
    const ByteView text = trim(element);
    if (!is_tag(text)) continue;
    const Tag tag = tag_of(text);
    if (std::ranges::find(tags, tag) == tags.end()) tags.push_back(tag);
  }
}

}  // namespace

bool is_tag(ByteView text) {
  return !text.empty() && text.size() <= tag_bytes_max &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~' && c != ','; });
}

Tag tag_of(ByteView text) {
  char in_lower_case[tag_bytes_max];
  const std::size_t bytes = std::min(text.size(), tag_bytes_max);
  std::ranges::transform(text.substr(0, bytes), in_lower_case, lower);
  return hash128({in_lower_case, bytes}, {}).low;
}

std::optional<TagSet> read_tags(const http::Fields& fields, ByteView name) {
  const http::Field* at = fields.find(name);
  if (at == nullptr) return std::nullopt;
  TagSet tags;
  for (; at != nullptr; at = fields.find(name, at)) add_tags(at->value, tags);
  std::ranges::sort(tags);
  return tags;
}

std::string write_tag_numbers(std::span<const Tag> tags) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  text.reserve(tags.size() * digits_each);
  for (const Tag tag : tags) {
    for (int shift = 60; shift >= 0; shift -= 4) text += digits[(tag >> shift) & 15U];
  }
  return text;
}

std::optional<TagSet> read_tag_numbers(ByteView text) {
  if (text.size() % digits_each != 0 || text.size() > tags_max * digits_each) return std::nullopt;
  TagSet tags;
  for (; !text.empty(); text.remove_prefix(digits_each)) {
    Tag tag = 0;
    const char* end = text.data() + digits_each;
    const auto read = std::from_chars(text.data(), end, tag, 16);
    if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
    tags.push_back(tag);
  }
  std::ranges::sort(tags);
  return tags;
}

}  // namespace gust::cache
