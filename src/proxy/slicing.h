// Slicing: ranges of an object that is not stored whole come from aligned slices of it, each stored by itself.
//
// Source: RANGE-1 to RANGE-4, RANGE-6, RANGE-7; RFC 9110 sections 14.4 and 15.3.7; RFC 9111 sections 3.3 and 3.4.
// Shape:  a slice is an Entry of status 206 under the object's key with `S` and its size and number behind, so that
//         purges of the path reach it, and fills, waiting, freshness and revalidation go as for any other. Its
//         Content-Range tells the length of the whole. A request for a range looks for the whole object first, then for
//         the slice that the range begins in; that one gives the answer's head, and send_slices.h brings the others.
// Mixing: bytes of two slices go into one answer only if both tell the same length and the same strong validator
//         (RFC 9110 section 15.3.7.3); slices without one serve ranges within them.
// Way out: what cannot be sliced is asked for as the viewer asked (own range), and is not stored.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "cache/entry.h"
#include "cache/key.h"
#include "http/message.h"
#include "origin/fetch.h"
#include "rt/task.h"

namespace gust {
class Arena;
}

namespace gust::proxy {

struct Passage;
enum class Next : std::uint8_t;

// RANGE-6, LIM-6: the longest object that is cached whole.
inline constexpr ByteCount whole_object_bytes_max = 50'000'000'000;

// What a Passage knows while its key is that of a slice.
struct Slicing {
  cache::Key object_key;
  std::uint64_t number = 0;
  bool is_further = false;   // just this slice: of an answer that has begun with another, or to be confirmed
  ByteView wanted_version;   // what is stored of another version is of no use; empty: any
  bool is_outdated = false;  // slices of a newer version were met while the answer was sent
};

// The viewer's range is asked for as it is, by fetch. Those who wait for the slice go on alone.
void go_by_own_range(Passage& passage);

// True where the request's ranges may be served from slices. Never for what an edge asks for by its own range.
bool may_slice(const Passage& passage);

// `again`, whose key is that of the object, asks for the slice that `passage` was about: it confirms a stale one.
void be_slice_of(Passage& again, const Passage& passage);

// The step `lookup` of such a request: the whole object (RANGE-1), else the slice.
Next lookup_slice(Passage& passage);

// Behind a look-up that found nothing of the whole object: true where its first slice tells that it is too long to be
// stored whole. The answer comes from slices from then on, and others need not wait for this request.
bool takes_whole_by_slices(Passage& passage);
// Of an answer to a request for the whole: true where it is too long to be stored, and its origin knows ranges. It is
// to be dropped, and looked for again: the answer comes from slices from then on.
bool goes_by_slices(Passage& passage, const http::RequestHead& sent, const origin::Fetched& fetched);

// Behind the join() of such a request, which gave `at_hand`: what another's fill did not bring is looked for once more.
// Gives true when an answer is at hand.
rt::Task<bool> settle_join(Passage& passage, bool at_hand);

// Range of the slice, in a request that is sent for it.
void add_slice_range(const Passage& passage, http::RequestHead& request);
// What the parent tier is told beside.
void add_slice_fields(const Passage& passage, http::RequestHead& to_parent);

// What a slice's request brought.
enum class SliceAnswer : std::uint8_t {
  at_hand,    // the answer is at hand
  own_range,  // ask again, by the viewer's own range
  whole,      // ask again, for the whole (RANGE-4)
  other,      // to be treated as any other: an error, or the whole object (RANGE-3), whose key it has now
};
SliceAnswer take_slice(Passage& passage, const http::RequestHead& sent, origin::Fetched& fetched);

// What of a slice that passes through, because it may not be stored, is for the viewer.
struct SliceCut {
  ByteCount skipped = 0;  // still to be skipped
  ByteCount bytes = 0;    // still to be sent
  ByteView content_range;
};
// The next piece of the slice becomes what of it is for the viewer; it may be empty before the cut begins.
Slice take_cut(SliceCut& cut, const Slice& piece);
// Makes `head`, of the slice, that of Passage::cut.
http::BodyFraming become_cut(const Passage& passage, http::ResponseHead& head);

// Of a slice: the length of the whole and its strong validator in one text; empty where there is none.
ByteView version_of(const cache::Entry& slice, Arena& arena);
// Of a slice: the length of the whole.
ByteCount complete_of(const cache::Entry& slice);
// True if Passage::entry is a slice, of which the answer is made.
bool is_sliced(const Passage& passage);
// The key of a slice of the same object as passage.slicing's.
cache::Key slice_key(const Passage& passage, std::uint64_t number, Arena& arena);

}  // namespace gust::proxy
