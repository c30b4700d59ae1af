#include "proxy/tags.h"

#include "base/arena.h"
#include "proxy/passage.h"
#include "proxy/tier_fields.h"

namespace gust::proxy {

std::optional<cache::TagSet> tags_of(const Passage& passage, const http::Fields& fields) {
  if (passage.from_parent) {
    const auto numbers = fields.get(tier_field::tags);
    return numbers ? cache::read_tag_numbers(*numbers) : std::nullopt;
  }
  const Route& match = *passage.match;
  const bool is_second = passage.member == Member::second && match.second;
  const ByteView header = is_second ? match.second->cache_tag_header : match.cache_tag_header;
  return header.empty() ? std::nullopt : cache::read_tags(fields, header);
}

void tell_tags(const Passage& passage, http::ResponseHead& head) {
  std::string numbers;
  if (passage.entry) {
    if (passage.entry->tags().empty() && passage.match->cache_tag_header.empty()) return;
    numbers = cache::write_tag_numbers(passage.entry->tags());
  } else if (passage.fetched) {
    const auto tags = tags_of(passage, passage.fetched->head().fields);
    if (!tags) return;
    numbers = cache::write_tag_numbers(*tags);
  } else {
    return;
  }
  head.fields.set(tier_field::tags, passage.arena.copy(numbers));
}

}  // namespace gust::proxy
