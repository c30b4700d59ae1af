#include "config/memory_store.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <tuple>
#include <utility>

#include "config/watched_store_internal.h"

namespace gust::config {
namespace {

class MemoryStore final : public WatchedStore {
 public:
  explicit MemoryStore(const StoreLimits& limits) : WatchedStore(limits) {}

  rt::Task<Result<std::optional<Document>>> get(std::string key) override {
    const std::scoped_lock lock(mutex_);
    const auto found = documents_.find(key);
    if (found == documents_.end()) co_return std::optional<Document>();
    co_return std::optional(found->second);
  }

  rt::Task<Result<Listing>> list(std::string prefix) override {
    const std::scoped_lock lock(mutex_);
    Listing listing;
    listing.revision = revision_;
    for (auto at = documents_.lower_bound(prefix); at != documents_.end() && at->first.starts_with(prefix); ++at) {
      listing.documents.push_back(at->second);
    }
    co_return listing;
  }

  rt::Task<Result<std::size_t>> count(std::string prefix) override {
    CO_TRY(const Listing listing, co_await list(std::move(prefix)));
    co_return listing.documents.size();
  }

  rt::Task<Result<Revision>> commit(std::vector<Write> writes) override {
    CO_TRY_OK(check(writes));
    const std::scoped_lock lock(mutex_);
    for (const Write& write : writes) {
      const auto found = documents_.find(write.key);
      const Revision stored = found == documents_.end() ? absent : found->second.revision;
      if (stored != write.expected) co_return fail(Errc::conflict, "the document has changed since it was read");
    }
    ++revision_;
    for (Write& write : writes) make(write);
    tell(revision_);
    co_return revision_;
  }

 private:
  rt::Task<Result<Changes>> changes_after(std::string prefix, Revision after) override {
    const std::scoped_lock lock(mutex_);
    if (after < forgotten_) co_return fail(Errc::not_found, "the deletions since then are no longer known");
    Changes found;
    found.revision = revision_;
    for (const auto& [key, document] : documents_) {
      if (document.revision > after && key.starts_with(prefix)) {
        found.changes.push_back({key, document.value, document.revision});
      }
    }
    for (const auto& [key, revision] : deletions_) {
      if (revision > after && key.starts_with(prefix)) found.changes.push_back({key, std::nullopt, revision});
    }
    std::ranges::sort(found.changes, {}, [](const Change& change) { return std::tie(change.revision, change.key); });
    co_return found;
  }

  void make(Write& write) {
    if (write.value) {
      deletions_.erase(write.key);
      documents_.insert_or_assign(write.key, Document{write.key, std::move(*write.value), revision_});
      return;
    }
    documents_.erase(write.key);
    deletions_.insert_or_assign(write.key, revision_);
    if (deletions_.size() <= limits().deletions_kept) return;
    const auto oldest = std::ranges::min_element(deletions_, {}, [](const auto& entry) { return entry.second; });
    forgotten_ = oldest->second;
    deletions_.erase(oldest);
  }

  std::mutex mutex_;
  std::map<std::string, Document> documents_;
  std::map<std::string, Revision> deletions_;
  Revision revision_ = absent;
  Revision forgotten_ = absent;  // deletions up to here may be missing
};

}  // namespace

std::unique_ptr<Store> make_memory_store(const StoreLimits& limits) { return std::make_unique<MemoryStore>(limits); }

}  // namespace gust::config
