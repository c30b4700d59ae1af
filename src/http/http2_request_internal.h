// Http2Request: makes a RequestHead of the field lines of a HEADERS frame, as strictly as HTTP/1.1's heads are read.
//
// Source: RFC 9113 sections 8.2, 8.2.3 and 8.3.1; RFC 8441 section 4 (extended CONNECT); SECURITY.md "HTTP/2 and
// HTTP/3". Shape:  add() for each field as it comes, then finish(). nghttp2 has refused what is malformed in HTTP/2's
// own terms:
//         names in upper case, control bytes, pseudo fields out of place, twice or missing, Connection and its kin.
// Memory: copies go to the exchange's arena and end at the limits of the head.
#pragma once

#include <optional>

#include "base/result.h"
#include "http/head_parser.h"
#include "http/message.h"

namespace gust {
class Arena;
}

namespace gust::http {

class Http2Request {
 public:
  Http2Request(const HeadLimits& limits, Arena& arena) : limits_(limits), arena_(arena) {}

  void add(ByteView name, ByteView value, RequestHead& into);
  // Adds a trailer field; what is beyond the limits, or is about framing, fails.
  Result<void> add_trailer(ByteView name, ByteView value, Fields& into);
  // The head is whole. Its version is the caller's to say.
  //   fails   as read_request_head(); `into` is then of no use. `unsupported` too for an extended CONNECT to another
  //           protocol than WebSocket
  Result<void> finish(Scheme scheme, RequestHead& into);

 private:
  void take_pseudo(ByteView name, ByteView value);
  Result<Field> make_field(ByteView name, ByteView value, std::size_t fields);
  Result<void> judge_method(RequestHead& into);
  Result<void> take_authority(RequestHead& into);
  void join_cookies(Fields& fields);

  const HeadLimits& limits_;
  Arena& arena_;
  std::size_t bytes_ = 0;  // as HTTP/1.1 would spell them
  std::optional<Error> failure_;
  ByteView method_;
  ByteView scheme_;
  ByteView path_;
  ByteView protocol_;
  std::optional<ByteView> authority_;
};

}  // namespace gust::http
