// QuicServer: the QUIC endpoint of one core.
//
// Source: RFC 9000 (version 1), RFC 9001, RFC 9002, by ngtcp2; SECURITY.md "HTTP/2 and HTTP/3"; docs/decisions/quic.md.
// Shape:  listen(), install(), start(), and at the end drain(). Every core of a node has one on the same port
//         (share_port), with the same keys and in one group.
// Safety: nothing is kept of a peer before its first packet is one that may begin a connection; above retry_above
//         handshakes not before its address is validated either. Until then at most three times what came is sent
//         (RFC 9000 section 8.1). CRYPTO data out of order (64 KiB) and ranges to be acknowledged (1,024) are bounded
//         by ngtcp2.
// Core:   one.
#pragma once

#include <cstdint>
#include <memory>

#include "base/result.h"
#include "base/time.h"
#include "rt/address.h"
#include "rt/task.h"

namespace gust::rt {
class Loop;
}

namespace gust::net {

class QuicAcceptor;
class QuicGroup;
class TlsBook;
struct QuicKeys;
struct QuicLimits;

struct QuicCounts {
  std::uint64_t begun = 0;             // handshakes
  std::uint64_t established = 0;       // handshakes that ended well
  std::uint64_t retries = 0;           // addresses to be validated first
  std::uint64_t refused = 0;           // turned away by a limit
  std::uint64_t versions_offered = 0;  // to peers that speak another one
  std::uint64_t stateless_resets = 0;
  std::uint64_t handed_over = 0;  // packets to other cores
  std::uint64_t dropped = 0;      // packets of no use
};

class QuicServer {
 public:
  // `loop`, `acceptor`, `limits` and `group` (may be null) outlive it; `core` is its place in the group.
  QuicServer(rt::Loop& loop, QuicAcceptor& acceptor, const QuicLimits& limits, std::shared_ptr<const QuicKeys> keys,
             QuicGroup* group = nullptr, std::size_t core = 0);
  ~QuicServer();  // drain() has ended
  QuicServer(const QuicServer&) = delete;
  QuicServer& operator=(const QuicServer&) = delete;

  //   fails   address_in_use, access_denied, io_failed
  Result<void> listen(const rt::Endpoint& at, bool share_port);
  rt::Endpoint local() const;
  // By which handshakes go from now on: those of its sites that offer HTTP/3. Without a book, none ends well.
  void install(std::shared_ptr<const TlsBook> book);
  // Takes packets from now on.
  void start();
  // Takes no more connections, lets what is under way end until `deadline`, then ends what is left.
  rt::Task<void> drain(Instant deadline);

  std::size_t connections() const;
  std::size_t handshakes() const;
  const QuicCounts& counts() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gust::net
