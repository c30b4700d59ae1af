// Pool: the connections of one core to origins, in use and idle.
//
// Source: ORIG-8 (keep-alive); SECURITY.md "origin pool poisoning across tenants", "Resources".
// Shape:  by key (pool_key_of): a bounded number of connections, of which some are idle, newest first; who finds the
//         bound reached waits in turn. A Lease is the right to one connection: an idle one it was given, or one its
//         holder makes. An idle connection is watched: it is closed at its expiry, and as soon as anything arrives on
//         it (an end, or bytes that no request asked for), so that such a one is never given out.
// Core:   one. The pool outlives its leases.
#pragma once

#include <deque>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "rt/scope.h"
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
  // True while it could serve another request: nothing has arrived on it and the peer has not ended.
  virtual bool is_reusable() const = 0;
  // Waits while idle: until anything arrives, until `until`, or until a cancel.
  virtual rt::Task<void> watch(Instant until) = 0;
};

class Pool;
struct PoolKey;

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
  void close_connection() { connection_.reset(); }
  // The connection is clean: the next one may have it, for `keep` from now. Gives up the right.
  void give_back(Duration keep);
  // The connection, now the caller's own; gives up the right.
  std::unique_ptr<Poolable> detach();
  // Closes the connection and gives up the right.
  void release();

 private:
  friend class Pool;
  Lease(Pool& pool, PoolKey& key, std::unique_ptr<Poolable> connection);
  Pool* pool_ = nullptr;
  PoolKey* key_ = nullptr;
  std::unique_ptr<Poolable> connection_;
  bool is_reused_ = false;
};

struct PoolCounts {
  std::size_t idle = 0;
  std::size_t leased = 0;
  std::size_t waiting = 0;
  std::uint64_t reused = 0;   // leases given with an idle connection
  std::uint64_t ended = 0;    // idle connections on which something arrived
  std::uint64_t expired = 0;  // idle connections closed at their expiry
  std::uint64_t refused = 0;  // would_exceed_limit and timed_out
};

class Pool {
 public:
  Pool(rt::Loop& loop, const PoolLimits& limits);
  ~Pool();  // needs close()

  // An idle connection of `key`, or the right to make one; waits in turn where the key has no more to give.
  //   fails   would_exceed_limit (the queue is full, or no turn came until `deadline`), cancelled (also after close());
  //           side own
  rt::Task<Result<Lease>> take(std::string key, Instant deadline);

  // Closes what is idle and gives out nothing more. All leases are gone by then.
  rt::Task<void> close();
  const PoolCounts& counts() const { return counts_; }

 private:
  friend class Lease;
  friend struct PoolKey;
  struct Idle;
  struct Taker;
  struct Waiter;
  rt::Task<void> keep(std::unique_ptr<Idle> idle);
  rt::Task<std::unique_ptr<Poolable>> take_idle(PoolKey& key);
  Lease lease(PoolKey& key, std::unique_ptr<Poolable> connection);
  void put_idle(PoolKey& key, std::unique_ptr<Poolable> connection, Duration keep);
  void unlink(Idle& idle);
  void drop(Idle& idle);
  // One connection of `key` is gone or free: the first who waits may have its place.
  void place_free(PoolKey& key, std::unique_ptr<Poolable> connection);

  rt::Loop& loop_;
  PoolLimits limits_;
  PoolCounts counts_;
  std::map<std::string, std::unique_ptr<PoolKey>, std::less<>> keys_;
  std::list<Idle*> idle_;  // of all keys, longest idle first
  rt::Scope keepers_;
  bool closed_ = false;
};

}  // namespace gust::origin
