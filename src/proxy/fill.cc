#include "proxy/fill.h"

#include "observe/log.h"
#include "proxy/coded_body.h"
#include "proxy/node.h"
#include "proxy/node_metrics.h"

namespace gust::proxy {
namespace {

// How long a body that streams past a full cache waits for its slowest viewer. The server cuts off one that takes no
// batch in less (ServerLimits), so that the others who read along go on.
constexpr Duration slow_viewer_wait_max = std::chrono::seconds(60);

// The body as the origin sends it.
struct PlainBody {
  origin::Fetched& fetched;
  ByteCount taken = 0;

  rt::Task<Result<Slice>> read() { return fetched.read(); }
  void take(ByteCount bytes) { taken += bytes; }
  ByteCount received() const { return taken; }
};

// `content_bytes`: of what the source receives.
template <typename Source>
rt::Task<void> pour(NodeCore& core, cache::Ticket& ticket, Source& source, std::optional<ByteCount> content_bytes) {
  const NodeSettings& settings = core.node().settings();
  Instant last_read_by_a_viewer = core.loop().now();
  while (true) {
    auto piece = co_await source.read();
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
    source.take(piece->size());
    if (auto kept = co_await ticket.append(piece->view(), core.loop().now() + slow_viewer_wait_max); !kept) {
      ticket.fail(kept.error());
      co_return;
    }
    // BODY-3: without a viewer only a short rest is still worth its transfer, and that not for ever.
    if (ticket.readers() > 0) last_read_by_a_viewer = core.loop().now();
    const bool is_rest_short =
        content_bytes && *content_bytes - std::min(source.received(), *content_bytes) <= settings.abandoned_rest_max &&
        core.loop().now() - last_read_by_a_viewer <= settings.abandoned_time_max;
    if (ticket.readers() == 0 && !is_rest_short) {
      ticket.give_up();
      co_return;
    }
  }
}

}  // namespace

rt::Task<void> fill(NodeCore& core, cache::Ticket ticket, origin::Fetched fetched, RoutesRef routes,
                    std::optional<ByteCount> content_bytes, BodyCoding coding) {
  if (!coding.slot) {
    fetched.lend_pieces();
    PlainBody body{fetched};
    co_await pour(core, ticket, body, content_bytes);
    co_return;
  }
  http::Encoder encoder(coding.coding, core.node().settings().coding_levels, content_bytes.value_or(0));
  CodedBody body(co_await rt::context(), fetched, std::move(encoder));
  co_await pour(core, ticket, body, content_bytes);
  co_await body.end();
  core.metrics().compression_in.add(body.received());
  core.metrics().compression_out.add(body.given());
}

}  // namespace gust::proxy
