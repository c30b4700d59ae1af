#include "http/byteranges.h"

#include <fmt/format.h>

namespace gust::http {

Byteranges make_byteranges(std::span<const ByteRange> parts, ByteCount complete, ByteView part_type,
                           ByteView boundary) {
  Byteranges result;
  result.content_type = fmt::format("multipart/byteranges; boundary={}", boundary);
  result.frames.reserve(parts.size() + 1);
  ByteView line_before;
  for (const ByteRange& part : parts) {
    std::string frame = fmt::format("{}--{}\r\n", line_before, boundary);
    if (!part_type.empty()) frame += fmt::format("Content-Type: {}\r\n", part_type);
    frame += fmt::format("Content-Range: {}\r\n\r\n", content_range_of(part, complete));
    result.content_bytes += frame.size() + part.bytes;
    result.frames.push_back(std::move(frame));
    line_before = "\r\n";
  }
  result.frames.push_back(fmt::format("\r\n--{}--\r\n", boundary));
  result.content_bytes += result.frames.back().size();
  return result;
}

}  // namespace gust::http
