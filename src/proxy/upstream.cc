#include "proxy/upstream.h"

#include "base/arena.h"
#include "base/text.h"
#include "http/client_connection.h"
#include "http/framing.h"
#include "proxy/forward.h"
#include "proxy/node_metrics.h"
#include "proxy/passage.h"
#include "proxy/tier_fields.h"

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
const origin::OriginTarget& target_of(const Passage& passage) {
  const Route& match = *passage.match;
  const std::string& bucket = match.distribution->origins[match.behavior->origin].bucket;
  const bool is_ours = match.bucket_target && passage.core.buckets().has_bucket(bucket);
  return is_ours ? *match.bucket_target : match.target;
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
Error fail_at_once(Passage& passage, const origin::Circuits::State& circuit) {
  passage.core.metrics().failed_at_once.add();
  passage.decision.tiers.add(
      {.tier = "origin", .name = passage.match->target.id, .outcome = "down", .detail = circuit.error.text});
  passage.facts.phase = circuit.phase;
  passage.down_until = circuit.until;
  return circuit.error;
}

rt::Task<Result<origin::Fetched>> ask_origin(Passage& passage, const http::RequestHead& head, http::BodyReader* body) {
  NodeCore& core = passage.core;
  const origin::OriginTarget& target = target_of(passage);
  origin::Circuits& circuits = core.node().circuits();
  const std::string name = origin::pool_key_of(target);
  const origin::Circuits::State circuit = circuits.enter(name, core.loop().now());
  if (circuit.is_tripped && circuit.is_lost && !circuit.is_probe) {
    co_return std::unexpected(fail_at_once(passage, circuit));
  }
  core.metrics().asked_origin.add();
  InterimPasser interim(passage);
  if (!passage.sending) passage.sending.emplace(core.loop());
  auto fetched = co_await core.fetcher().fetch(target, head, body, passage.facts, &*passage.sending, interim.get());
  const origin::Lesson lesson =
      fetched ? origin::lesson_of(fetched->head().status) : origin::lesson_of(fetched.error(), passage.facts);
  circuits.report(name, circuit, lesson, core.loop().now());
  note_visit(passage, "origin", passage.match->target.id, fetched);
  co_return fetched;
}

}  // namespace

origin::Circuits::State circuit_of(const Passage& passage) {
  origin::Circuits& circuits = passage.core.node().circuits();
  if (circuits.tripped() == 0) return {};
  // The parent tier knows for itself how the origin stands.
  const origin::ParentTier* parents = passage.core.parents();
  if (goes_to_parent(passage) && parents->has_any()) return {};
  return circuits.find(origin::pool_key_of(target_of(passage)));
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
  if (head.authority.empty()) head.authority = passage.distribution->domain_name;
  if (!keeps_ranges && passage.slicing) add_slice_range(passage, head);
  const cache::Ticket& ticket = passage.found.ticket;
  if (!keeps_ranges && !passage.asks_anew && ticket && ticket.stale()) add_conditions(head, *ticket.stale());
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
    to_parent.fields.set(tier_field::pattern, passage.match->behavior->path_pattern);
    if (passage.explaining != Explaining::no) to_parent.fields.set(tier_field::explain, name_of(passage.explaining));
    if (passage.is_background) to_parent.fields.set(tier_field::revalidate, "1");
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
  co_return co_await ask_origin(passage, head, body);
}

}  // namespace gust::proxy
