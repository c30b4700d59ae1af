// Authority: the host and port that Host, :authority and absolute-form targets name.
//
// Source: RFC 9110 sections 4.2 and 7.2; RFC 3986 section 3.2.
// Shape:  stricter than RFC 3986: a name is letters, digits, `-`, `.` and `_`, at most 255 bytes; no userinfo, no
//         percent-coding, no empty host, no empty port, no zone and no IPvFuture.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"

namespace gust::http {

struct Authority {
  ByteView text;           // as sent
  ByteView host;           // without the port; an IPv6 address keeps its brackets
  std::uint16_t port = 0;  // 0 where not given
};

//   gives   views into `text`
//   fails   bad_host
Result<Authority> read_authority(ByteView text, Side side = Side::viewer);

}  // namespace gust::http
