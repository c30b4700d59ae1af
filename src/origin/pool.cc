#include "origin/pool.h"

#include <algorithm>
#include <utility>

#include "rt/loop.h"

namespace gust::origin {

// An idle connection, owned by the task that watches it.
struct Pool::Idle {
  PoolKey* key;  // null once it is out of the lists
  std::unique_ptr<Poolable> connection;
  Instant expires;
  std::list<Idle*>::iterator place;
  rt::Scope* watching = nullptr;  // while it is watched
  bool is_leaving = false;        // taken or dropped: not to be watched further
  Taker* taker = nullptr;
};

// Who takes an idle connection waits for its watch to end.
struct Pool::Taker {
  std::unique_ptr<Poolable> connection;
  bool is_done = false;
  rt::Signal done;
};

struct Pool::Waiter {
  bool is_granted = false;
  std::unique_ptr<Poolable> connection;  // with the grant, or null: the right to make one
  rt::Signal granted;
};

struct PoolKey {
  std::string name;
  std::size_t connections = 0;    // leased, idle and granted
  std::vector<Pool::Idle*> idle;  // newest last
  std::deque<Pool::Waiter*> waiting;
};

Lease::Lease(Pool& pool, PoolKey& key, std::unique_ptr<Poolable> connection)
    : pool_(&pool), key_(&key), connection_(std::move(connection)), is_reused_(connection_ != nullptr) {}

Lease::Lease(Lease&& other) noexcept
    : pool_(std::exchange(other.pool_, nullptr)),
      key_(other.key_),
      connection_(std::move(other.connection_)),
      is_reused_(other.is_reused_) {}

Lease& Lease::operator=(Lease&& other) noexcept {
  if (this == &other) return *this;
  release();
  pool_ = std::exchange(other.pool_, nullptr);
  key_ = other.key_;
  connection_ = std::move(other.connection_);
  is_reused_ = other.is_reused_;
  return *this;
}

void Lease::set_connection(std::unique_ptr<Poolable> fresh) {
  connection_ = std::move(fresh);
  is_reused_ = false;
}

void Lease::give_back(Duration keep) {
  if (!pool_) return;
  Pool& pool = *std::exchange(pool_, nullptr);
  --pool.counts_.leased;
  if (!connection_ || !connection_->is_reusable() || keep <= Duration::zero()) {
    connection_.reset();
    pool.place_free(*key_, nullptr);
  } else if (!key_->waiting.empty()) {
    pool.place_free(*key_, std::move(connection_));
  } else {
    pool.put_idle(*key_, std::move(connection_), keep);
  }
}

std::unique_ptr<Poolable> Lease::detach() {
  std::unique_ptr<Poolable> connection = std::move(connection_);
  give_back(Duration::zero());
  return connection;
}

void Lease::release() {
  connection_.reset();
  give_back(Duration::zero());
}

Pool::Pool(rt::Loop& loop, const PoolLimits& limits) : loop_(loop), limits_(limits), keepers_(loop) {}

Pool::~Pool() { CHECK(counts_.leased == 0 && counts_.waiting == 0); }

rt::Task<void> Pool::close() {
  closed_ = true;
  while (!idle_.empty()) drop(*idle_.front());
  co_await keepers_.join();
}

Lease Pool::lease(PoolKey& key, std::unique_ptr<Poolable> connection) {
  ++counts_.leased;
  if (connection) ++counts_.reused;
  return {*this, key, std::move(connection)};
}

rt::Task<Result<Lease>> Pool::take(std::string name, Instant deadline) {
  if (closed_) co_return fail(Errc::cancelled, "the connection pool is closed");
  auto& entry = keys_[name];
  if (!entry) entry = std::make_unique<PoolKey>(PoolKey{.name = std::move(name), .idle = {}, .waiting = {}});
  PoolKey& key = *entry;

  if (!key.idle.empty()) co_return lease(key, co_await take_idle(key));
  if (key.connections < limits_.connections_per_key_max) {
    ++key.connections;
    co_return lease(key, nullptr);
  }
  if (key.waiting.size() >= limits_.waiting_per_key_max) {
    ++counts_.refused;
    co_return fail(Errc::would_exceed_limit, "too many requests wait for a connection to the origin");
  }
  Waiter waiter;
  key.waiting.push_back(&waiter);
  ++counts_.waiting;
  const Result<void> told = co_await waiter.granted.wait(deadline);
  --counts_.waiting;
  if (waiter.is_granted) co_return lease(key, std::move(waiter.connection));
  std::erase(key.waiting, &waiter);
  if (told || told.error().code == Errc::cancelled) co_return fail(Errc::cancelled, "the wait was cancelled");
  ++counts_.refused;
  co_return fail(Errc::would_exceed_limit, "no connection to the origin became free in time");
}

// The newest idle connection that is still good; null, with its place kept, when none is.
rt::Task<std::unique_ptr<Poolable>> Pool::take_idle(PoolKey& key) {
  bool has_place = false;
  while (!key.idle.empty()) {
    Idle& idle = *key.idle.back();
    unlink(idle);
    if (has_place) --key.connections;  // of the one before, found dead
    has_place = true;
    Taker taker;
    idle.taker = &taker;
    idle.is_leaving = true;
    if (idle.watching) idle.watching->cancel();
    while (!taker.is_done) co_await taker.done.wait_uncancelled();
    if (taker.connection->is_reusable()) co_return std::move(taker.connection);
    ++counts_.ended;
  }
  co_return nullptr;
}

void Pool::put_idle(PoolKey& key, std::unique_ptr<Poolable> connection, Duration keep_for) {
  if (closed_ || limits_.idle_per_key_max == 0 || limits_.idle_max == 0) {
    connection.reset();
    return place_free(key, nullptr);
  }
  if (key.idle.size() >= limits_.idle_per_key_max) drop(*key.idle.front());
  if (idle_.size() >= limits_.idle_max) drop(*idle_.front());
  auto idle = std::make_unique<Idle>(
      Idle{.key = &key, .connection = std::move(connection), .expires = loop_.now() + keep_for, .place = {}});
  key.idle.push_back(idle.get());
  idle->place = idle_.insert(idle_.end(), idle.get());
  ++counts_.idle;
  keepers_.spawn(keep(std::move(idle)));
}

rt::Task<void> Pool::keep(std::unique_ptr<Idle> idle) {
  {
    rt::Scope watching(co_await rt::context());
    idle->watching = &watching;
    watching.spawn(idle->connection->watch(idle->expires));
    // Taken already: the watch still looks once whether something is there.
    if (idle->is_leaving) watching.cancel();
    co_await watching.join();
    idle->watching = nullptr;
  }
  if (Taker* taker = idle->taker) {
    taker->connection = std::move(idle->connection);
    taker->is_done = true;
    taker->done.notify_all();
  } else if (idle->key) {
    ++(idle->connection->is_reusable() ? counts_.expired : counts_.ended);
    PoolKey& key = *idle->key;
    unlink(*idle);
    idle->connection.reset();
    place_free(key, nullptr);
  }
}

// Out of the lists; its place in key.connections stays with the caller.
void Pool::unlink(Idle& idle) {
  std::erase(idle.key->idle, &idle);
  idle_.erase(idle.place);
  idle.key = nullptr;
  --counts_.idle;
}

void Pool::drop(Idle& idle) {
  PoolKey& key = *idle.key;
  unlink(idle);
  idle.is_leaving = true;
  if (idle.watching) idle.watching->cancel();
  place_free(key, nullptr);
}

void Pool::place_free(PoolKey& key, std::unique_ptr<Poolable> connection) {
  if (!key.waiting.empty()) {
    Waiter& first = *key.waiting.front();
    key.waiting.pop_front();
    first.connection = std::move(connection);
    first.is_granted = true;
    first.granted.notify_all();
    return;
  }
  if (--key.connections == 0) keys_.erase(keys_.find(key.name));
}

}  // namespace gust::origin
