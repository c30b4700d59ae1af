// Cache: the stored responses of a node, shared by its cores, with a hard bound on memory and one fill for each key.
//
// Source: DESIGN.md decisions 3 to 7; CLOUDFRONT rules COLL-1 to COLL-4, STALE-*, INV-*, BODY-2.
// Shape:  a striped index. A lookup holds one stripe's mutex for a table look-up, a comparison of the key and a count;
//         a hit allocates nothing. The cache never fetches: a miss hands out a Ticket, and its holder brings the
//         answer.
// Use:    Lookup found = cache.find_or_begin(key, loop.now());
//         fresh, held       serve found.entry
//         stale             with found.ticket: revalidate (behind the viewer's back in the STALE-1 window); without:
//                           join found.fill, or go on alone if there is none
//         absent            found.ticket: fetch, then store(), pass() or fail(); found.fill: join(); neither: go on
//                           alone, and store nothing
//         A HEAD request uses find() and goes on alone when nothing is there (HEAD-2). So do requests that may not be
//         collapsed (COLL-2, TTL-9).
// Memory: bytes_max bounds the index, heads, bodies and fills, also of evicted entries that are read, with all that is
//         unused between them (cache/slabs.h): it is a bound on what is resident. A 500th is for tables, and a 128th
//         for pages that are kept for the next body. Beyond it go only bodies that could not be stored half way:
//         window_bytes and a segment for each.
// Core:   any thread. The Cache outlives its Tickets, Lookups and joins; Entries may outlive it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/hash.h"
#include "base/result.h"
#include "base/time.h"
#include "cache/demand.h"
#include "cache/entry.h"
#include "cache/eviction.h"
#include "cache/key.h"
#include "cache/purge.h"
#include "cache/variant.h"
#include "rt/task.h"

namespace gust::cache {

struct Limits {
  ByteCount bytes_max = 256_MiB;
  ByteCount object_bytes_max = 0;             // of one body; 0: a quarter of bytes_max
  std::size_t stripes = 32;                   // a power of two, at least
  ByteCount window_bytes = 256_KiB;           // kept of a body that cannot be stored to its end
  unsigned handovers_max = 3;                 // fills that one request waits for before it gives up
  std::size_t variants_max = 64;              // of one key (RFC 9111 section 4.1); beyond, the oldest goes
  std::size_t purge_rules_max = 4096;         // for each distribution; beyond, its oldest become one purge of all
  Slabs::Mode blocks = Slabs::mode_of_build;  // tests of what moves ask for slabs under a sanitizer too
};

// Running totals since the start; the last five are of this moment.
struct Counters {
  std::uint64_t hits = 0;         // lookups that found a fresh entry
  std::uint64_t stale_hits = 0;   // a stale or held one
  std::uint64_t misses = 0;       // none
  std::uint64_t joined = 0;       // requests served from another's fill
  std::uint64_t fills_begun = 0;  // each of which ends as one of the next seven
  std::uint64_t fills_stored = 0, fills_refreshed = 0, fills_held = 0, fills_passed = 0, fills_failed = 0;
  std::uint64_t fills_given_up = 0;
  std::uint64_t fills_unstored = 0;                    // whole, but memory had run out or a purge came between
  std::uint64_t evicted = 0, expired = 0, purged = 0;  // entries
  std::uint64_t lock_waits = 0;                        // look-ups and fills that found their stripe of the index locked
  std::uint64_t entries = 0, fills = 0, bytes_used = 0, bytes_max = 0;
  std::uint64_t bytes_unused = 0;  // of bytes_used: in slabs, between blocks or in holes
};

class Cache;
class Index;
class Fill;  // what a Ticket's holder and those who wait for it share
using FillRef = std::shared_ptr<Fill>;

// The duty to fill one key. Exactly one holder; destroyed before its end, it hands over: one of those who wait gets a
// Ticket of its own. Used on one core at a time; may be moved to another.
class Ticket {
 public:
  Ticket() = default;
  Ticket(Ticket&& other) noexcept;
  Ticket& operator=(Ticket&& other) noexcept {
    if (fill_ || other.fill_) replace_by(other);
    return *this;
  }
  ~Ticket() {
    if (fill_) give_up();
  }

  explicit operator bool() const { return fill_ != nullptr; }
  // The stored response to revalidate, or null. It was not purged when the fill began.
  const EntryRef& stale() const;
  // The newest purge of the distribution that was applied when the fill began.
  std::uint64_t epoch() const;

  // --- While the head is not known: one of these.

  // The head is known and may be stored: those who wait get the Entry and read along. Then append() and finish(); at
  // once for a response without content.
  //   fails   would_exceed_limit: no memory for it, or longer than object_bytes_max. Those who wait have been told to
  //   go
  //           on alone and the ticket is over; stream past the cache
  Result<EntryRef> store(const EntryDraft& draft);
  // Not to be stored: those who wait go on alone (COLL-3). Ends the ticket.
  void pass();
  // stale() was confirmed by a 304, whose head is `draft.head`; `draft.storing` was judged by merge_head() of both.
  // Gives the new Entry, also when it may not be stored any more. Ends the ticket.
  EntryRef refresh(const EntryDraft& draft);
  // The origin failed; those who wait are served stale(), which is left alone until `until` (STALE-5). Ends the ticket.
  void hold_stale(Instant until);
  // Those who wait get `error`. After store(): readers get what came, then `error`; nothing is stored; who has not got
  // the Entry yet may take over. Ends the ticket.
  void fail(const Error& error);
  // Nobody asked the origin, or the asking was cancelled: one of those who wait takes over. After store(): as fail()
  // with `cancelled`. Ends the ticket.
  void give_up();

  // --- After store().

  // Copies `bytes` to the body. Returns at once, unless memory ran out and the body streams through its window only.
  //   fails   closed (windowed, and no reader is left), timed_out, cancelled
  rt::Task<Result<void>> append(ByteView bytes, Instant deadline);
  // As append() of so many bytes, of which none is written: for measurements of eviction, which need the memory on the
  // books and not in use.
  //   fails   would_exceed_limit: append() would have waited
  Result<void> append_uncopied(ByteCount bytes);
  // The body is whole: stores the entry, unless it was purged since the fill began, or memory ran out. Ends the ticket.
  //   fails   short_body, long_body (BODY-2): as fail() with that
  Result<void> finish();
  // Whether a purge or an unsafe method since the fill began makes what it brings useless to others.
  bool is_purged() const;
  // Viewers that read the body now; when it is 0, BODY-3 lets the holder stop.
  std::size_t readers() const;

 private:
  friend class Cache;
  Ticket(Index& index, FillRef fill) : index_(&index), fill_(std::move(fill)) {}
  void replace_by(Ticket& other) noexcept;
  template <typename Change>
  void settle(Change change, bool ends);
  void find_room(bool is_written);
  Index* index_ = nullptr;
  FillRef fill_;
  BodyWriter writer_;
};

enum class Found : std::uint8_t {
  fresh,
  held,   // stale, and the origin is left alone for now (STALE-5)
  stale,  // of use: for revalidation, and in its windows
  absent,
};

struct Lookup {
  Found found = Found::absent;
  bool was_purged = false;  // absent, because of a purge
  // Set, and nothing else: the key's responses have a Vary. Look again with make_variant_key() of these.
  VaryRef vary;
  EntryRef entry;  // fresh, held, stale
  // Of entry: the newest purge of its distribution that it has been held against and that does not clear it. This is
  // what a tier tells the tier below; the entry's own epoch() may be far older.
  std::uint64_t epoch = 0;
  Ticket ticket;  // from find_or_begin
  FillRef fill;   // under way by another, and can be joined
};

// How waiting for another's fill ended. Exactly one of entry and ticket is set, or neither: go on alone. A body that
// streams may lose its front when memory runs out: make the BodyCursor at once, and go on alone if it says `closed`.
// When the fill fails and nothing has been sent yet, look again, once.
struct Joined {
  // Set: the answer turned out to be one variant of several. `entry`, where it is set, is this request's only if its
  // own make_variant_key() of these has entry->key_text(); else look again.
  VaryRef vary;
  EntryRef entry;             // serve it; its body may be on its way still
  std::uint64_t epoch = 0;    // as in Lookup
  bool is_refreshed = false;  // entry was confirmed by a 304, or is held stale
  Ticket ticket;              // the holder gave up: this request has the duty now
};

// Fresh entries of one distribution and path under other keys.
struct Siblings {
  std::vector<EntryRef> entries;
  std::size_t slots_seen = 0;
  bool saw_all = false;  // else there may be more
};

class Cache {
 public:
  explicit Cache(const Limits& limits, const HashSeed& seed = {}, const MakeEvictionPolicy& policy = lsg());
  ~Cache();
  Cache(const Cache&) = delete;
  Cache& operator=(const Cache&) = delete;

  // For make_key.
  const HashSeed& seed() const;

  // Looks, and begins nothing.
  // `demand`: what the request asks for beside freshness; null: nothing.
  Lookup find(const Key& key, Instant now, const Demand* demand = nullptr);
  // One atomic step: of all who ask for an absent or stale key, one gets the Ticket and the others the fill (COLL-1).
  Lookup find_or_begin(const Key& key, Instant now, const Demand* demand = nullptr);
  // Drops `entry` if it is the one stored under `key`; a fill under way goes on.
  void forget(const Key& key, const EntryRef& entry);
  // Waits until the fill's answer has a head.
  //   needs   `key` is the one that was looked up, and outlives the wait
  //   fails   the holder's Error; timed_out; cancelled
  rt::Task<Result<Joined>> join(FillRef fill, Key key, Instant deadline);

  // As find(), without a trace: nothing is counted, touched or dropped. For dry runs.
  Lookup peek(const Key& key, Instant now) const;
  // Why a key missed: what is stored under other keys of its path.
  //   cost  looks at each slot of the cache, up to `slots_max`
  Siblings siblings(const Key& key, Instant now, std::size_t entries_max = 32, std::size_t slots_max = 50'000) const;

  // From now on nothing that the purge reaches and that began before it is found, joined or stored.
  void apply(const Purge& purge) { apply({&purge, 1}); }
  // All of an invalidation's paths: the same distribution and epoch. Applied one by one, a look-up between two would
  // hold a response against the epoch before the rule that reaches it is there, and never again.
  void apply(std::span<const Purge> purges);
  // An unsafe method has changed what is at that path, and query where it is in the key: what began before is not
  // found, joined or stored, whatever else is in its key (RFC 9111 section 4.4). Here only; other nodes do not hear of
  // it.
  void invalidate(ByteView distribution, ByteView path_and_query);
  // The newest purge applied.
  std::uint64_t epoch() const;
  // Frees what purges and time have made useless, some `slots` slots a call; a node's timer calls it. True: the round
  // is over.
  bool reclaim(Instant now, std::size_t slots = 1000);

  Counters counters() const;
  const Limits& limits() const;

 private:
  friend class Ticket;
  std::unique_ptr<Index> index_;
};

}  // namespace gust::cache
