#include "proxy/failure.h"

#include <algorithm>
#include <array>

#include "base/arena.h"
#include "base/date.h"
#include "origin/failure.h"
#include "proxy/passage.h"
#include "proxy/stale.h"
#include "proxy/storing.h"

namespace gust::proxy {
namespace {

using http::Name;

// LOG-6's words for failures of origins, those that a parent tier may say.
constexpr std::array<ByteView, 11> details{"AbortedOrigin",   "CapacityExceeded",        "Error",
                                           "OriginCommError", "OriginConnectError",      "OriginDnsError",
                                           "OriginError",     "OriginHeaderTooBigError", "OriginInvalidResponseError",
                                           "OriginReadError", "OriginWriteError"};

struct Failure {
  std::uint16_t status;
  ByteView reason;  // static text, as the next
  ByteView log_detail;
  Error error;  // for those who wait
};

// ERR-6: no answer counts as a 5xx, and is remembered like one. Not so what is full here, nor what is not asked because
// the origin is known to be down: that ends when the origin is back.
void remember(Passage& passage, const http::RequestHead& sent, const Failure& failure) {
  cache::Ticket& ticket = passage.found.ticket;
  http::ResponseHead head;
  head.status = failure.status;
  head.fields.add(Name::content_type, "text/html; charset=utf-8");
  head.fields.add(Name::date, passage.arena.copy(http_date_of(passage.core.loop().wall_now())));
  cache::Storing storing = judge(passage, sent, head);
  storing.freshness.kept_stale = storing.freshness.stale_while_revalidate = Duration::zero();
  const bool is_kept = failure.status != 503 && !passage.down_until && storing.verdict != cache::Storing::pass;
  if (!is_kept) return ticket.fail(failure.error);
  cache::EntryDraft draft = draft_of(passage, head, storing);
  draft.content_bytes = 0;
  draft.own_failure = {.reason = failure.reason, .log_detail = failure.log_detail};
  if (ticket.store(draft)) [[maybe_unused]]
    const auto finished = ticket.finish();
}

void answer_with(Passage& passage, const http::RequestHead& sent, const Failure& failure) {
  if (serve_stale(passage, failure.status)) return;
  passage.answer(failure.status, failure.reason, failure.log_detail);
  if (passage.found.ticket) remember(passage, sent, failure);
}

}  // namespace

bool serve_stale(Passage& passage, std::uint16_t status) {
  cache::Ticket& ticket = passage.found.ticket;
  const Instant now = passage.core.loop().now();
  // Without a ticket: HEAD, or one that may not be collapsed.
  cache::EntryRef stale = ticket ? ticket.stale() : passage.found.entry;
  if (!stale || !may_stand_in(*stale, now)) return false;
  const Instant hold_until = now + passage.match->error_caching_min_ttl(status);
  if (ticket) ticket.hold_stale(std::min(hold_until, passage.down_until.value_or(hold_until)));
  passage.decision.note(stale->freshness().stale_if_error ? "STALE-2" : "STALE-5");
  passage.serve(std::move(stale), passage.found.epoch, observe::ResultType::refresh_hit);
  return true;
}

void answer_failure(Passage& passage, const http::RequestHead& sent, const Error& error) {
  const origin::OriginFailure failure = origin::failure_of(error, passage.facts.phase);
  if (error.side == Side::viewer || error.code == Errc::cancelled) {
    passage.answer(failure.status, error.text, failure.log_detail);
    if (passage.found.ticket) passage.found.ticket.give_up();
    return;
  }
  answer_with(passage, sent,
              {.status = failure.status, .reason = error.text, .log_detail = failure.log_detail, .error = error});
}

void answer_failure_of_parent(Passage& passage, const http::RequestHead& sent, std::uint16_t status, ByteView detail) {
  const auto* known = std::ranges::find(details, detail);
  constexpr ByteView reason = "The origin could not be reached, or gave no valid answer.";
  answer_with(passage, sent,
              {.status = status,
               .reason = reason,
               .log_detail = known == details.end() ? ByteView("Error") : *known,
               .error = {.code = Errc::unreachable, .side = Side::origin, .text = reason}});
}

}  // namespace gust::proxy
