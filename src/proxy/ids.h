// Ids: what tells one request, and one node, from all others.
//
// Source: HDR-7, HDR-9, OHDR-4.
#pragma once

#include <array>
#include <string>

#include "base/bytes.h"

namespace gust::rt {
class Loop;
}

namespace gust::proxy {

// X-Amz-Cf-Id: 40 bytes of chance as 56 characters of URL-safe base64, ending in "==".
class RequestId {
 public:
  static RequestId make(rt::Loop& loop);
  ByteView text() const { return {text_.data(), text_.size()}; }

 private:
  std::array<char, 56> text_;
};

// True for what RequestId::make may have made: how a tier checks the id that another one hands on.
bool is_request_id(ByteView text);

// The name under which a node stands in Via: "<32 hex digits>.cloudfront.net", the same for the node's whole life.
std::string via_name_of(ByteView node_name);

}  // namespace gust::proxy
