#include "rt/look_up_pool.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "rt/loop.h"
#include "rt/signal.h"

namespace gust::rt {

// One name, shared by who waits and who looks.
struct LookUpPool::Wanted {
  Wanted(std::string its_name, Loop& loop) : name(std::move(its_name)), told(std::make_shared<CrossSignal>(loop)) {}

  const std::string name;
  std::mutex mutex;
  bool is_abandoned = false;  // the loop may be gone
  std::optional<Found> found;
  const std::shared_ptr<CrossSignal> told;
};

struct LookUpPool::Shared {
  LookUp look_up;
  LookUpLimits limits;
  std::mutex mutex;
  std::condition_variable wake;
  std::deque<std::shared_ptr<Wanted>> waiting;
  std::size_t threads = 0;
  std::size_t idle = 0;
  bool is_over = false;
};

LookUpPool::LookUpPool(LookUp look_up, const LookUpLimits& limits) : shared_(std::make_shared<Shared>()) {
  shared_->look_up = std::move(look_up);
  shared_->limits = limits;
}

LookUpPool::~LookUpPool() {
  const std::scoped_lock lock(shared_->mutex);
  shared_->is_over = true;
  shared_->waiting.clear();
  shared_->wake.notify_all();
}

void LookUpPool::work(const std::shared_ptr<Shared>& shared) {
  std::unique_lock lock(shared->mutex);
  while (true) {
    ++shared->idle;
    shared->wake.wait(lock, [&] { return shared->is_over || !shared->waiting.empty(); });
    --shared->idle;
    if (shared->is_over) return;
    const std::shared_ptr<Wanted> wanted = std::move(shared->waiting.front());
    shared->waiting.pop_front();
    lock.unlock();
    Found found = shared->look_up(wanted->name);
    {
      const std::scoped_lock telling(wanted->mutex);
      wanted->found = std::move(found);
      if (!wanted->is_abandoned) wanted->told->notify();
    }
    lock.lock();
  }
}

Task<LookUpPool::Found> LookUpPool::find(std::string name) {
  Loop& loop = co_await this_loop();
  const auto wanted = std::make_shared<Wanted>(std::move(name), loop);
  {
    const std::scoped_lock lock(shared_->mutex);
    if (shared_->waiting.size() >= shared_->limits.waiting_max) {
      co_return fail(Errc::would_exceed_limit, "too many host names wait to be looked up");
    }
    shared_->waiting.push_back(wanted);
    if (shared_->idle < shared_->waiting.size() && shared_->threads < shared_->limits.threads) {
      ++shared_->threads;
      std::thread(work, shared_).detach();
    }
    shared_->wake.notify_one();
  }
  while (true) {
    {
      const std::scoped_lock lock(wanted->mutex);
      if (wanted->found) co_return std::move(*wanted->found);
    }
    if (const auto told = co_await wanted->told->wait(never); !told) {
      const std::scoped_lock lock(wanted->mutex);
      wanted->is_abandoned = true;
      co_return std::unexpected(told.error());
    }
  }
}

}  // namespace gust::rt
