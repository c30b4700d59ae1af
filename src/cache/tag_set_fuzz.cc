// Any header value gives tags in order, each once, no more than the limit; any text of numbers is read as written or
// not at all.
#include <algorithm>

#include "base/check.h"
#include "base/text.h"
#include "cache/tag_set.h"
#include "http/fields.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gust;
  const ByteView input(reinterpret_cast<const char*>(data), size);
  http::Fields fields;
  fields.add("Cache-Tag", input);
  fields.add("Cache-Tag", input.substr(size / 2));
  const auto tags = cache::read_tags(fields, "cache-tag");
  CHECK(tags && tags->size() <= cache::tags_max);
  CHECK(std::ranges::is_sorted(*tags) && std::ranges::adjacent_find(*tags) == tags->end());
  CHECK(cache::read_tag_numbers(cache::write_tag_numbers(*tags)) == tags);
  if (const auto numbers = cache::read_tag_numbers(input)) CHECK(numbers->size() * 16 == size);
  return 0;
}
