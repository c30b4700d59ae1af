// A cache with what a test of it needs: keys from paths, a clock, drafts, and calls that end at once.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <optional>
#include <string>

#include "base/arena.h"
#include "cache/cache.h"
#include "http/message.h"
#include "rt/sim_world.h"

namespace gust::cache::testing {

inline constexpr Instant start{std::chrono::hours(10)};

inline Storing fresh_for(std::int64_t lifetime_seconds, Instant received = start) {
  Storing storing;
  storing.verdict = Storing::store;
  storing.freshness.received = received;
  storing.freshness.lifetime = seconds(lifetime_seconds);
  storing.freshness.kept_stale = seconds(1000);
  storing.freshness.rule = "test";
  return storing;
}

// An EntryDraft with the head that it points to.
struct Draft {
  http::ResponseHead head;
  EntryDraft draft;

  explicit Draft(const Storing& storing, std::optional<ByteCount> content_bytes = {}) {
    head.fields.add("Content-Type", "text/plain");
    draft.head = &head;
    draft.storing = storing;
    draft.content_bytes = content_bytes;
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
};

inline rt::Task<void> append_to(Ticket& ticket, ByteView bytes, Result<void>& outcome) {
  outcome = co_await ticket.append(bytes, never);
}

// For appends that need not wait.
inline Result<void> append_now(Ticket& ticket, ByteView bytes) {
  Result<void> outcome;
  if (bytes.empty()) return outcome;
  rt::sim::World world(1);
  EXPECT_TRUE(world.run(world.add_host("here", "10.0.0.1"), append_to(ticket, bytes, outcome)));
  return outcome;
}

inline Result<void> store_now(Ticket& ticket, ByteView body, const Storing& storing, bool is_length_known = true) {
  const Draft draft(storing, is_length_known ? std::optional<ByteCount>(body.size()) : std::nullopt);
  TRY_OK(ticket.store(draft.draft));
  TRY_OK(append_now(ticket, body));
  return ticket.finish();
}

// What is there of the body now.
inline std::string body_of(const EntryRef& entry) {
  std::string text;
  BodyCursor cursor(entry->body());
  std::array<Slice, 4> slices;
  while (const std::size_t count = cursor.peek(slices)) {
    for (std::size_t i = 0; i < count; ++i) {
      text += slices[i].view();
      cursor.advance(slices[i].size());
    }
  }
  return text;
}

struct Site {
  Cache cache;
  KeyRules rules;
  Instant now = start;
  Arena arena;
  std::string request_header;  // value of X-A; empty: absent

  explicit Site(const Limits& limits = {}) : cache(limits) {}

  Key key(ByteView target, ByteView distribution = "E1") {
    http::RequestHead request;
    request.set_target(arena.copy(target));
    if (!request_header.empty()) request.fields.add("X-A", request_header);
    return make_key(rules, distribution, request, cache.seed(), arena).key;
  }
  Lookup find(ByteView target, ByteView distribution = "E1") { return cache.find(key(target, distribution), now); }
  Lookup begin(ByteView target, ByteView distribution = "E1") {
    return cache.find_or_begin(key(target, distribution), now);
  }
  void put(ByteView target, ByteView body, const Storing& storing, ByteView distribution = "E1") {
    Lookup found = begin(target, distribution);
    ASSERT_TRUE(found.ticket);
    ASSERT_TRUE(store_now(found.ticket, body, storing));
  }
  void purge(std::uint64_t epoch, ByteView path) { cache.apply(Purge::of_path(epoch, "E1", path)); }
};

}  // namespace gust::cache::testing
