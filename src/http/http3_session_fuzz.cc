// Whatever a viewer says on its streams, in whatever pieces, the session ends the stream or the connection by the
// rules, gives its handler only requests that HTTP/1.1 could carry, and lets nothing run on behind its end. The input
// is a list of sayings: a byte that chooses the stream and what happens there, one of length, the bytes.
#include <map>
#include <set>
#include <string>

#include "http/exchange.h"
#include "http/fuzz_internal.h"
#include "http/head_parser.h"
#include "http/http3_session_internal.h"
#include "http/server_connection.h"
#include "net/tls_facts.h"
#include "rt/scope.h"
#include "rt/sim_world.h"

using namespace gust;
using namespace gust::http;

namespace {

class CheckingHandler final : public Handler {
 public:
  rt::Task<void> handle(Exchange& exchange) override {
    const RequestHead& request = exchange.request();
    expect(is_valid_target(request.target) && !request.authority.empty() && !request.method.text().empty());
    for (const Field& field : request.fields) {
      expect(field.value.find_first_of(ByteView("\r\n\0", 3)) == ByteView::npos);
      expect(field.name.find_first_of(ByteView("\r\n\0: ", 5)) == ByteView::npos);
    }
    ByteCount bytes = 0;
    while (true) {
      const auto piece = co_await exchange.body().read(never);
      if (!piece) co_return exchange.abort();
      if (piece->empty()) break;
      bytes += piece->size();
    }
    const BodyFraming framing = exchange.request_framing();
    expect(framing.kind != BodyFraming::length || framing.bytes == bytes);
    ResponseHead head;
    (void)co_await exchange.respond_text(head, std::string(3000, 'x'));
  }
};

// A QUIC connection whose network takes everything at once.
class Wire final : public net::QuicConnection {
 public:
  explicit Wire(rt::Loop& loop) : loop_(loop) {}
  rt::Loop& loop() override { return loop_; }
  rt::Endpoint local() const override { return {}; }
  rt::Endpoint peer() const override { return {}; }
  const net::TlsFacts& tls() const override { return facts_; }
  Result<net::QuicStreamId> open_stream() override { return next_ += 4; }
  void wake_output() override {}
  void open_window(net::QuicStreamId, ByteCount) override {}
  void open_connection_window(ByteCount) override {}
  void allow_streams(std::size_t count) override { allowed_ += count; }
  std::uint64_t streams_allowed() const override { return allowed_; }
  void stop_reading(net::QuicStreamId stream, net::QuicErrorCode) override { unread.insert(stream); }
  void reset_writing(net::QuicStreamId stream, net::QuicErrorCode) override { ended.insert(stream); }
  void close(net::QuicErrorCode) override { is_closed = true; }

  std::set<net::QuicStreamId> unread, ended;  // by us, or at our end
  bool is_closed = false;

 private:
  rt::Loop& loop_;
  net::TlsFacts facts_;
  net::QuicStreamId next_ = -1;  // 3, 7, 11: the server's own
  std::uint64_t allowed_ = 100;
};

struct Peer {
  Wire& wire;
  Http3Session& session;
  std::set<net::QuicStreamId> finished;  // by the peer
  bool is_over = false;

  bool holds(bool is_fine) {
    if (!is_fine) is_over = true;
    return is_fine;
  }
  void say(net::QuicStreamId stream, ByteView bytes, bool is_last) {
    if (is_over || finished.contains(stream) || wire.unread.contains(stream)) return;
    if (is_last) finished.insert(stream);
    holds(session.received(stream, bytes, is_last).has_value());
  }
  void give_up(net::QuicStreamId stream) {
    if (is_over || !finished.insert(stream).second) return;
    holds(session.peer_reset(stream, 0x10c).has_value());
    wire.ended.insert(stream);
    if (!is_over) holds(session.closed(stream, 0x10c).has_value());
  }
  void take_output() {
    std::array<ByteView, 16> pieces;
    for (int rounds = 0; !is_over && rounds < 10'000; ++rounds) {
      const auto output = session.output(pieces);
      if (!holds(output.has_value()) || output->stream < 0) return;
      std::size_t bytes = 0;
      for (std::size_t i = 0; i < output->pieces; ++i) bytes += pieces[i].size();
      if (!holds(session.took(output->stream, bytes).has_value())) return;
      if (!holds(session.acknowledged(output->stream, bytes).has_value())) return;
      if (!output->is_last) continue;
      wire.ended.insert(output->stream);
      if (finished.contains(output->stream)) holds(session.closed(output->stream, std::nullopt).has_value());
    }
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  rt::sim::World world(1);
  rt::Loop& loop = world.add_host("here", "10.0.0.1");
  const ServerLimits limits;
  const Http3Limits http3_limits;
  CheckingHandler handler;
  Wire wire(loop);
  Http3Session session(wire, handler, limits, http3_limits);
  Peer peer{wire, session, {}};
  peer.holds(session.begin().has_value());
  // Requests on 0, 4, 8, ...; the peer's own streams on 2, 6, 10, ...
  for (ByteView input = view_of(data, size); input.size() >= 2 && !peer.is_over;) {
    const auto what = static_cast<unsigned char>(input[0]);
    const ByteView bytes = input.substr(2, static_cast<unsigned char>(input[1]));
    input.remove_prefix(2 + bytes.size());
    const net::QuicStreamId stream = (what & 7) * 4 + ((what & 8) != 0 ? 2 : 0);
    if ((what & 0x30) == 0x30) {
      peer.give_up(stream);
    } else {
      peer.say(stream, bytes, (what & 0x40) != 0);
    }
    if ((what & 0x80) != 0) {
      world.run_for(std::chrono::milliseconds(10));
      peer.take_output();
    }
  }
  world.run_for(std::chrono::seconds(1));
  peer.take_output();
  expect(world.run(loop, session.end({Errc::closed, Side::viewer, Retry::never, "over"}), std::chrono::minutes(10)));
  return 0;
}
