// The step `fetch`: wait for another's fill, or ask the parent tier or the origin, and store while it streams.
//
// Source: COLL-1 to COLL-5, COND-1, COND-2, STALE-5, STALE-7, ERR-1 to ERR-6, TIER-1, TIER-2, METH-4, BODY-1 to BODY-3,
//         RANGE-2 to RANGE-4, RANGE-6, FAIL-1 to FAIL-5.

#include "http/cache_control.h"
#include "proxy/failure.h"
#include "proxy/join.h"
#include "proxy/passage.h"
#include "proxy/stale.h"
#include "proxy/steps.h"
#include "proxy/storing.h"
#include "proxy/tier_fields.h"
#include "proxy/upstream.h"
#include "proxy/write_through.h"

namespace gust::proxy {
namespace {

using http::Name;

bool asks_for_range(const Passage& passage) {
  return passage.request().method == http::Method::get && passage.request().fields.has(Name::range);
}

// RANGE-6.
bool is_beyond_limit(const Passage& passage, const origin::Fetched& fetched) {
  const http::BodyFraming framing = fetched.framing();
  return passage.is_cacheable && framing.kind == http::BodyFraming::length && framing.bytes > whole_object_bytes_max;
}

void refuse_beyond_limit(Passage& passage) {
  passage.decision.note("RANGE-6");
  passage.answer(502, "The object is longer than what can be cached.", "OriginError");
  if (passage.found.ticket) {
    passage.found.ticket.fail({Errc::would_exceed_limit, Side::origin, Retry::never, "an object beyond 50 GB"});
  }
}

// What the answer's head says of the tiers behind.
void note_upstream_head(Passage& passage, const http::ResponseHead& head) {
  passage.tier_hit = passage.from_parent && head.fields.has(tier_field::result);
  if (passage.from_parent) passage.member = head.fields.get(tier_field::member) == "2" ? Member::second : Member::first;
  passage.result = passage.tier_hit ? observe::ResultType::hit : observe::ResultType::miss;
  read_upstream_record(passage, head);
  const auto age = http::read_delta_seconds(head.fields.get(Name::age).value_or(ByteView()));
  passage.told_age = age ? std::optional<Duration>(std::chrono::seconds(*age)) : std::nullopt;
}

}  // namespace

rt::Task<Next> fetch(Passage& passage) {
  if (passage.explaining == Explaining::dry) co_return co_await fetch_dry(passage);
  if (serve_stale_at_once(passage)) co_return Next::respond;
  const bool is_joined = co_await join(passage);
  if (co_await settle_join(passage, is_joined)) co_return Next::respond;

  const bool is_rfc9111 = passage.match->ttl.is_rfc9111;
  bool keeps_ranges = !passage.is_cacheable || passage.own_range;
  while (true) {
    const http::RequestHead request = make_request(passage, keeps_ranges);
    // What is stored of its answer is no newer than the purges before it.
    if (passage.is_unsafe) passage.asked_epoch = passage.core.node().cache().epoch();
    auto fetched = co_await ask_upstream(passage, request);
    if (!fetched) {
      passage.result = observe::ResultType::miss;
      answer_failure(passage, request, fetched.error());
      co_return Next::respond;
    }
    const http::ResponseHead& head = fetched->head();
    note_upstream_head(passage, head);
    if (passage.is_unsafe) {
      invalidate_by(passage, head);
      if (store_posted(passage, request, *fetched)) co_return Next::respond;
    }
    const bool was_confirmed = head.status == 304 && passage.found.ticket && passage.found.ticket.stale();
    if (was_confirmed && is_rfc9111 && !passage.asks_anew && !confirms(head, *passage.found.ticket.stale())) {
      passage.asks_anew = true;
      passage.facts = {};
      continue;
    }
    if (was_confirmed && !passage.asks_to_confirm) {
      constexpr Error unasked{Errc::bad_status_line, Side::origin, Retry::never, "a 304 that no one asked for"};
      answer_failure(passage, request, unasked);
      co_return Next::respond;
    }
    if (was_confirmed) {
      refresh(passage, request, *fetched);
      co_return Next::respond;
    }
    if (const auto failure = head.fields.get(tier_field::failure); failure && passage.from_parent) {
      answer_failure_of_parent(passage, request, head.status, *failure);
      co_return Next::respond;
    }
    if (head.status >= 500 && serve_stale(passage, head.status)) co_return Next::respond;
    if (is_rfc9111 && passage.is_cacheable && passage.request().method == http::Method::head && head.status == 200) {
      update_by_head(passage, request, *fetched);
    }
    if (is_beyond_limit(passage, *fetched)) {
      refuse_beyond_limit(passage);
      co_return Next::respond;
    }
    if (passage.slicing) {
      const SliceAnswer answer = take_slice(passage, request, *fetched);
      if (answer == SliceAnswer::at_hand) co_return Next::respond;
      keeps_ranges = passage.own_range;
      if (answer != SliceAnswer::other) {
        passage.facts = {};
        continue;
      }
    }
    if (goes_by_slices(passage, request, *fetched)) {
      passage.facts = {};
      fetched = fail(Errc::cancelled, "the object comes by slices");
      if (lookup(passage) == Next::respond) co_return Next::respond;
      co_return co_await fetch(passage);
    }
    if (passage.is_cacheable && store(passage, request, *fetched)) co_return Next::respond;
    // RANGE-2: a part of what is too large to keep is asked for by itself.
    if (head.status == 200 && !keeps_ranges && !passage.range_refused && asks_for_range(passage)) {
      keeps_ranges = true;
      passage.facts = {};
      continue;
    }
    passage.fetched.emplace(std::move(*fetched));
    co_return Next::respond;
  }
}

}  // namespace gust::proxy
