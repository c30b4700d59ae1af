// QuicKeys: the secrets that all cores of a node share, so that each understands what another has given out.
//
// Source: RFC 9000 sections 8.1.4 (tokens) and 10.3.2 (stateless resets); RFC 8446 section 4.6.1 (tickets, whose keys
//         GnuTLS derives from this one and changes by time).
// Shape:  immutable. Kept over a restart, they let peers of before notice at once that their connections are gone.
#pragma once

#include <array>
#include <memory>

#include "base/hash.h"

namespace gust::rt {
class Loop;
}

namespace gust::net {

struct QuicKeys {
  std::array<char, 32> reset_secret;
  std::array<char, 32> token_secret;
  std::array<char, 64> ticket_key;
  HashSeed id_seed;

  // New ones.
  static std::shared_ptr<const QuicKeys> make(rt::Loop& loop);
};

}  // namespace gust::net
