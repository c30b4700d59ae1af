// Pool: the connections of one core to origins, in use and idle.
//
// Source: ORIG-8 (keep-alive); SECURITY.md "origin pool poisoning across tenants", "Resources".
// Shape:  by key (pool_key_of): a bounded number of connections, of which some are idle, newest first; who finds the
//         bound reached waits in turn. A Lease is the right to one connection: an idle one it was given, or one its
//         holder makes. An idle connection is closed at its expiry, and is not given out again once anything has
//         arrived on it (an end, or bytes that no request asked for).
// Core:   one. The pool outlives its leases.
#pragma once

#include <deque>
#include <list>
#include <map>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "rt/operation.h"
#include "rt/signal.h"
#include "rt/task.h"

namespace gust::origin {

struct PoolLimits {
  std::size_t connections_per_key_max = 256;
  std::size_t waiting_per_key_max = 1024;
  std::size_t idle_per_key_max = 64;
  std::size_t idle_max = 1024;  // the one idle for longest is closed for a new one
};

// What a pool keeps.
class Poolable {
 public:
  virtual ~Poolable() = default;
  // True while nothing has arrived and the peer has not ended: asked of an idle connection before it is used again.
  virtual bool is_quiet() = 0;
};

class Pool;

// The right to one connection of a key. Moves; what it holds is closed with it unless given back.
class Lease {
 public:
  Lease() = default;
  Lease(Lease&& other) noexcept;
  Lease& operator=(Lease&& other) noexcept;
  ~Lease() { release(); }

  explicit operator bool() const { return pool_ != nullptr; }
  // Null until one was set.
  Poolable* connection() const { return connection_.get(); }
  // True where the connection has served a request before.
  bool is_reused() const { return is_reused_; }
  void set_connection(std::unique_ptr<Poolable> fresh);
  void close_connection();
  // The connection is clean: the next one may have it, for `keep` from now.
  void give_back(Duration keep);
  // Closes the connection and gives up the right.
  void release();

 private:
  friend class Pool;
  struct Use;
  Pool* pool_ = nullptr;
  struct PoolKey* key_ = nullptr;
  std::unique_ptr<Poolable> connection_;
  bool is_reused_ = false;
};

struct PoolCounts {
  std::size_t idle = 0;
  std::size_t leased = 0;
  std::size_t waiting = 0;
  std::uint64_t reused = 0;      // leases given with an idle connection
  std::uint64_t found_dead = 0;  // idle connections on which something had arrived
  std::uint64_t expired = 0;
  std::uint64_t refused = 0;  // would_exceed_limit
};

class Pool {
 public:
  Pool(rt::Loop& loop, const PoolLimits& limits);
  ~Pool();  // needs every lease to be gone

  // An idle connection of `key`, or the right to make one; waits in turn where the key has no more to give.
  //   fails   would_exceed_limit (the queue is full), timed_out, cancelled; side own
  rt::Task<Result<Lease>> take(std::string key, Instant deadline);

  // Closes what is idle, as in an orderly stop.
  void close_idle();
  const PoolCounts& counts() const { return counts_; }

 private:
  friend class Lease;
  struct Idle;
  struct Waiter;
  void put_idle(PoolKey& key, std::unique_ptr<Poolable> connection, Duration keep);
  std::unique_ptr<Poolable> take_idle(PoolKey& key);
  void drop_idle(Idle& idle);
  void lease_ended(PoolKey& key);
  void forget_if_unused(PoolKey& key);

  rt::Loop& loop_;
  PoolLimits limits_;
  PoolCounts counts_;
  std::map<std::string, std::unique_ptr<PoolKey>, std::less<>> keys_;
  std::list<Idle> idle_;  // all keys, longest idle first
};

}  // namespace gust::origin
