// Tags: by what invalidations may name a response, as it comes from upstream and as a tier tells the next.
//
// Source: TAG-1 to TAG-5.
// Shape:  the tier that asks the origin reads the tags from the header that the distribution names. A tier below takes
//         what the tier above has kept with the response, not the header: both must clear the same at one purge, also
//         when the header was renamed meanwhile (TAG-4).
// TAG-5 is open: the header goes on to viewers like every other field of the origin. A response headers policy can
//         remove it there.
#pragma once

#include <optional>

#include "cache/tag_set.h"
#include "http/fields.h"

namespace gust::http {
struct ResponseHead;
}

namespace gust::proxy {

struct Passage;

// Of an answer's `fields`, as its upstream sent them; nothing where it says nothing of tags.
std::optional<cache::TagSet> tags_of(const Passage& passage, const http::Fields& fields);

// In an answer to the tier below.
void tell_tags(const Passage& passage, http::ResponseHead& head);

}  // namespace gust::proxy
