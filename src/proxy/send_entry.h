// Stored responses as answers: conditions, ranges, and the body from the cache's own memory.
//
// Source: COND-3, COND-4, HEAD-1, RANGE-1, RANGE-3 to RANGE-5, BODY-1, BODY-2, BODY-4; RFC 9110 sections 13.2.2, 14,
//         15.3.7 and 15.4.5.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "http/conditional.h"
#include "http/range.h"
#include "rt/task.h"

namespace gust::proxy {

struct Passage;
enum class Next : std::uint8_t;

// Sends Passage::entry, or the part of it that is asked for; its body may still be on its way. Gives what the step
// `respond` gives, which for most answers is this.
rt::Task<Next> send_entry(Passage& passage);

// What of a stored representation of `complete` bytes the viewer gets, its conditions aside.
http::PartsChoice choose_parts_of(const Passage& passage, const http::Validators& validators,
                                  std::optional<ByteCount> complete);

}  // namespace gust::proxy
