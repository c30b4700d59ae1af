#include <set>
#include <string_view>

#include "config/watched_store_internal.h"
#include "rt/loop.h"

namespace gust::config {

Result<void> WatchedStore::check(const std::vector<Write>& writes) const {
  if (writes.empty() || writes.size() > limits_.writes_max) {
    return fail(Errc::would_exceed_limit, "a commit has no writes, or too many");
  }
  std::set<std::string_view> keys;
  for (const Write& write : writes) {
    if (write.key.size() > limits_.key_bytes_max) return fail(Errc::would_exceed_limit, "a key is too long");
    if (write.value && write.value->size() > limits_.value_bytes_max) {
      return fail(Errc::would_exceed_limit, "a document is too large");
    }
    if (write.key.empty()) return fail(Errc::bad_value, "a key is empty");
    if (!keys.insert(write.key).second) return fail(Errc::bad_value, "a commit writes a key twice");
    if (!write.value && write.expected == absent) {
      return fail(Errc::bad_value, "what is expected to be absent cannot be deleted");
    }
  }
  return {};
}

void WatchedStore::tell(Revision revision) {
  const std::scoped_lock lock(mutex_);
  newest_ = std::max<Revision>(newest_, revision);
  for (const auto& waiter : waiters_) waiter->notify();
}

// Enters the list of those who are told of commits, for as long as it lives.
class WatchedStore::Waiter {
 public:
  Waiter(WatchedStore& store, rt::Loop& home) : store_(store), signal_(std::make_shared<rt::CrossSignal>(home)) {
    const std::scoped_lock lock(store_.mutex_);
    store_.waiters_.insert(signal_);
  }
  ~Waiter() {
    const std::scoped_lock lock(store_.mutex_);
    store_.waiters_.erase(signal_);
  }
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;
  rt::CrossSignal& signal() { return *signal_; }

 private:
  WatchedStore& store_;
  std::shared_ptr<rt::CrossSignal> signal_;
};

rt::Task<Result<Changes>> WatchedStore::watch(std::string prefix, Revision after, Instant deadline) {
  Waiter waiter(*this, co_await rt::this_loop());
  while (true) {
    // Between this look and the wait the task does not leave its core, so a telling cannot fall in between.
    if (newest_ <= after) {
      CO_TRY_OK(co_await waiter.signal().wait(deadline));
      continue;
    }
    CO_TRY(Changes found, co_await changes_after(prefix, after));
    if (!found.changes.empty()) co_return std::move(found);
    after = found.revision;
  }
}

std::optional<std::string> end_of_prefix(std::string prefix) {
  while (!prefix.empty() && prefix.back() == '\xFF') prefix.pop_back();
  if (prefix.empty()) return std::nullopt;
  prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1U);
  return prefix;
}

}  // namespace gust::config
