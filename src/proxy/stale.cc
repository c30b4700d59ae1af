#include "proxy/stale.h"

#include <algorithm>
#include <array>
#include <memory>

#include "proxy/node_metrics.h"
#include "proxy/passage.h"
#include "proxy/quiet_exchange.h"
#include "proxy/slicing.h"
#include "proxy/steps.h"
#include "proxy/upstream.h"
#include "proxy/variants.h"

namespace gust::proxy {
namespace {

constexpr std::size_t slices_at_once = 16;

// A request once more, with nobody to answer to.
struct Rerun {
  explicit Rerun(Passage& of)
      : exchange(of.viewer_request, of.exchange.peer(), of.began), passage(of.core, exchange), counted(of.core) {
    passage.routes = of.routes;
    passage.is_background = true;
  }

  struct Counted {
    explicit Counted(NodeCore& its_core) : core(its_core) { ++core.revalidations(); }
    ~Counted() { --core.revalidations(); }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;
    NodeCore& core;
  };

  QuietExchange exchange;
  Passage passage;
  Counted counted;
};

// Stays with a body that is being filled until it is whole, as a viewer would (BODY-3).
rt::Task<void> read_along(Passage& passage, Instant deadline) {
  cache::BodyCursor& cursor = *passage.first_cursor;
  std::array<Slice, slices_at_once> slices;
  while (!cursor.at_end()) {
    ByteCount bytes = 0;
    for (const Slice& slice : std::span(slices.data(), cursor.peek(slices))) bytes += slice.size();
    cursor.advance(bytes);
    if (cursor.at_end() || !co_await cursor.wait(deadline)) co_return;
  }
}

rt::Task<void> revalidate(std::unique_ptr<Rerun> rerun) {
  Passage& passage = rerun->passage;
  co_await fetch(passage);
  if (passage.first_cursor) {
    NodeCore& core = passage.core;
    co_await read_along(passage, core.loop().now() + core.node().settings().revalidation_time_max);
  }
}

// The duty to revalidate leaves `passage` in any case: its viewer may take long to read what it is served.
void revalidate_behind(Passage& passage) {
  NodeCore& core = passage.core;
  cache::Lookup found;
  found.entry = passage.found.entry;
  found.epoch = passage.found.epoch;
  found.ticket = std::move(passage.found.ticket);
  if (core.revalidations() >= core.node().settings().revalidations_max) return;
  const Instant now = core.loop().now();
  // A HEAD was not given the Ticket; what runs behind it is a GET.
  if (passage.request().method == http::Method::head) {
    found = core.node().cache().find_or_begin(passage.key(), now);
  }
  if (!found.ticket || !found.ticket.stale()) return;
  found.found = cache::Found::stale;

  auto rerun = std::make_unique<Rerun>(passage);
  Passage& again = rerun->passage;
  if (route(again) == Next::respond || guard(again) == Next::respond || key(again) == Next::respond) return;
  if (passage.slicing) be_slice_of(again, passage);
  again.decision.purge_epoch = passage.decision.purge_epoch;
  if (passage.variant) select_variant(again, passage.vary);
  again.found = std::move(found);
  core.metrics().revalidations.add();
  core.background().spawn(revalidate(std::move(rerun)));
}

void serve_found(Passage& passage, observe::ResultType result, ByteView rule) {
  passage.decision.note(rule);
  passage.serve(passage.found.entry, passage.found.epoch, result);
}

}  // namespace

bool may_stand_in(const cache::Entry& stale, Instant now) {
  return stale.status() < 500 && cache::may_serve_on_error(stale.freshness(), now);
}

bool serve_while_revalidating(Passage& passage) {
  const cache::EntryRef& stale = passage.found.entry;
  const Instant now = passage.core.loop().now();
  if (passage.must_revalidate || !cache::may_serve_while_revalidating(stale->freshness(), now)) return false;
  serve_found(passage, observe::ResultType::hit, "STALE-1");
  revalidate_behind(passage);
  return true;
}

bool serve_stale_at_once(Passage& passage) {
  const cache::EntryRef& stale = passage.found.entry;
  const Instant now = passage.core.loop().now();
  if (!stale || passage.is_background || !may_stand_in(*stale, now)) return false;
  const origin::Circuits::State circuit = circuit_of(passage);
  if (!circuit.is_tripped) return false;
  passage.core.metrics().stale_at_once.add();
  serve_found(passage, observe::ResultType::refresh_hit, "STALE-8");
  if (now >= circuit.until) {
    revalidate_behind(passage);
  } else if (cache::Ticket& ticket = passage.found.ticket) {
    ticket.hold_stale(std::min(circuit.until, now + passage.match->error_caching_min_ttl(504)));
  }
  return true;
}

}  // namespace gust::proxy
