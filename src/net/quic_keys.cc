#include "net/quic_keys.h"

#include <cstring>

#include "rt/loop.h"

namespace gust::net {

std::shared_ptr<const QuicKeys> QuicKeys::make(rt::Loop& loop) {
  auto keys = std::make_shared<QuicKeys>();
  loop.fill_secret(keys->reset_secret);
  loop.fill_secret(keys->token_secret);
  loop.fill_secret(keys->ticket_key);
  std::array<char, sizeof(HashSeed)> seed;
  loop.fill_secret(seed);
  std::memcpy(&keys->id_seed, seed.data(), seed.size());
  return keys;
}

}  // namespace gust::net
