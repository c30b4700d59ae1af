// Tier fields: what our own tiers say to each other in a request and its answer. Never taken from, or shown to, anyone
// else: forward.cc drops a viewer's, and answers leave them out.
#pragma once

#include "base/bytes.h"

namespace gust::proxy::tier_field {

inline constexpr ByteView key = "Gust-Tier-Key";  // proves that the request comes from a tier of ours
inline constexpr ByteView distribution = "Gust-Distribution";
inline constexpr ByteView pattern = "Gust-Path-Pattern";   // of the behaviour that the edge chose (ORD-1 step 4)
inline constexpr ByteView scheme = "Gust-Scheme";          // `https` where the viewer's is that; else absent (ORIG-1)
inline constexpr ByteView own_range = "Gust-Own-Range";    // the Range is to be sent on as it is: it cannot be sliced
inline constexpr ByteView version = "Gust-Slice-Version";  // of a slice: what is stored of another version is of no use
inline constexpr ByteView epoch = "Gust-Epoch";            // of an answer: the newest purge it took part in
inline constexpr ByteView revalidate = "Gust-Revalidate";  // no stale copy, unless the origin is in trouble (STALE-1)
// Of an answer: "2" where the second member of the behaviour's origin group gave it. Of a request: which member's copy
// its conditions are of, "1" or "2"; they say nothing of the other's.
inline constexpr ByteView member = "Gust-Origin-Member";
inline constexpr ByteView result = "Gust-Result";  // of an answer: "hit" where it came from the tier's cache

// Of an answer: it is the tier's own page about a failed origin, and this is the log's word for that (LOG-6).
inline constexpr ByteView failure = "Gust-Failure";

// Explaining. The first also from viewers, who show the token; the second also to them.
inline constexpr ByteView explain = "Gust-Explain";            // `live` or `dry`
inline constexpr ByteView decision = "Gust-Decision";          // of an answer: the tier's record
inline constexpr ByteView cache_status = "Gust-Cache-Status";  // of an answer: the tier's member, where none is shown
// Of an answer: the tags that were kept with it, in the form of cache::write_tag_numbers. Absent: it says nothing of
// tags.
inline constexpr ByteView tags = "Gust-Tags";

}  // namespace gust::proxy::tier_field
