#include "net/quic_ids_internal.h"
#include "net/quic_keys.h"
#include "rt/loop.h"

namespace gust::net {
namespace {

std::uint8_t mask_of(ByteView id, const QuicKeys& keys) {
  return static_cast<std::uint8_t>(hash128(id.substr(1), keys.id_seed).high);
}

}  // namespace

QuicId make_quic_id(rt::Loop& loop, const QuicKeys& keys, std::size_t core) {
  QuicId id;
  id.size = quic_id_bytes;
  loop.fill_secret(MutableBytes(id.bytes).first(quic_id_bytes));
  id.bytes[0] = static_cast<char>(core ^ mask_of(id.view(), keys));
  return id;
}

std::size_t core_of(ByteView id, const QuicKeys& keys) {
  return static_cast<std::uint8_t>(static_cast<std::uint8_t>(id[0]) ^ mask_of(id, keys));
}

}  // namespace gust::net
