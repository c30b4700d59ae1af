#include "http/byteranges.h"

#include <gtest/gtest.h>

namespace gust::http {
namespace {

TEST(Byteranges, Rfc9110Section14Point6PartsStandInFramesWithTypeAndContentRange) {
  const std::string text = "0123456789";
  const std::vector<ByteRange> parts{{0, 2}, {8, 2}};
  const Byteranges made = make_byteranges(parts, text.size(), "text/plain", "b0");
  std::string content;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    content += made.frames[i] + text.substr(parts[i].offset, parts[i].bytes);
  }
  content += made.frames.back();
  EXPECT_EQ(made.content_type, "multipart/byteranges; boundary=b0");
  EXPECT_EQ(content,
            "--b0\r\nContent-Type: text/plain\r\nContent-Range: bytes 0-1/10\r\n\r\n01"
            "\r\n--b0\r\nContent-Type: text/plain\r\nContent-Range: bytes 8-9/10\r\n\r\n89"
            "\r\n--b0--\r\n");
  EXPECT_EQ(made.content_bytes, content.size());
}

TEST(Byteranges, Rfc9110Section15Point3Point7APartOfUnknownTypeSaysNone) {
  const std::vector<ByteRange> parts{{0, 1}, {3, 1}};
  const Byteranges made = make_byteranges(parts, 4, {}, "x");
  EXPECT_EQ(made.frames[0], "--x\r\nContent-Range: bytes 0-0/4\r\n\r\n");
}

}  // namespace
}  // namespace gust::http
