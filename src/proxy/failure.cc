#include "proxy/failure.h"

#include "base/arena.h"
#include "base/date.h"
#include "origin/failure.h"
#include "proxy/passage.h"
#include "proxy/storing.h"

namespace gust::proxy {

using http::Name;

bool serve_stale(Passage& passage, std::uint16_t status) {
  cache::Ticket& ticket = passage.found.ticket;
  const Instant now = passage.core.loop().now();
  // Without a ticket: HEAD, or one that may not be collapsed.
  cache::EntryRef stale = ticket ? ticket.stale() : passage.found.entry;
  if (!stale || !cache::may_serve_on_error(stale->freshness(), now)) return false;
  if (ticket) ticket.hold_stale(now + passage.match->error_caching_min_ttl(status));
  passage.decision.note("STALE-5");
  passage.serve(std::move(stale), passage.found.epoch, observe::ResultType::refresh_hit);
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

}  // namespace gust::proxy
