// Ids: what tells one request, and one node, from all others.
//
// Source: HDR-7, HDR-9, OHDR-4.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/bytes.h"

namespace gust::rt {
class Loop;
}

namespace gust::proxy {

// X-Amz-Cf-Id: 40 bytes as 56 characters of URL-safe base64, ending in "==".
class RequestId {
 public:
  static constexpr std::size_t bytes = 56;
  ByteView text() const { return {text_.data(), bytes}; }

 private:
  friend class RequestIds;
  std::array<char, 64> text_;  // what is behind the id makes it whole words
};

// Makes the ids of one core: a count, mixed with secrets that each core draws for itself at its start. That two are
// alike is about as improbable as for 16 bytes of chance. They are names, not secrets: nothing may rest on their not
// being guessed.
class RequestIds {
 public:
  explicit RequestIds(rt::Loop& loop);
  RequestId next();

 private:
  std::array<std::uint64_t, 4> secret_{};
  std::uint64_t count_ = 0;
};

// True for what RequestIds may have made: how a tier checks the id that another one hands on.
bool is_request_id(ByteView text);

// The name under which a node stands in Via: "<32 hex digits>.cloudfront.net", the same for the node's whole life.
std::string via_name_of(ByteView node_name);

}  // namespace gust::proxy
