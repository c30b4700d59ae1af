// Http2HeadList: heads and trailers as the lists that nghttp2 encodes.
//
// Source: RFC 9113 sections 8.1, 8.2 and 8.3; RFC 7541 section 7.1.3 (never indexed).
// Shape:  views of the head's own texts and of `arena`; good while both are. nghttp2 copies those of trailers, which it
//         may encode later, and none of a head's, which it encodes at once. Names go out in lower case; what concerns
//         one HTTP/1.1 connection, or frames its messages, never leaves (RFC 9113 section 8.2.2). Values of names that
//         change with every answer stay out of the peer's table.
// Errors: bad_field, bad_status_line (side own), as write_response_head(). Prepared fields are trusted.
#pragma once

#include <nghttp2/nghttp2.h>

#include <span>
#include <vector>

#include "base/result.h"
#include "http/message.h"

namespace gust {
class Arena;
}

namespace gust::http {

class Http2HeadList {
 public:
  // As write_response_head(); a 101 becomes the 200 of RFC 8441 section 5.
  Result<void> set_response(const ResponseHead& head, BodyFraming framing, Arena& arena);
  Result<void> set_trailers(const Fields& trailers, Arena& arena);

  const nghttp2_nv* data() const { return list_.data(); }
  std::size_t size() const { return list_.size(); }
  // Gives memory back.
  void release() { std::vector<nghttp2_nv>().swap(list_); }

 private:
  void add(ByteView name, ByteView value, std::uint8_t flags);
  Result<void> add_field(const Field& field, Arena& arena);
  void add_known(const Field& field) { add(name_of(field), field.value, flags_of(field.known)); }
  static ByteView name_of(const Field& field);
  static std::uint8_t flags_of(Name name);

  std::vector<nghttp2_nv> list_;  // keeps its memory
};

}  // namespace gust::http
