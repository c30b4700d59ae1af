// Whatever packets arrive, a QuicServer drops or answers them, with no more bytes than RFC 9000 section 8.1 allows, and
// forgets who sent them. The first byte of the input says whether they are all of the fuzzer's making, or those of a
// client's handshake with bytes changed.
#include <algorithm>

#include "net/certificate.h"
#include "net/certificate_test_internal.h"
#include "net/quic_client_test_internal.h"
#include "net/quic_keys.h"
#include "net/quic_limits.h"
#include "net/quic_server.h"
#include "net/quic_session.h"
#include "net/tls_book.h"
#include "rt/sim_world.h"

using namespace gust;
using namespace gust::net;

namespace {

void expect(bool holds) {
  if (!holds) __builtin_trap();
}

// Reads everything and says nothing.
class Listener final : public QuicSession {
 public:
  QuicOutcome<void> begin() override { return {}; }
  QuicOutcome<std::size_t> received(QuicStreamId, ByteView bytes, bool) override { return bytes.size(); }
  QuicOutcome<void> acknowledged(QuicStreamId, ByteCount) override { return {}; }
  QuicOutcome<void> peer_reset(QuicStreamId, QuicErrorCode) override { return {}; }
  QuicOutcome<void> closed(QuicStreamId, std::optional<QuicErrorCode>) override { return {}; }
  QuicOutcome<void> window_opened(QuicStreamId) override { return {}; }
  QuicOutcome<Output> output(std::span<ByteView>) override { return Output{}; }
  QuicOutcome<void> took(QuicStreamId, std::size_t) override { return {}; }
  void held_by_window(QuicStreamId) override {}
  void not_writable(QuicStreamId) override {}
  bool is_idle() const override { return true; }
  void drain() override {}
  rt::Task<void> end(Error) override { co_return; }
};

class Listeners final : public QuicAcceptor {
 public:
  std::unique_ptr<QuicSession> make_session(QuicConnection&) override { return std::make_unique<Listener>(); }
};

std::shared_ptr<const TlsBook> book() {
  const TestCertificate made = make_test_certificate({.names = {"DNS:localhost"}});
  TlsSite site;
  site.id = "site";
  site.certificates = {*read_certificate(made.pem, made.key_pem)};
  site.offers_http3 = true;
  auto book = std::make_shared<TlsBook>();
  book->add("localhost", std::make_shared<const TlsSite>(std::move(site)));
  return book;
}

// Two bytes of length in front of each.
void throw_packets(QuicTestClient& client, ByteView input) {
  while (input.size() > 2) {
    const auto wanted =
        static_cast<std::size_t>(static_cast<unsigned char>(input[0]) * 256 + static_cast<unsigned char>(input[1]));
    const ByteView packet = input.substr(2, wanted);
    if (!packet.empty()) client.throw_packet(packet);
    input.remove_prefix(2 + packet.size());
  }
}

// A packet with bytes of the input over it.
std::string changed(std::string packet, ByteView input) {
  for (; input.size() >= 3; input.remove_prefix(3)) {
    const auto at =
        static_cast<std::size_t>(static_cast<unsigned char>(input[0]) * 256 + static_cast<unsigned char>(input[1]));
    packet[at % packet.size()] = input[2];
  }
  return packet;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static const std::shared_ptr<const TlsBook> sites = book();
  const ByteView input = view_of(data + 1, size - 1);
  rt::sim::World world(1);
  rt::Loop& near = world.add_host("client", "10.0.0.1");
  rt::Loop& far = world.add_host("server", "10.0.0.2");
  const rt::Endpoint at = *rt::read_address("10.0.0.2", 443);
  const QuicLimits limits;
  Listeners listeners;
  QuicServer server(far, listeners, limits, QuicKeys::make(far));
  expect(server.listen(at, false).has_value());
  server.install(sites);
  server.start();
  {
    QuicTestClient client(near, at);
    const std::string initial = client.make_packet();
    client.is_silent = true;
    client.start();
    std::size_t said = input.size();
    if (data[0] % 2 == 0) {
      throw_packets(client, input);
    } else {
      const std::string packet = changed(initial, input);
      said = packet.size();
      client.throw_packet(packet);
    }
    world.run_for(std::chrono::seconds(30));
    expect(client.bytes_received <= 3 * said);
    expect(server.connections() == 0);
    world.run(near, client.stop());
  }
  world.run(far, server.drain(world.now()));
  return 0;
}
