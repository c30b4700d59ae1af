#include "proxy/explain.h"

#include "base/arena.h"
#include "base/date.h"
#include "base/digest.h"
#include "base/text.h"
#include "observe/cache_status.h"
#include "observe/explanation.h"
#include "proxy/answer_head.h"
#include "proxy/explanation_of.h"
#include "proxy/passage.h"
#include "proxy/steps.h"
#include "proxy/tier_fields.h"
#include "proxy/upstream.h"
#include "proxy/variants.h"

namespace gust::proxy {
namespace {

using http::Name;

// What is served says how fresh it is; where nothing stored is served, nothing does.
void note_freshness(Passage& passage) {
  observe::Decision& decision = passage.decision;
  decision.ttl.reset();
  decision.age.reset();
  decision.ttl_rule = {};
  if (passage.found.entry) decision.entry_epoch = passage.found.entry->epoch();
  if (!passage.entry) return;
  const cache::Freshness& freshness = passage.entry->freshness();
  decision.ttl = freshness.lifetime;
  decision.age = cache::age_of(freshness, passage.core.loop().now());
  decision.ttl_rule = freshness.rule;
  decision.entry_epoch = passage.entry->epoch();
}

// One member for each cache on the way, the origin's side first (RFC 9211 section 2).
void append_cache_status(Passage& passage, http::ResponseHead& head, ByteView member) {
  const auto before = head.fields.combined(Name::cache_status, passage.arena);
  ByteView all = before.value_or(ByteView());
  for (const ByteView more : {passage.upstream_cache_status, member}) {
    if (!more.empty()) all = all.empty() ? more : passage.arena.join({all, ", ", more});
  }
  head.fields.set(Name::cache_status, all);
}

// What a look-up would find. True: among the variants that the key has (RFC 9111 section 4.1).
bool peek(Passage& passage) {
  const cache::Cache& cache = passage.core.node().cache();
  const Instant now = passage.core.loop().now();
  passage.found = cache.peek(passage.keyed.key, now);
  if (!passage.found.vary) return false;
  passage.keyed.key = cache::make_variant_key(passage.keyed.key, *passage.found.vary,
                                              make_request(passage, false).fields, cache.seed(), passage.arena);
  passage.found = cache.peek(passage.keyed.key, now);
  return true;
}

observe::Lookup kind_of(const cache::Lookup& found, bool is_variant) {
  switch (found.found) {
    case cache::Found::fresh:
      return observe::Lookup::hit;
    case cache::Found::held:
    case cache::Found::stale:
      return observe::Lookup::stale;
    case cache::Found::absent:
      break;
  }
  if (found.was_purged) return observe::Lookup::purged;
  return is_variant ? observe::Lookup::vary_miss : observe::Lookup::uri_miss;
}

}  // namespace

ByteView name_of(Explaining explaining) {
  switch (explaining) {
    case Explaining::no:
      return "no";
    case Explaining::live:
      return "live";
    case Explaining::dry:
      return "dry";
  }
  return "no";
}

Explaining read_viewer_explain(ByteView value, ByteView token) {
  const Cut parts = cut(value, ';');
  if (token.empty() || !equal_in_constant_time(trim(parts.before), token)) return Explaining::no;
  return parts.found && trim(parts.after) == "dry" ? Explaining::dry : Explaining::live;
}

Explaining read_tier_explain(ByteView value) {
  if (value == name_of(Explaining::live)) return Explaining::live;
  return value == name_of(Explaining::dry) ? Explaining::dry : Explaining::no;
}

void tell_decision(Passage& passage, http::ResponseHead& head) {
  if (passage.failed != nullptr) return tell_decision(*passage.failed, head);
  const bool is_explained = passage.explaining != Explaining::no;
  const bool shows_always = passage.match != nullptr && passage.match->tells_cache_status;
  passage.conclude(head.status);
  note_freshness(passage);
  const ByteView key = is_explained ? passage.key().text : ByteView();
  const ByteView member = passage.arena.copy(observe::cache_status_of(passage.decision, key));
  if (shows_always || passage.is_edge()) {
    append_cache_status(passage, head, member);
  } else {
    head.fields.set(tier_field::cache_status, member);
  }
  if (!is_explained) return;
  const ByteCount bytes_max = passage.is_edge() ? record_bytes_max : tier_record_bytes_max;
  head.fields.set(tier_field::decision, passage.arena.copy(observe::json_of(explanation_of(passage), bytes_max)));
}

void read_upstream_record(Passage& passage, const http::ResponseHead& head) {
  if (passage.explaining == Explaining::no || !passage.from_parent) return;
  const ByteView record = head.fields.get(tier_field::decision).value_or(ByteView());
  passage.upstream_record =
      passage.arena.copy(observe::read_record(record, tier_record_bytes_max).value_or(ByteView()));
  passage.upstream_cache_status = passage.arena.copy(head.fields.get(tier_field::cache_status).value_or(ByteView()));
}

Next look_dry(Passage& passage) {
  if (!passage.is_cacheable) return Next::step;
  passage.decision.purge_epoch = passage.core.node().cache().epoch();
  const bool is_variant = peek(passage);
  const cache::Lookup& found = passage.found;
  passage.decision.lookup = kind_of(found, is_variant);
  passage.decision.collapsed = found.fill != nullptr && passage.match->collapses;
  const bool is_refreshed_behind =
      found.found == cache::Found::stale &&
      cache::may_serve_while_revalidating(found.entry->freshness(), passage.core.loop().now());
  if (is_refreshed_behind) passage.decision.note("STALE-1");
  const bool is_held = found.found == cache::Found::held;
  if (!is_refreshed_behind && !is_held && found.found != cache::Found::fresh) return Next::step;
  passage.entry = found.entry;
  passage.result = is_held ? observe::ResultType::refresh_hit : observe::ResultType::hit;
  return Next::respond;
}

rt::Task<Next> fetch_dry(Passage& passage) {
  const http::RequestHead request = make_request(passage, false);
  const auto answer = co_await ask_upstream(passage, request);
  if (answer) read_upstream_record(passage, answer->head());
  co_return Next::respond;
}

rt::Task<void> send_record(Passage& passage) {
  // What the viewer would have been told; 0 where only the origin knows.
  const std::uint16_t status = passage.entry ? passage.entry->status() : passage.own.status;
  passage.conclude(status);
  note_freshness(passage);
  const ByteView text = passage.arena.copy(observe::json_of(explanation_of(passage)) + "\n");
  http::ResponseHead head;
  head.status = 200;
  head.fields.add(Name::server, "CloudFront");
  head.fields.add(Name::date, passage.arena.copy(http_date_of(passage.core.loop().wall_now())));
  head.fields.add(Name::content_type, "application/json");
  head.fields.add(Name::cache_control, "no-store");
  if (!passage.is_edge()) {
    head.fields.set(tier_field::decision,
                    passage.arena.copy(observe::json_of(explanation_of(passage), tier_record_bytes_max)));
  }
  passage.answer_failed = !co_await passage.exchange.respond(head, Slice::borrowed(text));
}

}  // namespace gust::proxy
