// Byteranges: the frames around the parts of a multipart/byteranges answer.
//
// Source: RFC 9110 sections 14.6 and 15.3.7.2; RFC 2046 section 5.1.
// Shape:  pure. Only the frames are made; the parts themselves are sent from where they are. Frame i stands before
//         part i, the last one behind them all.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "http/range.h"

namespace gust::http {

struct Byteranges {
  std::string content_type;         // of the answer, with the boundary
  std::vector<std::string> frames;  // one more than there are parts
  ByteCount content_bytes = 0;      // of frames and parts together: Content-Length
};

//   part_type  Content-Type of the representation; empty: none is said
//   boundary   1 to 70 letters and digits, of chance, so that no part is likely to have it in it
Byteranges make_byteranges(std::span<const ByteRange> parts, ByteCount complete, ByteView part_type, ByteView boundary);

}  // namespace gust::http
