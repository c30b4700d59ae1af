#include "proxy/join.h"

#include "origin/failure.h"
#include "proxy/forward.h"
#include "proxy/node_metrics.h"
#include "proxy/passage.h"
#include "proxy/steps.h"
#include "proxy/variants.h"

namespace gust::proxy {
namespace {

enum class JoinedAs : std::uint8_t {
  one,    // its answer, or its failure, is this request's too
  none,   // on alone
  other,  // it is another variant than this request's: look again
};

// Waits for the fill that was found.
rt::Task<JoinedAs> join_once(Passage& passage, Instant deadline) {
  auto joined = co_await passage.core.node().cache().join(std::move(passage.found.fill), passage.key(), deadline);
  if (!joined) {
    const auto failure = origin::failure_of(joined.error(), origin::FetchPhase::head);
    passage.answer(failure.status, "The request that this one waited for brought no answer.", failure.log_detail);
    co_return JoinedAs::one;
  }
  if (joined->vary) {
    select_variant(passage, joined->vary);
    if (!joined->entry || joined->entry->key_text() != passage.key().text) co_return JoinedAs::other;
  }
  if (joined->entry) {
    passage.serve(std::move(joined->entry), joined->epoch,
                  joined->is_refreshed ? observe::ResultType::refresh_hit : observe::ResultType::hit);
    co_return JoinedAs::one;
  }
  // HEAD cannot bring what the others wait for: the next of them takes over.
  if (passage.request().method != http::Method::head) passage.found.ticket = std::move(joined->ticket);
  co_return JoinedAs::none;
}

// LIM-7: what a request that has been in this network before would wait for may be its own first visit.
bool may_wait_for_itself(const Passage& passage) {
  const std::size_t own_marks = passage.from_edge ? 1 : 0;
  return loops_of(passage.viewer_request.fields, passage.arena) > own_marks;
}

}  // namespace

rt::Task<bool> join(Passage& passage) {
  if (!passage.found.fill || !passage.match->collapses || may_wait_for_itself(passage)) co_return false;
  passage.core.metrics().collapsed.add();
  passage.decision.collapsed = true;
  const Instant deadline = passage.core.loop().now() + passage.core.node().settings().fill_wait_max;
  for (int looks = 0; looks < 2 && passage.found.fill; ++looks) {
    const JoinedAs joined = co_await join_once(passage, deadline);
    if (joined == JoinedAs::none) co_return false;
    if (joined == JoinedAs::other) {
      if (lookup(passage) == Next::respond) co_return true;
      continue;
    }
    if (!passage.entry || passage.request().method == http::Method::head) co_return true;
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

}  // namespace gust::proxy
