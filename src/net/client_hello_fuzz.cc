// Whatever a viewer sends in the place of its handshake, in whatever pieces, a TlsServer refuses it or waits for more,
// and a connection that ends is over. The first byte of the input says how its bytes arrive, the second which rules the
// site has.
#include <algorithm>
#include <cstring>
#include <memory>

#include "net/at_once_internal.h"
#include "net/certificate.h"
#include "net/certificate_test_internal.h"
#include "net/security_policy.h"
#include "net/stream.h"
#include "net/tls_book.h"
#include "net/tls_server.h"
#include "net/trust_store.h"
#include "rt/loop.h"
#include "rt/sim_world.h"

using namespace gust;
using namespace gust::net;

namespace {

// Takes all that is written and says `text` in pieces, then ends.
class TextStream final : public Stream {
 public:
  TextStream(ByteView text, std::size_t piece) : text_(text), piece_(piece) {}

  rt::Task<Result<std::size_t>> read(MutableBytes into, Instant) override { co_return *try_read(into); }
  rt::Task<Result<void>> write(std::span<ByteView> pieces, Instant) override {
    (void)try_write(pieces);
    co_return Result<void>{};
  }
  std::optional<Result<std::size_t>> try_read(MutableBytes into) override {
    if (std::exchange(waits_, !waits_)) return std::nullopt;
    const std::size_t size = std::min({into.size(), piece_, text_.size()});
    if (size > 0) std::memcpy(into.data(), text_.data(), size);
    text_.remove_prefix(size);
    return size;
  }
  Result<std::size_t> try_write(std::span<ByteView> pieces) override {
    std::size_t bytes = 0;
    for (ByteView& piece : pieces) {
      bytes += piece.size();
      piece = {};
    }
    return bytes;
  }
  rt::ReadOperation readable(Instant deadline, rt::CancelSource* cancel) override {
    return ready_.readable(deadline, cancel);
  }
  void finish_writing() override {}
  void reset() override {}
  rt::Endpoint local() const override { return {}; }
  rt::Endpoint peer() const override { return {}; }

 private:
  ByteView text_;
  std::size_t piece_;
  bool waits_ = false;
  AtOnce ready_;
};

struct Host {
  rt::sim::World world{1};
  rt::Loop& loop = world.add_host("here", "10.0.0.1");
  TlsServer server{loop, TicketKeys(std::string(TicketKeys::secret_bytes, 'k'), world.wall_now())};
  std::shared_ptr<const TlsBook> plain, mutual;

  Host() {
    const TestCertificate own = make_test_certificate({.names = {"DNS:a.example"}, .is_authority = true});
    TlsSite site;
    site.certificates.push_back(*read_certificate(own.pem, own.key_pem));
    site.policy = find_security_policy("TLSv1");
    site.offers_http2 = true;
    plain = book_of(site);
    site.clients.mode = ClientCertificateRules::required;
    site.clients.trust = *read_trust_store(own.pem);
    site.clients.tells_names = true;
    mutual = book_of(site);
  }
  static std::shared_ptr<const TlsBook> book_of(const TlsSite& site) {
    auto book = std::make_shared<TlsBook>();
    book->add("a.example", std::make_shared<const TlsSite>(site));
    book->set_without_name(std::make_shared<const TlsSite>(site));
    return book;
  }
};

rt::Task<void> shake(TlsServer& server, ByteView text, std::size_t piece) {
  auto done = co_await server.accept(std::make_unique<TextStream>(text, piece), never);
  if (!done) co_return;
  std::array<char, 100> room{};
  while (true) {
    const auto got = co_await (*done)->read(room, never);
    if (!got || *got == 0) break;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Host host;
  if (size < 2) return 0;
  const ByteView text(reinterpret_cast<const char*>(data + 2), size - 2);
  host.server.install((data[1] & 1) != 0 ? host.mutual : host.plain);
  const auto ended = [&] { return host.server.counts().failed + host.server.counts().handshakes; };
  const std::uint64_t before = ended();
  if (!host.world.run(host.loop, shake(host.server, text, 1 + std::size_t{data[0]} * 8))) __builtin_trap();
  if (ended() != before + 1) __builtin_trap();
  return 0;
}
