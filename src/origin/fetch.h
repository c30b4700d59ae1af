// Fetcher: sends a request to an origin or a parent tier and gives the response. The front door of origin.
//
// Source: CLOUDFRONT.md ORIG-1 to ORIG-8, LIM-5, BODY-5; RFC 9112 section 9.3.1 (retries).
// Shape:  one a core, with its pool, resolver and address policy.
// Retries:
//   connect   up to `attempts` times, over the addresses of the name in turn (ORIG-4)
//   reused    once on a new connection, when a reused one died before the first byte of the response, and either the
//             method is idempotent and the request has no body, or nothing of the request had been written
//   timeout   GET and HEAD without a body up to `attempts` times in all (ORIG-6); other methods never
// Core:   one. It outlives what it fetched.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "http/head_parser.h"
#include "http/message.h"
#include "net/tls_client.h"
#include "origin/address_policy.h"
#include "origin/failure.h"
#include "origin/pool.h"
#include "origin/resolver.h"
#include "origin/signing.h"
#include "rt/address.h"
#include "rt/scope.h"
#include "rt/task.h"

namespace gust::http {
class BodyReader;
class InterimSink;
class Tunnel;
}  // namespace gust::http

namespace gust::rt {
class Scope;
}  // namespace gust::rt

namespace gust::origin {

class ParentTier;
struct OriginTarget;

struct FetcherSettings {
  AddressPolicy addresses{};
  PoolLimits pool{};
  ResolverLimits resolver{};
  http::HeadLimits head{};  // LIM-5
  // Which authorities are believed about origins (ORIG-2); null: none, so that nothing is fetched over TLS.
  std::shared_ptr<const net::TrustStore> trust = nullptr;
};

// Facts of one fetch, filled as it goes and good after a failure too.
struct FetchFacts {
  FetchPhase phase = FetchPhase::queue;  // the last one begun
  std::uint32_t attempts = 0;            // connections on which the request was tried, or that were tried
  bool connection_reused = false;        // of the last attempt
  rt::Endpoint remote;                   // of the last attempt
  Duration resolve{};                    // of the last attempt; zero on a reused connection
  Duration connect{};
  Duration first_byte{};  // from fetch() to the first byte of the response
};

// A response whose head has come. Destroying it before its end closes the connection.
class Fetched {
 public:
  Fetched(Fetched&&) noexcept;
  Fetched& operator=(Fetched&&) noexcept;
  ~Fetched();

  // Final (no 1xx). It and its views live as long as this, also when this is moved.
  const http::ResponseHead& head() const;
  // What the body will be; empty for HEAD, 204 and 304.
  http::BodyFraming framing() const;

  // The next piece of the body; an empty one is its end. Behind it the connection goes back to the pool if it can serve
  // again. The waits are bounded by the target's read and completion timeouts and by `deadline`.
  //   fails   timed_out, reset, short_body, bad_chunk, bad_trailer, head_too_large (trailers), cancelled; side origin
  rt::Task<Result<Slice>> read(Instant deadline = never);
  // True where all of the body is here, so that reading it waits for nothing.
  bool is_at_hand() const;
  // From now on a piece is good until the next read() only: fewer are copied.
  void lend_pieces();

  // After a 101 that the request's `upgrade` asked for, the connection to the origin; else null. It counts no more
  // among those that a pool may have, and closes with this.
  http::Tunnel* tunnel();

  // The trailer fields; empty before the end.
  const http::Fields& trailers() const;

 private:
  friend class Fetcher;
  struct State;
  explicit Fetched(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

class Fetcher {
 public:
  // `loop` outlives it.
  Fetcher(rt::Loop& loop, FetcherSettings settings);
  ~Fetcher();

  // Sends `head` as make_origin_request makes it, signed where the target says so, with the content of `body` (null:
  // none), framed by the head's Content-Length, else chunked. Interim responses go to `interim`, where there is one.
  // What of `body` is unsent when the response begins goes on in `sender`, where there is one, until the response ends;
  // else it is not sent any more.
  //   needs   `target`, `head`, `body` and `facts` outlive the wait, `body` also what runs in `sender`
  //   fails   name_not_found; access_denied (the AddressPolicy, the origin's certificate; side own: Signer::sign);
  //   refused, unreachable,
  //   timed_out, reset, closed;
  //           head_too_large, bad_* (an invalid response); would_exceed_limit (pool); cancelled; and what `body` fails
  //           with, side viewer. failure_of(error, facts.phase) says what each means.
  rt::Task<Result<Fetched>> fetch(const OriginTarget& target, const http::RequestHead& head, http::BodyReader* body,
                                  FetchFacts& facts, rt::Scope* sender = nullptr, http::InterimSink* interim = nullptr);

  // Sends `head` to the parent that `key_hash` leads to, or the next when that cannot be reached. One that is down
  // is tried again beside requests.
  //   needs   `tier` outlives close()
  //   fails   as above; unreachable at once, with facts.attempts == 0, when all parents are down: the caller may go
  //           straight to the origin
  rt::Task<Result<Fetched>> fetch(ParentTier& tier, std::uint64_t key_hash, const http::RequestHead& head,
                                  http::BodyReader* body, FetchFacts& facts, http::InterimSink* interim = nullptr);

  // Closes idle connections, ends look-ups and probes. All that was fetched is gone by then.
  rt::Task<void> close();

  const PoolCounts& pool_counts() const { return pool_.counts(); }

 private:
  struct Trying;
  rt::Task<Result<void>> connect(Trying& trying);
  rt::Task<Result<std::unique_ptr<Poolable>>> connect_once(const Trying& trying, Instant deadline);
  rt::Task<Result<std::unique_ptr<net::Stream>>> reach(const Trying& trying, rt::Endpoint address, Instant deadline);
  rt::Task<Result<std::vector<rt::Endpoint>>> addresses_of(const OriginTarget& target, bool is_secure,
                                                           Instant deadline);
  rt::Task<Result<void>> exchange(Trying& trying);
  // Tries to connect to a parent that is down until it is up.
  rt::Task<void> watch(ParentTier& tier, std::size_t parent);

  rt::Loop& loop_;
  FetcherSettings settings_;
  Resolver resolver_;
  net::TlsClient tls_;
  Pool pool_;
  Signer signer_;
  rt::Scope probes_;
};

}  // namespace gust::origin
