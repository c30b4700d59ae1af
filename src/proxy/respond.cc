// The step `respond`: the answer to the viewer.
//
// Source: HDR-2 to HDR-12, BODY-1, BODY-2.

#include "http/range.h"
#include "origin/failure.h"
#include "proxy/answer_head.h"
#include "proxy/error_page.h"
#include "proxy/passage.h"
#include "proxy/send_entry.h"
#include "proxy/send_own.h"
#include "proxy/steps.h"
#include "proxy/stored_head.h"
#include "proxy/websocket.h"

namespace gust::proxy {
namespace {

using http::Name;

// An answer that is not stored passes through.
rt::Task<bool> pass_through(Passage& passage) {
  origin::Fetched& fetched = *passage.fetched;
  http::ResponseHead head = make_stored_head(fetched.head(), *passage.match, passage.audience(),
                                             passage.core.loop().wall_now(), passage.arena);
  const auto via = fetched.head().fields.combined(Name::via, passage.arena);
  add_own_fields(passage, head, via.value_or(ByteView()), passage.told_age);
  http::BodyFraming framing = fetched.framing();
  if (passage.cut) framing = become_cut(passage, head);
  if (const auto value = head.fields.get(Name::content_range); value && head.status == 206) {
    if (const auto told = http::read_content_range(*value); told && told->range) {
      passage.range_first = told->range->offset;
      passage.range_last = told->range->offset + told->range->bytes - 1;
    }
  }
  note_head(passage, head, framing.kind == http::BodyFraming::length ? std::optional(framing.bytes) : std::nullopt);
  if (!co_await passage.exchange.start(head, framing)) co_return false;
  while (true) {
    auto piece = co_await fetched.read();
    if (!piece) {
      passage.exchange.abort();
      passage.detail = origin::failure_of(piece.error(), origin::FetchPhase::body).log_detail;
      co_return false;
    }
    if (passage.cut && !piece->empty()) {
      *piece = take_cut(*passage.cut, *piece);
      if (piece->empty() && passage.cut->bytes > 0) continue;
    }
    if (piece->empty()) co_return (co_await passage.exchange.finish(&fetched.trailers())).has_value();
    if (!co_await passage.exchange.write({&*piece, 1})) co_return false;
  }
}

// Slices did not come or go together, before the first byte of the answer. Those of an older version have been dropped:
// one more try by slices of the version that was met, then one by the viewer's own range, which has one answer.
rt::Task<void> answer_again(Passage& passage) {
  const bool tries_slices = passage.slicing->is_outdated && !passage.is_second_try;
  passage.first_cursor.reset();
  passage.entry.reset();
  passage.answer_failed = false;
  if (tries_slices) {
    passage.is_second_try = true;
    if (lookup(passage) == Next::step) co_await fetch(passage);
  } else {
    go_by_own_range(passage);
    co_await fetch(passage);
  }
}

rt::Task<Next> respond_by_slices(Passage& passage) {
  co_await send_entry(passage);
  const bool is_unanswered = passage.answer_failed && !passage.exchange.is_begun();
  if (!is_unanswered) co_return Next::step;
  co_await answer_again(passage);
  co_return co_await respond(passage);
}

// What is no Entry of the cache.
rt::Task<Next> respond_otherwise(Passage& passage, const config::ErrorPage* page) {
  if (passage.explaining == Explaining::dry) {
    co_await send_record(passage);
  } else if (page != nullptr) {
    co_await send_error_page(passage, *page);
  } else if (passage.fetched && passage.fetched->tunnel() != nullptr) {
    co_await run_websocket(passage);
  } else if (passage.fetched) {
    passage.answer_failed = !co_await pass_through(passage);
  } else {
    co_await send_own(passage);
  }
  co_return Next::step;
}

}  // namespace

rt::Task<Next> respond(Passage& passage) {
  const bool is_dry = passage.explaining == Explaining::dry;
  const config::ErrorPage* page = is_dry ? nullptr : find_error_page(passage);
  if (is_dry || page != nullptr || !passage.entry) return respond_otherwise(passage, page);
  return passage.slicing ? respond_by_slices(passage) : send_entry(passage);
}

}  // namespace gust::proxy
