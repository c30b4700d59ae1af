// Sending of slices: the parts of an answer whose object is stored in slices, each as it comes.
//
// Source: RANGE-2, BODY-1; RFC 9110 section 15.3.7.3.
// Shape:  a slice beside the first goes through `lookup` and `fetch` as a request of its own, begun when the one before
//         it is being sent: one ahead, no more. The viewer's leaving ends what has not brought its head.
#pragma once

#include <span>

#include "http/byteranges.h"
#include "http/range.h"
#include "rt/task.h"

namespace gust::proxy {

class ContentWriter;
struct Passage;

// Sends `parts`, each behind its frame where there are frames; Passage::entry is one of the slices.
//   false  the viewer left; or a slice did not come, or is of another version: then the answer is broken off if it had
//          begun, and Slicing::is_outdated says that the slices it began with are of no use and have been dropped
rt::Task<bool> send_slices(Passage& passage, ContentWriter& writer, std::span<const http::ByteRange> parts,
                           const http::Byteranges& frames);

}  // namespace gust::proxy
