// Answer heads: what a node says of its own in each answer, and what the log keeps of them.
//
// Source: HDR-6 to HDR-12, RHP-1 to RHP-6.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "base/time.h"
#include "http/message.h"

namespace gust::proxy {

struct Passage;

// HDR-10: absent on a miss, unless the origin told an age itself.
std::optional<Duration> age_to_tell(const Passage& passage);

// Whether nothing is done to the fields of a stored response on the way to this viewer, but that own ones come behind
// them: then they go out as they were made ready, else they become a list that can be changed. Asked once an answer.
bool goes_as_prepared(const Passage& passage);

// What each answer says anew, in the order of HDR-12, the status of an error page, and then what the response headers
// policy makes of it for a viewer; prepared where the head is. `origin_via`: the stored or fetched answer's own, or
// empty.
void add_own_fields(Passage& passage, http::ResponseHead& head, ByteView origin_via, std::optional<Duration> age);

// For the log. `length`: of the content, where it is known.
void note_head(Passage& passage, const http::ResponseHead& head, std::optional<ByteCount> length);

}  // namespace gust::proxy
