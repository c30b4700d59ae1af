#include "proxy/upstream.h"

#include <algorithm>
#include <utility>

#include "base/arena.h"
#include "base/text.h"
#include "http/client_connection.h"
#include "http/framing.h"
#include "proxy/forward.h"
#include "proxy/node_metrics.h"
#include "proxy/passage.h"
#include "proxy/tier_fields.h"
#include "proxy/websocket.h"

namespace gust::proxy {
namespace {

using http::Name;

// COND-1.
void add_conditions(http::RequestHead& head, const cache::Entry& stale) {
  if (!stale.etag().empty()) head.fields.set(Name::if_none_match, stale.etag());
  if (!stale.last_modified().empty()) head.fields.set(Name::if_modified_since, stale.last_modified());
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
const origin::OriginTarget& target_of(const Passage& passage, Member member) {
  const Route& match = *passage.match;
  const bool is_second = member == Member::second;
  const auto& bucket_target = is_second ? match.second->bucket_target : match.bucket_target;
  const bool is_ours = bucket_target && passage.core.buckets().has_bucket(match.origin(member).bucket);
  if (is_ours) return *bucket_target;
  return is_second ? match.second->target : match.target;
}

// TIER-2, METH-4: what is not cached, and OPTIONS in any case, goes straight to the origin. In the rfc9111 profile an
// unsafe method takes the way of what it may change (RFC 9111 section 4.4).
bool goes_to_parent(const Passage& passage) {
  if (passage.is_unsafe) return passage.core.parents() != nullptr;
  const http::Method method = passage.request().method;
  return passage.core.parents() && passage.is_cacheable &&
         (method == http::Method::get || method == http::Method::head);
}

// A parent that cannot be reached, or goes down before its answer, is no reason to fail: the origin may be well. Nor is
// a full queue for it: one distribution's slow origin must not stand in the way of all others.
bool is_parents_failure(const Error& error, origin::FetchPhase phase, bool is_safe) {
  using origin::FetchPhase;
  if (phase == FetchPhase::connect || phase == FetchPhase::queue) return error.code != Errc::cancelled;
  const bool is_broken = error.code == Errc::reset || error.code == Errc::closed;
  // What may have been done is not done again.
  return is_broken && is_safe && (phase == FetchPhase::send || phase == FetchPhase::head);
}

// RFC 9110 section 15.2: interim responses go to the viewer whose request this is, and to nobody else. The service is
// not known to pass them on, so that only the rfc9111 profile does.
class InterimPasser final : public http::InterimSink {
 public:
  explicit InterimPasser(Passage& passage) : passage_(passage) {}

  http::InterimSink* get() { return passage_.match->ttl.is_rfc9111 && !passage_.is_background ? this : nullptr; }

  rt::Task<void> pass_on(const http::ResponseHead& head) override {
    http::ResponseHead own = head;
    http::remove_hop_by_hop(own.fields);
    own.fields.remove_if([](const http::Field& field) { return starts_with_fold(field.name, "gust-"); });
    // A viewer that is gone is noticed by the final answer.
    [[maybe_unused]] const auto sent = co_await passage_.exchange.inform(own);
  }

 private:
  Passage& passage_;
};

// Nobody waits for an origin that is known to be down.
Error fail_at_once(Passage& passage, const origin::OriginTarget& target, const origin::Circuits::State& circuit) {
  passage.core.metrics().failed_at_once.add();
  passage.decision.tiers.add({.tier = "origin", .name = target.id, .outcome = "down", .detail = circuit.error.text});
  passage.facts.phase = circuit.phase;
  passage.down_until = circuit.until;
  return circuit.error;
}

rt::Task<Result<origin::Fetched>> ask_origin(Passage& passage, Member member, const http::RequestHead& head,
                                             http::BodyReader* body) {
  NodeCore& core = passage.core;
  const origin::OriginTarget& target = target_of(passage, member);
  passage.member = member;
  origin::Circuits& circuits = core.node().circuits();
  const std::string name = origin::pool_key_of(target);
  const origin::Circuits::State circuit = circuits.enter(name, core.loop().now());
  if (circuit.is_tripped && circuit.is_lost && !circuit.is_probe) {
    co_return std::unexpected(fail_at_once(passage, target, circuit));
  }
  core.metrics().asked_origin.add();
  InterimPasser interim(passage);
  if (!passage.sending) passage.sending.emplace(core.loop());
  auto fetched = co_await core.fetcher().fetch(target, head, body, passage.facts, &*passage.sending, interim.get());
  const origin::Lesson lesson =
      fetched ? origin::lesson_of(fetched->head().status) : origin::lesson_of(fetched.error(), passage.facts);
  circuits.report(name, circuit, lesson, core.loop().now());
  note_visit(passage, "origin", target.id, fetched);
  co_return fetched;
}

// FAIL-4. What has content cannot be sent twice.
bool may_fail_over(const Passage& passage) {
  if (!passage.match->second || !passage.request_framing().is_empty()) return false;
  const http::Method method = passage.request().method;
  return method == http::Method::get || method == http::Method::head ||
         (method == http::Method::options && passage.match->ttl.is_options_cached);
}

// FAIL-2, FAIL-3.
bool fails_over(const Passage& passage, const Result<origin::Fetched>& fetched) {
  if (!may_fail_over(passage)) return false;
  const std::uint16_t status =
      fetched ? fetched->head().status : origin::failure_of(fetched.error(), passage.facts.phase).failover_status;
  return passage.match->behavior->failover->is_on(status);
}

// Whether requests that meet `circuit`, the first member's, go on to the second. Which 5xx it was is not kept.
bool leads_on(const Passage& passage, const origin::Circuits::State& circuit) {
  if (!may_fail_over(passage)) return false;
  const config::Failover& failover = *passage.match->behavior->failover;
  if (circuit.is_lost) return failover.is_on(origin::failure_of(circuit.error, circuit.phase).failover_status);
  return std::ranges::any_of(failover.statuses, [](std::uint16_t status) { return status >= 500; });
}

// The request for one member of a group. Conditions of our own (COND-1) ask the one that gave the stale copy: what the
// other calls unchanged need not be the same.
http::RequestHead request_to(Passage& passage, Member member, const http::RequestHead& head, bool is_conditional) {
  http::RequestHead own = head;
  passage.asks_to_confirm = is_conditional && Member{passage.found.ticket.stale()->origin_member()} == member;
  if (is_conditional && !passage.asks_to_confirm) {
    own.fields.remove(Name::if_none_match);
    own.fields.remove(Name::if_modified_since);
  }
  return own;
}

// FAIL-1, FAIL-5: the first member, and on the failures that the group names the second, whose answer stands.
rt::Task<Result<origin::Fetched>> ask_group(Passage& passage, const http::RequestHead& head, http::BodyReader* body) {
  const bool is_conditional = passage.asks_to_confirm;
  const http::RequestHead to_first = request_to(passage, Member::first, head, is_conditional);
  auto fetched = co_await ask_origin(passage, Member::first, to_first, body);
  if (!fails_over(passage, fetched)) co_return fetched;

  passage.core.metrics().failovers.add();
  passage.decision.note(fetched ? "FAIL-2" : "FAIL-3");
  // A short page that is here already need not cost the connection.
  while (fetched && fetched->is_at_hand()) {
    const auto piece = co_await fetched->read();
    if (!piece || piece->empty()) break;
  }
  fetched = fail(Errc::cancelled, "the other member of the origin group is asked");
  passage.facts = {};
  const std::optional<Instant> first_due = std::exchange(passage.down_until, std::nullopt);
  const http::RequestHead to_second = request_to(passage, Member::second, head, is_conditional);
  fetched = co_await ask_origin(passage, Member::second, to_second, body);
  if (passage.down_until && first_due) passage.down_until = std::min(*passage.down_until, *first_due);
  co_return fetched;
}

}  // namespace

origin::Circuits::State circuit_of(const Passage& passage) {
  origin::Circuits& circuits = passage.core.node().circuits();
  if (circuits.tripped() == 0) return {};
  // The parent tier knows for itself how the origin stands.
  const origin::ParentTier* parents = passage.core.parents();
  if (goes_to_parent(passage) && parents->has_any()) return {};
  const origin::Circuits::State first = circuits.find(origin::pool_key_of(target_of(passage, Member::first)));
  if (!first.is_tripped || !leads_on(passage, first)) return first;  // FAIL-8
  return circuits.find(origin::pool_key_of(target_of(passage, Member::second)));
}

http::RequestHead make_request(Passage& passage, bool keeps_ranges) {
  ForwardFacts facts;
  facts.is_cacheable = passage.is_cacheable;
  facts.keeps_conditions = keeps_ranges;
  facts.is_websocket = passage.is_websocket;
  facts.from_edge = passage.from_edge;
  facts.request_id = passage.request_id;
  facts.via_name = passage.core.node().via_name();
  facts.viewer_address = passage.arena.copy(rt::address_text(passage.exchange.peer()));
  http::RequestHead head = forward_request(passage.request(), *passage.match, facts, passage.arena);
  if (passage.is_websocket) set_websocket_key(passage, head);
  if (head.authority.empty()) head.authority = passage.distribution->domain_name;
  if (!keeps_ranges && passage.slicing) add_slice_range(passage, head);
  const cache::Ticket& ticket = passage.found.ticket;
  passage.asks_to_confirm = !keeps_ranges && !passage.asks_anew && ticket && ticket.stale();
  if (passage.asks_to_confirm) add_conditions(head, *ticket.stale());
  return head;
}

rt::Task<Result<origin::Fetched>> ask_upstream(Passage& passage, const http::RequestHead& head) {
  NodeCore& core = passage.core;
  http::BodyReader* body = passage.request_framing().is_empty() ? nullptr : &passage.exchange.body();
  passage.from_parent = goes_to_parent(passage);
  if (passage.from_parent) {
    origin::ParentTier& parents = *core.parents();
    http::RequestHead to_parent = head;
    to_parent.fields.set(tier_field::key, core.node().settings().tier_key);
    to_parent.fields.set(tier_field::distribution, passage.distribution->id);
    if (head.scheme == http::Scheme::https) to_parent.fields.set(tier_field::scheme, "https");
    to_parent.fields.set(tier_field::pattern, passage.match->behavior->path_pattern);
    if (passage.explaining != Explaining::no) to_parent.fields.set(tier_field::explain, name_of(passage.explaining));
    if (passage.is_background) to_parent.fields.set(tier_field::revalidate, "1");
    if (passage.asks_to_confirm && passage.match->second) {
      to_parent.fields.set(tier_field::member, passage.found.ticket.stale()->origin_member() == 0 ? "1" : "2");
    }
    add_slice_fields(passage, to_parent);
    const cache::Key& object_key = passage.slicing ? passage.slicing->object_key : passage.keyed.key;
    core.metrics().asked_parent.add();
    InterimPasser interim(passage);
    auto fetched =
        co_await core.fetcher().fetch(parents, object_key.hash.low, to_parent, body, passage.facts, interim.get());
    note_visit(passage, "regional", parents.name(), fetched);
    if (fetched || !is_parents_failure(fetched.error(), passage.facts.phase, !passage.is_unsafe)) co_return fetched;
    passage.facts = {};
    passage.from_parent = false;
  }
  if (passage.explaining == Explaining::dry) co_return fail(Errc::cancelled, "a dry run asks no origin");
  if (passage.match->second) co_return co_await ask_group(passage, head, body);
  co_return co_await ask_origin(passage, Member::first, head, body);
}

}  // namespace gust::proxy
