// TicketKeys: the keys that seal session tickets, the same on every core and node that began with the same secret.
//
// Source: RFC 5077 sections 4 and 5.5, RFC 8446 section 4.6.1; SECURITY.md "TLS".
// Shape:  time is cut into periods, each with a key of its own. The secret of a period is made from that of the one
//         before it by a one-way function, and older ones are wiped: so cores need not talk to each other, and what is
//         in memory does not open the tickets of yesterday. A ticket is good in its own period and the next.
// Time:   wall time, given by the caller. A clock that goes back finds the keys where they are; one that is a period
//         ahead of another's is understood by it.
// Core:   each has its own copy.
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "base/time.h"

namespace gust::net {

struct TicketKey {
  std::array<unsigned char, 16> name{};
  std::array<unsigned char, 32> cipher{};  // AES-256
  std::array<unsigned char, 32> mac{};     // HMAC with SHA-256
};

class TicketKeys {
 public:
  static constexpr std::size_t secret_bytes = 32;
  static constexpr Duration usual_period = std::chrono::hours{6};

  // `secret`: secret_bytes random bytes, of the period that begins at `begin`.
  TicketKeys(ByteView secret, WallTime begin, Duration period = usual_period);
  TicketKeys(const TicketKeys&) = default;
  TicketKeys& operator=(const TicketKeys&) = default;
  ~TicketKeys();

  // The key for new tickets.
  const TicketKey& current(WallTime now);
  // The key of that name, of the period of `now`, the one before or the one behind; null: another, or too old.
  const TicketKey* find(ByteView name, WallTime now);
  Duration period() const { return period_; }

 private:
  void move_on(WallTime now);
  void step();

  std::array<char, secret_bytes> secret_;  // of the period behind the current one
  WallTime ends_;                          // the current period
  Duration period_;
  TicketKey previous_, current_, next_;
  bool has_previous_ = false;
};

}  // namespace gust::net
