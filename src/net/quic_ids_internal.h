// Connection ids that carry the number of the core that has the connection, so that a packet which another core
// received (its peer's address has changed) finds it.
//
// Source: RFC 9000 sections 5.1 and 5.2. What is behind the first byte is random; the first byte is the core under a
// mask
//         that only we can compute of the rest, so that two ids of one connection tell an observer nothing.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>

#include "base/bytes.h"
#include "base/hash.h"

namespace gust::rt {
class Loop;
}

namespace gust::net {

struct QuicKeys;

struct QuicId {
  std::array<char, 20> bytes{};
  std::uint8_t size = 0;

  QuicId() = default;
  explicit QuicId(ByteView text) : size(static_cast<std::uint8_t>(text.size())) {
    std::memcpy(bytes.data(), text.data(), text.size());
  }
  ByteView view() const { return {bytes.data(), size}; }
  friend bool operator==(const QuicId& a, const QuicId& b) { return a.view() == b.view(); }
};

struct QuicIdHash {
  HashSeed seed;
  std::size_t operator()(const QuicId& id) const { return hash128(id.view(), seed).low; }
};

inline constexpr std::size_t quic_id_bytes = 16;  // of ours

QuicId make_quic_id(rt::Loop& loop, const QuicKeys& keys, std::size_t core);
//   needs   quic_id_bytes bytes
std::size_t core_of(ByteView id, const QuicKeys& keys);

}  // namespace gust::net
