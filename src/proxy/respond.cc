// The step `respond`: the answer to the viewer.
//
// Source: HDR-2 to HDR-12, BODY-1, BODY-2.

#include "origin/failure.h"
#include "proxy/answer_head.h"
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
  const http::BodyFraming framing = fetched.framing();
  note_head(passage, head, framing.kind == http::BodyFraming::length ? std::optional(framing.bytes) : std::nullopt);
  if (!co_await passage.exchange.start(head, framing)) co_return false;
  while (true) {
    auto piece = co_await fetched.read();
    if (!piece) {
      passage.exchange.abort();
      passage.detail = origin::failure_of(piece.error(), origin::FetchPhase::body).log_detail;
      co_return false;
    }
    if (piece->empty()) co_return (co_await passage.exchange.finish(&fetched.trailers())).has_value();
    if (!co_await passage.exchange.write({&*piece, 1})) co_return false;
  }
}

}  // namespace

rt::Task<Next> respond(Passage& passage) {
  if (passage.explaining == Explaining::dry) {
    co_await send_record(passage);
  } else if (passage.entry) {
    co_await send_entry(passage);
  } else if (passage.fetched && passage.fetched->tunnel() != nullptr) {
    co_await run_websocket(passage);
  } else if (passage.fetched) {
    passage.answer_failed = !co_await pass_through(passage);
  } else {
    co_await send_own(passage);
  }
  co_return Next::step;
}

}  // namespace gust::proxy
