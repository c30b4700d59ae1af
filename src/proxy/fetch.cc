// The step `fetch`: wait for another's fill, or ask the parent tier or the origin, and store while it streams.
//
// Source: COLL-1 to COLL-5, COND-1, COND-2, STALE-5, STALE-7, ERR-1 to ERR-6, TIER-1, TIER-2, METH-4, BODY-1 to BODY-3,
//         RANGE-2, RANGE-3.

#include "base/arena.h"
#include "base/date.h"
#include "base/text.h"
#include "http/cache_control.h"
#include "observe/log.h"
#include "origin/failure.h"
#include "proxy/forward.h"
#include "proxy/node_metrics.h"
#include "proxy/passage.h"
#include "proxy/steps.h"
#include "proxy/stored_head.h"
#include "proxy/tier_fields.h"

namespace gust::proxy {
namespace {

using http::Name;

// How long a body that streams past a full cache waits for its slowest viewer. The server cuts off one that takes no
// batch in less (ServerLimits), so that the others who read along go on.
constexpr Duration slow_viewer_wait_max = std::chrono::seconds(60);

// Serves `entry` from here on; its body may still be on its way. `epoch`: see Passage::epoch.
void serve(Passage& passage, cache::EntryRef entry, std::uint64_t epoch, observe::ResultType result) {
  passage.entry = std::move(entry);
  passage.epoch = epoch;
  passage.result = result;
  if (passage.entry->body()) passage.first_cursor.emplace(passage.entry->body());
}

// Waits for the fill that was found. Gives true when its answer, or its failure, is this request's too.
rt::Task<bool> join_once(Passage& passage, Instant deadline) {
  auto joined = co_await passage.core.node().cache().join(std::move(passage.found.fill), passage.keyed.key, deadline);
  if (!joined) {
    const auto failure = origin::failure_of(joined.error(), origin::FetchPhase::head);
    passage.answer(failure.status, "The request that this one waited for brought no answer.", failure.log_detail);
    co_return true;
  }
  if (joined->entry) {
    serve(passage, std::move(joined->entry), joined->epoch,
          joined->is_refreshed ? observe::ResultType::refresh_hit : observe::ResultType::hit);
    co_return true;
  }
  // HEAD cannot bring what the others wait for: the next of them takes over.
  if (passage.request.method != http::Method::head) passage.found.ticket = std::move(joined->ticket);
  co_return false;
}

// LIM-7: what a request that has been in this network before would wait for may be its own first visit.
bool may_wait_for_itself(const Passage& passage) {
  const std::size_t own_marks = passage.from_edge ? 1 : 0;
  return loops_of(passage.viewer_request.fields, passage.arena) > own_marks;
}

// COLL-1, COLL-2: gives true when an answer is at hand.
rt::Task<bool> join(Passage& passage) {
  if (!passage.found.fill || !passage.match->collapses || may_wait_for_itself(passage)) co_return false;
  passage.core.metrics().collapsed.add();
  passage.decision.collapsed = true;
  const Instant deadline = passage.core.loop().now() + passage.core.node().settings().fill_wait_max;
  for (int looks = 0; looks < 2 && passage.found.fill; ++looks) {
    if (!co_await join_once(passage, deadline)) co_return false;
    if (!passage.entry || passage.request.method == http::Method::head) co_return true;
    // A fill that dies before its first byte is one of which the viewer has seen nothing: look again, once.
    const auto begun = co_await passage.first_cursor->wait(deadline);
    const bool is_dead = !begun && begun.error().code != Errc::timed_out && begun.error().code != Errc::cancelled;
    if (!is_dead) co_return true;
    passage.first_cursor.reset();
    passage.entry.reset();
    if (lookup(passage) == Next::respond) co_return true;
  }
  co_return false;
}

// COND-1.
void add_conditions(http::RequestHead& head, const cache::Entry& stale) {
  if (!stale.etag().empty()) head.fields.set(Name::if_none_match, stale.etag());
  if (!stale.last_modified().empty()) head.fields.set(Name::if_modified_since, stale.last_modified());
}

// Makes the head that goes out. `keeps_ranges`: the viewer's Range and conditions go with it.
http::RequestHead make_request(Passage& passage, bool keeps_ranges) {
  ForwardFacts facts;
  facts.is_cacheable = passage.is_cacheable;
  facts.keeps_conditions = keeps_ranges;
  facts.from_edge = passage.from_edge;
  facts.request_id = passage.request_id;
  facts.via_name = passage.core.node().via_name();
  facts.viewer_address = passage.arena.copy(rt::address_text(passage.exchange.peer()));
  http::RequestHead head = forward_request(passage.request, *passage.match, facts, passage.arena);
  if (head.authority.empty()) head.authority = passage.distribution->domain_name;
  const cache::Ticket& ticket = passage.found.ticket;
  if (!keeps_ranges && ticket && ticket.stale()) add_conditions(head, *ticket.stale());
  return head;
}

void note_visit(Passage& passage, ByteView tier, ByteView name, const Result<origin::Fetched>& fetched) {
  const origin::FetchFacts& facts = passage.facts;
  passage.decision.tiers.add({.tier = tier,
                              .name = name,
                              .outcome = fetched ? "fetched" : "failed",
                              .detail = fetched ? ByteView() : fetched.error().text,
                              .status = fetched ? fetched->head().status : std::uint16_t{0},
                              .attempts = facts.attempts,
                              .connection_reused = facts.connection_reused,
                              .connect = facts.connect,
                              .first_byte = facts.first_byte});
  if (!fetched) passage.core.metrics().upstream_failures.add();
}

// A name in the form of a bucket's means our own bucket where we have it, else the host of that name.
const origin::OriginTarget& target_of(const Passage& passage) {
  const Route& match = *passage.match;
  const std::string& bucket = match.distribution->origins[match.behavior->origin].bucket;
  const bool is_ours = match.bucket_target && passage.core.buckets().has_bucket(bucket);
  return is_ours ? *match.bucket_target : match.target;
}

// TIER-2, METH-4: what is not cached, and OPTIONS in any case, goes straight to the origin.
bool goes_to_parent(const Passage& passage) {
  const http::Method method = passage.request.method;
  return passage.core.parents() && passage.is_cacheable &&
         (method == http::Method::get || method == http::Method::head);
}

// A parent that cannot be reached, or goes down before its answer, is no reason to fail: the origin may be well. Nor is
// a full queue for it: one distribution's slow origin must not stand in the way of all others.
bool is_parents_failure(const Error& error, origin::FetchPhase phase) {
  using origin::FetchPhase;
  if (phase == FetchPhase::connect || phase == FetchPhase::queue) return error.code != Errc::cancelled;
  const bool is_broken = error.code == Errc::reset || error.code == Errc::closed;
  return is_broken && (phase == FetchPhase::send || phase == FetchPhase::head);
}

// Sends `head` to the parent tier where there is one for it, else to the origin.
rt::Task<Result<origin::Fetched>> send(Passage& passage, const http::RequestHead& head) {
  NodeCore& core = passage.core;
  http::BodyReader* body = passage.exchange.request_framing().is_empty() ? nullptr : &passage.exchange.body();
  passage.from_parent = goes_to_parent(passage);
  if (passage.from_parent) {
    origin::ParentTier& parents = *core.parents();
    http::RequestHead to_parent = head;
    to_parent.fields.set(tier_field::key, core.node().settings().tier_key);
    to_parent.fields.set(tier_field::distribution, passage.distribution->id);
    to_parent.fields.set(tier_field::pattern, passage.match->behavior->path_pattern);
    core.metrics().asked_parent.add();
    auto fetched = co_await core.fetcher().fetch(parents, passage.keyed.key.hash.low, to_parent, body, passage.facts);
    note_visit(passage, "regional", parents.name(), fetched);
    if (fetched || !is_parents_failure(fetched.error(), passage.facts.phase)) co_return fetched;
    passage.facts = {};
    passage.from_parent = false;
  }
  core.metrics().asked_origin.add();
  auto fetched = co_await core.fetcher().fetch(target_of(passage), head, body, passage.facts);
  note_visit(passage, "origin", passage.match->target.id, fetched);
  co_return fetched;
}

// Brings a stored response's body in behind the viewers that read it. Holds the Routes that `fetched` looks into.
rt::Task<void> fill(NodeCore& core, cache::Ticket ticket, origin::Fetched fetched, RoutesRef routes,
                    std::optional<ByteCount> content_bytes) {
  ByteCount received = 0;
  while (true) {
    auto piece = co_await fetched.read();
    if (!piece) {
      ticket.fail(piece.error());
      co_return;
    }
    if (piece->empty()) {
      if (auto stored = ticket.finish(); !stored) {
        core.log().warn_seldom("fill", std::chrono::seconds(10), "an origin's answer was not stored: {}",
                               stored.error().text);
      }
      co_return;
    }
    received += piece->size();
    if (auto kept = co_await ticket.append(piece->view(), core.loop().now() + slow_viewer_wait_max); !kept) {
      ticket.fail(kept.error());
      co_return;
    }
    // BODY-3: without a viewer only a short rest is still worth its transfer.
    const bool is_rest_short = content_bytes && *content_bytes - std::min(received, *content_bytes) <=
                                                    core.node().settings().abandoned_rest_max;
    if (ticket.readers() == 0 && !is_rest_short) {
      ticket.give_up();
      co_return;
    }
  }
}

void note_storing(Passage& passage, bool stored, std::string_view reason) {
  passage.decision.stored = stored;
  passage.decision.stored_reason = reason;
}

cache::FetchTimes times_of(const Passage& passage) {
  rt::Loop& loop = passage.core.loop();
  return {.requested = loop.now() - passage.facts.first_byte, .received = loop.now(), .received_wall = loop.wall_now()};
}

cache::Storing judge(const Passage& passage, const http::RequestHead& sent, const http::ResponseHead& head) {
  cache::RequestFacts facts = cache::request_facts(sent.method);
  facts.has_unkeyed_authorization =
      sent.fields.has(Name::authorization) && !passage.match->key.has_header("authorization");
  cache::TtlPolicy ttl = passage.match->ttl;
  ttl.error_minimum = std::chrono::floor<cache::seconds>(passage.match->error_caching_min_ttl(head.status));
  return cache::judge_storing(facts, head, ttl, times_of(passage));
}

// The newest purge that an answer of the parent tier takes part in; an origin knows of none.
std::uint64_t epoch_of(const Passage& passage, const http::Fields& fields) {
  if (!passage.from_parent) return ~std::uint64_t{0};
  return parse_decimal(fields.get(tier_field::epoch).value_or(ByteView())).value_or(0);
}

http::ResponseHead stored_head_of(Passage& passage, const http::ResponseHead& from) {
  return make_stored_head(from, *passage.match, passage.audience(), passage.core.loop().wall_now(), passage.arena);
}

cache::EntryDraft draft_of(Passage& passage, const http::ResponseHead& head, const cache::Storing& storing) {
  cache::EntryDraft draft;
  draft.head = &head;
  draft.storing = storing;
  draft.received = passage.core.loop().wall_now();
  passage.decision.ttl = storing.freshness.lifetime;
  passage.decision.ttl_rule = storing.freshness.rule;
  return draft;
}

// STALE-5: an origin in trouble leaves the stale copy good for a while. True if it is served.
bool serve_stale(Passage& passage, std::uint16_t status) {
  cache::Ticket& ticket = passage.found.ticket;
  const Instant now = passage.core.loop().now();
  // Without a ticket: HEAD, or one that may not be collapsed.
  cache::EntryRef stale = ticket ? ticket.stale() : passage.found.entry;
  if (!stale || !cache::may_serve_on_error(stale->freshness(), now)) return false;
  if (ticket) ticket.hold_stale(now + passage.match->error_caching_min_ttl(status));
  passage.decision.note("STALE-5");
  serve(passage, std::move(stale), passage.found.epoch, observe::ResultType::refresh_hit);
  return true;
}

// ERR-6: no answer counts as a 5xx, and is remembered like one.
rt::Task<void> answer_failure(Passage& passage, const http::RequestHead& sent, const Error& error) {
  const origin::OriginFailure failure = origin::failure_of(error, passage.facts.phase);
  if (error.side != Side::viewer && error.code != Errc::cancelled && serve_stale(passage, failure.status)) co_return;
  passage.answer(failure.status, error.text, failure.log_detail);
  cache::Ticket& ticket = passage.found.ticket;
  if (!ticket) co_return;
  if (error.side == Side::viewer || error.code == Errc::cancelled) {
    ticket.give_up();
    co_return;
  }
  http::ResponseHead head;
  head.status = failure.status;
  const ByteView page = page_of(passage.own, passage.request_id, passage.arena);
  head.fields.add(Name::content_type, "text/html; charset=utf-8");
  head.fields.add(Name::server, "CloudFront");
  head.fields.add(Name::date, passage.arena.copy(http_date_of(passage.core.loop().wall_now())));
  const cache::Storing storing = judge(passage, sent, head);
  if (failure.status == 503 || storing.verdict == cache::Storing::pass) {
    ticket.fail(error);
    co_return;
  }
  cache::EntryDraft draft = draft_of(passage, head, storing);
  draft.content_bytes = page.size();
  const auto entry = ticket.store(draft);
  if (!entry) co_return;
  if (co_await ticket.append(page, never)) {
    [[maybe_unused]] const auto finished = ticket.finish();
  }
}

// COND-2.
void refresh(Passage& passage, const http::RequestHead& sent, const origin::Fetched& confirmation) {
  const cache::EntryRef stale = passage.found.ticket.stale();
  const http::ResponseHead confirmed = stored_head_of(passage, confirmation.head());
  http::ResponseHead merged;
  cache::merge_head(*stale, confirmed, merged);
  cache::EntryDraft draft = draft_of(passage, merged, judge(passage, sent, merged));
  draft.upstream_epoch = epoch_of(passage, confirmation.head().fields);
  draft.content_bytes = stale->content_bytes();
  note_storing(passage, true, "COND-2");
  cache::EntryRef refreshed = passage.found.ticket.refresh(draft);
  const std::uint64_t epoch = refreshed->epoch();
  serve(passage, std::move(refreshed), epoch, observe::ResultType::refresh_hit);
}

bool asks_for_range(const Passage& passage) {
  return passage.request.method == http::Method::get && passage.request.fields.has(Name::range);
}

// What the answer's head says of the tiers behind.
void note_head(Passage& passage, const http::ResponseHead& head) {
  passage.tier_hit = passage.from_parent && head.fields.has(tier_field::result);
  passage.result = passage.tier_hit ? observe::ResultType::hit : observe::ResultType::miss;
  const auto age = http::read_delta_seconds(head.fields.get(Name::age).value_or(ByteView()));
  passage.told_age = age ? std::optional<Duration>(std::chrono::seconds(*age)) : std::nullopt;
}

// Stores `fetched` and serves the entry while it fills. False: it is not to be stored and is still in `fetched`.
rt::Task<bool> store(Passage& passage, const http::RequestHead& sent, origin::Fetched& fetched) {
  cache::Ticket& ticket = passage.found.ticket;
  if (!ticket) co_return false;
  const cache::Storing storing = judge(passage, sent, fetched.head());
  if (storing.verdict == cache::Storing::pass) {
    note_storing(passage, false, storing.freshness.rule);
    ticket.pass();
    co_return false;
  }
  const http::ResponseHead head = stored_head_of(passage, fetched.head());
  cache::EntryDraft draft = draft_of(passage, head, storing);
  draft.upstream_epoch = epoch_of(passage, fetched.head().fields);
  const http::BodyFraming framing = fetched.framing();
  if (framing.kind == http::BodyFraming::length) draft.content_bytes = framing.bytes;
  if (framing.kind == http::BodyFraming::none) draft.content_bytes = 0;
  auto entry = ticket.store(draft);
  if (!entry) {
    note_storing(passage, false, entry.error().text);
    co_return false;
  }
  note_storing(passage, true, storing.freshness.rule);
  const std::uint64_t epoch = (*entry)->epoch();
  serve(passage, std::move(*entry), epoch, passage.result);
  passage.core.background().spawn(
      fill(passage.core, std::move(ticket), std::move(fetched), passage.routes, draft.content_bytes));
  co_return true;
}

}  // namespace

rt::Task<Next> fetch(Passage& passage) {
  if (co_await join(passage)) co_return Next::respond;

  bool keeps_ranges = !passage.is_cacheable;
  while (true) {
    const http::RequestHead request = make_request(passage, keeps_ranges);
    auto fetched = co_await send(passage, request);
    if (!fetched) {
      passage.result = observe::ResultType::miss;
      co_await answer_failure(passage, request, fetched.error());
      co_return Next::respond;
    }
    const http::ResponseHead& head = fetched->head();
    note_head(passage, head);
    const bool was_confirmed = head.status == 304 && passage.found.ticket && passage.found.ticket.stale();
    if (was_confirmed) {
      refresh(passage, request, *fetched);
      co_return Next::respond;
    }
    if (head.status >= 500 && serve_stale(passage, head.status)) co_return Next::respond;
    if (passage.is_cacheable && co_await store(passage, request, *fetched)) co_return Next::respond;
    // RANGE-2: a part of what is too large to keep is asked for by itself.
    if (head.status == 200 && !keeps_ranges && asks_for_range(passage)) {
      keeps_ranges = true;
      passage.facts = {};
      continue;
    }
    passage.fetched.emplace(std::move(*fetched));
    co_return Next::respond;
  }
}

}  // namespace gust::proxy
