// WatchedStore: what both engines share: the check of a commit's shape, and watches that wait for the next commit.
#pragma once

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <set>

#include "config/store.h"
#include "rt/signal.h"

namespace gust::config {

class WatchedStore : public Store {
 public:
  rt::Task<Result<Changes>> watch(std::string prefix, Revision after, Instant deadline) final;

 protected:
  explicit WatchedStore(const StoreLimits& limits) : limits_(limits) {}
  const StoreLimits& limits() const { return limits_; }

  //   fails  would_exceed_limit; bad_value where a key is empty or stands twice, or an absent one is to be deleted
  Result<void> check(const std::vector<Write>& writes) const;

  // The store has reached `revision`. From any thread.
  void tell(Revision revision);

 private:
  // What changed under `prefix` after `after`. fails as watch() does, except timed_out.
  virtual rt::Task<Result<Changes>> changes_after(std::string prefix, Revision after) = 0;

  class Waiter;
  StoreLimits limits_;
  std::atomic<Revision> newest_ = absent;
  std::mutex mutex_;
  std::set<std::shared_ptr<rt::CrossSignal>> waiters_;
};

// The first key after all that begin with `prefix`; nothing where there is no such key.
std::optional<std::string> end_of_prefix(std::string prefix);

}  // namespace gust::config
