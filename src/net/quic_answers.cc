// What is answered to packets of no connection. None is longer than what it answers.
#include <ngtcp2/ngtcp2_crypto.h>

#include <algorithm>
#include <array>

#include "net/quic_endpoint_internal.h"
#include "net/quic_keys.h"
#include "net/quic_native_internal.h"
#include "rt/loop.h"

namespace gust::net {

bool QuicEndpoint::may_answer_stray() {
  if (loop_.now() >= stray_second_ + std::chrono::seconds(1)) {
    stray_second_ = loop_.now();
    stray_answers_ = 0;
  }
  if (stray_answers_ < limits_.stray_answers_max) {
    ++stray_answers_;
    return true;
  }
  ++counts_.dropped;
  return false;
}

// Sends the first `bytes` of the output's space to whoever sent `packet`; false where there are none.
bool QuicEndpoint::answer(const rt::Datagram& packet, ngtcp2_ssize bytes) {
  if (bytes <= 0 || static_cast<std::size_t>(bytes) > packet.bytes.size()) return false;
  output_->add(static_cast<std::size_t>(bytes), packet.to, packet.from);
  output_->flush();
  return true;
}

// RFC 9000 section 6: version 1, and one that is reserved, so that peers stay used to unknown ones.
void QuicEndpoint::offer_versions(const rt::Datagram& packet, const ngtcp2_version_cid& ids) {
  const MutableBytes space = output_->space();
  if (packet.bytes.size() < NGTCP2_MAX_UDP_PAYLOAD_SIZE || space.empty() || !may_answer_stray()) return;
  const auto random = static_cast<std::uint32_t>(loop_.random());
  const std::array<std::uint32_t, 2> versions{(random & 0xf0f0f0f0U) | 0x0a0a0a0aU, NGTCP2_PROTO_VER_V1};
  const ngtcp2_ssize bytes = ngtcp2_pkt_write_version_negotiation(
      native_room(space), space.size(), static_cast<std::uint8_t>(random >> 24), ids.scid, ids.scidlen, ids.dcid,
      ids.dcidlen, versions.data(), versions.size());
  if (answer(packet, bytes)) ++counts_.versions_offered;
}

void QuicEndpoint::ask_to_retry(const rt::Datagram& packet, const ngtcp2_pkt_hd& head) {
  const MutableBytes space = output_->space();
  if (space.empty()) return;
  const ngtcp2_cid own = native_of(make_id());
  const NativeEndpoint from(packet.from);
  const auto& secret = keys_->token_secret;
  std::array<std::uint8_t, NGTCP2_CRYPTO_MAX_RETRY_TOKENLEN> token;
  const ngtcp2_ssize token_bytes = ngtcp2_crypto_generate_retry_token(
      token.data(), native_bytes(ByteView(secret.data(), secret.size())), secret.size(), head.version,
      from.address.addr, from.address.addrlen, &own, &head.dcid, time_of(loop_.now()));
  if (token_bytes <= 0) return;
  const ngtcp2_ssize bytes = ngtcp2_crypto_write_retry(native_room(space), space.size(), head.version, &head.scid, &own,
                                                       &head.dcid, token.data(), static_cast<std::size_t>(token_bytes));
  if (answer(packet, bytes)) ++counts_.retries;
}

void QuicEndpoint::refuse(const rt::Datagram& packet, const ngtcp2_pkt_hd& head, std::uint64_t error_code) {
  ++counts_.refused;
  const MutableBytes space = output_->space();
  if (space.empty() || !may_answer_stray()) return;
  answer(packet, ngtcp2_crypto_write_connection_close(native_room(space), space.size(), head.version, &head.scid,
                                                      &head.dcid, error_code, nullptr, 0));
}

// RFC 9000 section 10.3.3: shorter than what it answers, lest two endpoints answer each other for ever.
void QuicEndpoint::reset_stray(const rt::Datagram& packet, ByteView id) {
  constexpr std::size_t random_bytes_most = 26;
  const MutableBytes space = output_->space();
  const std::size_t least = NGTCP2_MIN_STATELESS_RESET_RANDLEN + NGTCP2_STATELESS_RESET_TOKENLEN + 1;
  if (packet.bytes.size() < least || space.empty()) {
    ++counts_.dropped;
    return;
  }
  if (!may_answer_stray()) return;
  const std::size_t random_bytes =
      std::min(random_bytes_most, packet.bytes.size() - NGTCP2_STATELESS_RESET_TOKENLEN - 1);
  std::array<char, random_bytes_most> random;
  loop_.fill_secret(random);
  const ngtcp2_cid native = native_of(QuicId(id));
  std::array<std::uint8_t, NGTCP2_STATELESS_RESET_TOKENLEN> token;
  const auto& secret = keys_->reset_secret;
  if (ngtcp2_crypto_generate_stateless_reset_token(token.data(), native_bytes(ByteView(secret.data(), secret.size())),
                                                   secret.size(), &native) != 0) {
    return;
  }
  const ngtcp2_ssize bytes =
      ngtcp2_pkt_write_stateless_reset(native_room(space), space.size(), token.data(),
                                       native_bytes(ByteView(random.data(), random.size())), random_bytes);
  if (answer(packet, bytes)) ++counts_.stateless_resets;
}

}  // namespace gust::net
