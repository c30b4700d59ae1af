#include "proxy/storing.h"

#include "base/text.h"
#include "proxy/compression.h"
#include "proxy/fill.h"
#include "proxy/node_metrics.h"
#include "proxy/passage.h"
#include "proxy/stored_head.h"
#include "proxy/tags.h"
#include "proxy/tier_fields.h"
#include "proxy/variants.h"
#include "proxy/write_through.h"

namespace gust::proxy {
namespace {

using http::Name;

void note_storing(Passage& passage, bool stored, std::string_view reason) {
  passage.decision.stored = stored;
  passage.decision.stored_reason = reason;
}

cache::FetchTimes times_of(const Passage& passage) {
  rt::Loop& loop = passage.core.loop();
  return {.requested = loop.now() - passage.facts.first_byte, .received = loop.now(), .received_wall = loop.wall_now()};
}

// The newest purge that an answer of the parent tier takes part in; an origin knows of none.
std::uint64_t epoch_of(const Passage& passage, const http::Fields& fields) {
  if (!passage.from_parent) return passage.asked_epoch;
  return std::min(passage.asked_epoch, parse_decimal(fields.get(tier_field::epoch).value_or(ByteView())).value_or(0));
}

http::ResponseHead stored_head_of(Passage& passage, const http::ResponseHead& from) {
  return make_stored_head(from, *passage.match, passage.audience(), passage.core.loop().wall_now(), passage.arena);
}

// CMP-9: what comes from the origin itself is coded here; the parent tier has done so where it had to.
BodyCoding begin_coding(Passage& passage, const origin::Fetched& fetched) {
  if (!passage.match->compresses || passage.from_parent || passage.request().method != http::Method::get) return {};
  const CodingChoice choice =
      choose_coding(*passage.match, passage.keyed.accept_encoding, fetched.head(), fetched.framing());
  BodyCoding begun{.coding = choice.coding, .slot = {}};
  ByteView rule = choice.rule;
  if (choice.coding != http::Coding::identity) {
    begun.slot = passage.core.coding_slots().take();
    if (!begun.slot) {
      rule = "CMP-8";
      passage.core.metrics().compression_skipped.add();
    }
  }
  passage.decision.note(rule);
  return begun;
}

}  // namespace

cache::Storing judge(const Passage& passage, const http::RequestHead& sent, const http::ResponseHead& head) {
  cache::RequestFacts facts = cache::request_facts(sent.method);
  facts.has_unkeyed_authorization =
      sent.fields.has(Name::authorization) && !passage.match->key.has_header("authorization");
  if (passage.match->ttl.is_rfc9111 && facts.is_post)
    facts.is_own_content_location = is_own_content_location(passage, head);
  cache::TtlPolicy ttl = passage.match->ttl;
  ttl.is_s3_origin = passage.match->origin(passage.member).kind == config::Origin::Kind::bucket;
  ttl.has_error_page = passage.match->error_page(head.status, passage.member) != nullptr;
  ttl.error_minimum = std::chrono::floor<cache::seconds>(passage.match->error_caching_min_ttl(head.status));
  if (passage.slicing && head.status == 206) {
    // A slice is kept as long as the whole would be (RFC 9111 section 3.3).
    http::ResponseHead whole = head;
    whole.status = 200;
    return cache::judge_storing(facts, whole, ttl, times_of(passage));
  }
  return cache::judge_storing(facts, head, ttl, times_of(passage));
}

cache::EntryDraft draft_of(Passage& passage, const http::ResponseHead& head, const cache::Storing& storing) {
  cache::EntryDraft draft;
  draft.head = &head;
  draft.storing = storing;
  draft.received = passage.core.loop().wall_now();
  draft.origin_member = static_cast<std::uint8_t>(passage.member);
  passage.decision.ttl = storing.freshness.lifetime;
  passage.decision.ttl_rule = storing.freshness.rule;
  return draft;
}

cache::EntryRef freshen(Passage& passage, const http::RequestHead& sent, const origin::Fetched& confirmation,
                        cache::Ticket& ticket) {
  const cache::EntryRef stale = ticket.stale();
  http::ResponseHead confirmed = stored_head_of(passage, confirmation.head());
  match_stored_coding(*stale, confirmed, passage.arena);
  http::ResponseHead merged;
  cache::merge_head(*stale, confirmed, merged);
  cache::Storing storing = judge(passage, sent, merged);
  // What is one variant of several from now on is asked for anew by the next.
  const StoredVariant variant = variant_to_store(passage, sent.fields, merged.fields);
  if (!variant.is_storable || variant.key) storing.verdict = cache::Storing::pass;
  cache::EntryDraft draft = draft_of(passage, merged, storing);
  draft.upstream_epoch = epoch_of(passage, confirmation.head().fields);
  draft.tags = tags_of(passage, confirmation.head().fields);
  draft.content_bytes = stale->content_bytes();
  note_storing(passage, true, "COND-2");
  return ticket.refresh(draft);
}

void refresh(Passage& passage, const http::RequestHead& sent, const origin::Fetched& confirmation) {
  cache::EntryRef refreshed = freshen(passage, sent, confirmation, passage.found.ticket);
  const std::uint64_t epoch = refreshed->epoch();
  passage.serve(std::move(refreshed), epoch, observe::ResultType::refresh_hit);
}

bool store(Passage& passage, const http::RequestHead& sent, origin::Fetched& fetched) {
  cache::Ticket& ticket = passage.found.ticket;
  if (!ticket) return false;
  const cache::Storing storing = judge(passage, sent, fetched.head());
  const StoredVariant variant = variant_to_store(passage, sent.fields, fetched.head().fields);
  if (storing.verdict == cache::Storing::pass || !variant.is_storable) {
    note_storing(passage, false, storing.freshness.rule);
    ticket.pass();
    return false;
  }
  http::ResponseHead head = stored_head_of(passage, fetched.head());
  BodyCoding coding = begin_coding(passage, fetched);
  if (coding.slot) become_coded(head, coding.coding, passage.arena);
  cache::EntryDraft draft = draft_of(passage, head, storing);
  draft.upstream_epoch = epoch_of(passage, fetched.head().fields);
  draft.tags = tags_of(passage, fetched.head().fields);
  const http::BodyFraming framing = fetched.framing();
  std::optional<ByteCount> content_bytes;
  if (framing.kind == http::BodyFraming::length) content_bytes = framing.bytes;
  if (framing.kind == http::BodyFraming::none) content_bytes = 0;
  if (!coding.slot) draft.content_bytes = content_bytes;
  if (variant.key) {
    draft.variant = &*variant.key;
    draft.vary = variant.vary;
  }
  auto entry = ticket.store(draft);
  if (!entry) {
    note_storing(passage, false, entry.error().text);
    return false;
  }
  note_storing(passage, true, storing.freshness.rule);
  if (coding.slot) passage.core.metrics().compressed(coding.coding).add();
  const std::uint64_t epoch = (*entry)->epoch();
  passage.serve(std::move(*entry), epoch, passage.result);
  // What is all here is stored before it is sent, so that its viewer need not wait for it.
  const bool is_at_hand = !coding.slot && fetched.is_at_hand();
  auto filling =
      fill(passage.core, std::move(ticket), std::move(fetched), passage.routes, content_bytes, std::move(coding));
  rt::Scope& background = passage.core.background();
  if (is_at_hand) {
    background.spawn_now(std::move(filling));
  } else {
    background.spawn(std::move(filling));
  }
  return true;
}

}  // namespace gust::proxy
