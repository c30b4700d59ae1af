#include "cache/cache.h"

#include "cache/index_internal.h"
#include "rt/loop.h"

namespace gust::cache {
namespace {

constexpr Error nobody_fetched{Errc::unreachable, Side::origin, Retry::always,
                               "those who were to fetch this response gave up"};

}  // namespace

Cache::Cache(const Limits& limits, const HashSeed& seed, const MakeEvictionPolicy& policy)
    : index_(std::make_unique<Index>(limits, seed, policy)) {}
Cache::~Cache() = default;

const HashSeed& Cache::seed() const { return index_->seed; }
const Limits& Cache::limits() const { return index_->limits; }
std::uint64_t Cache::epoch() const { return index_->purges.newest(); }
void Cache::apply(std::span<const Purge> purges) { index_->purges.add(purges); }
bool Cache::reclaim(Instant now, std::size_t slots) { return index_->reclaim(now, slots); }
Counters Cache::counters() const { return index_->counters(); }

void Cache::invalidate(ByteView distribution, ByteView path_and_query) {
  index_->written_over.add(distribution, path_and_query);
}

Lookup Cache::find(const Key& key, Instant now, const Demand* demand) {
  return index_->look(key, now, demand, nullptr);
}

Lookup Cache::find_or_begin(const Key& key, Instant now, const Demand* demand) {
  FillRef begun;
  Lookup result = index_->look(key, now, demand, &begun);
  if (begun) result.ticket = Ticket(*index_, std::move(begun));
  return result;
}

void Cache::forget(const Key& key, const EntryRef& entry) { index_->forget(key, entry); }

rt::Task<Result<Joined>> Cache::join(FillRef fill, Key key, Instant deadline) {
  rt::Loop& loop = co_await rt::this_loop();
  for (unsigned fills = 1;; ++fills) {
    Joined joined;
    Fill::Stage stage;
    const std::uint64_t asked_at = fill->purges.newest();
    bool is_purged = false;
    while (true) {
      Waiters::Place place(fill->waiters, loop);
      {
        const std::scoped_lock lock(fill->stripe.mutex);
        stage = fill->stage;
        // A purge of its tag came between the fill's beginning and this request: look again.
        is_purged = fill->is_purged_by_tag && asked_at > fill->epoch;
        if (is_purged) stage = Fill::Stage::given_up;
        if (stage == Fill::Stage::serving) {
          joined.entry = fill->entry;
          joined.epoch = fill->entry_epoch;
          joined.is_refreshed = fill->is_refreshed;
          if (fill->key_text != key.text) joined.vary = fill->vary;
          ++fill->stripe.counters.joined;
        }
      }
      if (stage != Fill::Stage::waiting) break;
      CO_TRY_OK(co_await place.wait(deadline));
    }
    if (stage == Fill::Stage::failed) co_return std::unexpected(fill->error);
    if (stage != Fill::Stage::given_up) co_return joined;

    if (fills > index_->limits.handovers_max) {
      if (is_purged) co_return Joined();
      co_return std::unexpected(nobody_fetched);
    }
    Lookup again = find_or_begin(key, loop.now());
    joined.vary = std::move(again.vary);
    if (again.found == Found::fresh || again.found == Found::held) {
      joined.entry = std::move(again.entry);
      joined.epoch = again.epoch;
    }
    if (joined.entry || again.ticket || !again.fill) {
      joined.ticket = std::move(again.ticket);
      co_return joined;
    }
    fill = std::move(again.fill);
  }
}

}  // namespace gust::cache
