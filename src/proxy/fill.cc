#include "proxy/fill.h"

#include "observe/log.h"
#include "proxy/node.h"

namespace gust::proxy {
namespace {

// How long a body that streams past a full cache waits for its slowest viewer. The server cuts off one that takes no
// batch in less (ServerLimits), so that the others who read along go on.
constexpr Duration slow_viewer_wait_max = std::chrono::seconds(60);

}  // namespace

rt::Task<void> fill(NodeCore& core, cache::Ticket ticket, origin::Fetched fetched, RoutesRef routes,
                    std::optional<ByteCount> content_bytes) {
  ByteCount received = 0;
  while (true) {
    auto piece = co_await fetched.read();
    if (!piece) {
      ticket.fail(piece.error());
      co_return;
    }
    if (piece->empty()) {
      if (auto stored = ticket.finish(); !stored) {
        core.log().warn_seldom("fill", std::chrono::seconds(10), "an origin's answer was not stored: {}",
                               stored.error().text);
      }
      co_return;
    }
    received += piece->size();
    if (auto kept = co_await ticket.append(piece->view(), core.loop().now() + slow_viewer_wait_max); !kept) {
      ticket.fail(kept.error());
      co_return;
    }
    // BODY-3: without a viewer only a short rest is still worth its transfer.
    const bool is_rest_short = content_bytes && *content_bytes - std::min(received, *content_bytes) <=
                                                    core.node().settings().abandoned_rest_max;
    if (ticket.readers() == 0 && !is_rest_short) {
      ticket.give_up();
      co_return;
    }
  }
}

}  // namespace gust::proxy
