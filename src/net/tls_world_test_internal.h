// Two simulated hosts, a TlsServer on one of them, and clients of OpenSSL's own on the other whose every setting a test
// may choose.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "net/certificate.h"
#include "net/certificate_test_internal.h"
#include "net/security_policy.h"
#include "net/tls_book.h"
#include "net/tls_server.h"
#include "net/tls_stream_internal.h"
#include "net/trust_store.h"
#include "rt/loop.h"
#include "rt/network.h"
#include "rt/scope.h"
#include "rt/sim_world.h"

namespace gust::net {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct TestViewer {
  std::string server_name = "a.example";
  int least = TLS1_VERSION, most = TLS1_3_VERSION;
  std::string ciphers = "ALL:@SECLEVEL=0";
  std::string alpn = {};  // as on the wire; empty: none
  const TestCertificate* certificate = nullptr;
  SSL_SESSION* session = nullptr;
  bool asks_staple = false;
};

class TlsWorld {
 public:
  explicit TlsWorld(std::uint64_t seed = 1)
      : world(seed),
        near(world.add_host("near", "10.0.0.1")),
        far(world.add_host("far", "10.0.0.2")),
        server(std::make_unique<TlsServer>(far, keys())),
        root(make_test_certificate({.subject = "root", .is_authority = true})),
        closing_(near),
        listener_(std::move(*far.network().listen(*rt::read_address("10.0.0.2", 443), {}))),
        context_(SSL_CTX_new(TLS_client_method())) {}
  ~TlsWorld() {
    viewer.reset();
    accepted.reset();
    world.run(far, server->close());
    world.run(near, join());
  }

  static TicketKeys keys() { return {std::string(TicketKeys::secret_bytes, 'k'), wall_time_of(1'767'225'600)}; }

  std::shared_ptr<const Certificate> certificate_for(std::string_view names, int rsa_bits = 0) {
    const TestCertificate made =
        make_test_certificate({.names = {std::string(names)}, .issuer = &root, .rsa_bits = rsa_bits});
    return *read_certificate(made.pem, made.key_pem);
  }
  TlsSite site(std::string_view name = "DNS:a.example", std::string_view policy = "TLSv1.2_2021") {
    TlsSite made;
    made.id = name;
    made.certificates.push_back(certificate_for(name));
    made.policy = find_security_policy(policy);
    return made;
  }
  // A book of this one site, for a.example.
  static std::shared_ptr<const TlsBook> book_of(TlsSite site) {
    auto book = std::make_shared<TlsBook>();
    book->add("a.example", std::make_shared<const TlsSite>(std::move(site)));
    return book;
  }

  // Connects and shakes hands at both ends; true where both found it good. `viewer` and `accepted` are the ends then.
  bool shake(const TestViewer& wish) {
    viewer.reset();
    accepted.reset();
    client_error.reset();
    server_error.reset();
    rt::Scope scope(near), far_scope(far);
    int ended = 0;
    far_scope.spawn(accept_one(*this, ended));
    scope.spawn(connect_one(*this, wish, ended));
    EXPECT_TRUE(world.run_until([&] { return ended == 2 && scope.running() + far_scope.running() == 0; }))
        << world.report();
    return viewer && accepted;
  }
  // A plain connection: this end and the server's.
  std::pair<std::unique_ptr<rt::Socket>, std::unique_ptr<rt::Socket>> connect() {
    std::pair<std::unique_ptr<rt::Socket>, std::unique_ptr<rt::Socket>> ends;
    rt::Scope scope(near), far_scope(far);
    far_scope.spawn(take(*listener_, ends.second));
    scope.spawn(reach(near, ends.first));
    EXPECT_TRUE(world.run_until([&] { return scope.running() + far_scope.running() == 0; }));
    return ends;
  }
  Owned<SSL> make_ssl(const TestViewer& wish) {
    Owned<SSL> ssl(SSL_new(context_.get()));
    SSL_set_connect_state(ssl.get());
    SSL_set_security_level(ssl.get(), 0);
    SSL_set_cipher_list(ssl.get(), wish.ciphers.c_str());
    SSL_set_min_proto_version(ssl.get(), wish.least);
    SSL_set_max_proto_version(ssl.get(), wish.most);
    if (!wish.server_name.empty()) SSL_set_tlsext_host_name(ssl.get(), wish.server_name.c_str());
    if (!wish.alpn.empty()) {
      SSL_set_alpn_protos(ssl.get(), openssl_bytes(wish.alpn), static_cast<unsigned int>(wish.alpn.size()));
    }
    if (wish.certificate != nullptr) {
      SSL_use_certificate(ssl.get(), wish.certificate->certificate.get());
      SSL_use_PrivateKey(ssl.get(), wish.certificate->key.get());
    }
    if (wish.session != nullptr) SSL_set_session(ssl.get(), wish.session);
    if (wish.asks_staple) SSL_set_tlsext_status_type(ssl.get(), TLSEXT_STATUSTYPE_ocsp);
    return ssl;
  }
  // The certificate that the viewer was shown.
  X509* shown() const { return SSL_get0_peer_certificate(viewer->ssl()); }

  rt::sim::World world;
  rt::Loop& near;
  rt::Loop& far;
  std::unique_ptr<TlsServer> server;
  TestCertificate root;
  std::unique_ptr<TlsStream> viewer;
  std::unique_ptr<Stream> accepted;
  std::optional<Error> client_error, server_error;

 private:
  rt::Task<void> join() {
    closing_.cancel();
    co_await closing_.join();
  }
  static rt::Task<void> take(rt::Listener& listener, std::unique_ptr<rt::Socket>& into) {
    auto socket = co_await listener.accept(never);
    if (socket) into = std::move(*socket);
  }
  static rt::Task<void> reach(rt::Loop& loop, std::unique_ptr<rt::Socket>& into) {
    auto socket = co_await loop.network().connect(*rt::read_address("10.0.0.2", 443), never);
    if (socket) into = std::move(*socket);
  }
  static rt::Task<void> accept_one(TlsWorld& self, int& ended) {
    std::unique_ptr<rt::Socket> socket;
    co_await take(*self.listener_, socket);
    auto done = co_await self.server->accept(make_tcp_stream(std::move(socket)), self.far.now() + seconds(10));
    if (done) self.accepted = std::move(*done);
    if (!done) self.server_error = done.error();
    ++ended;
  }
  static rt::Task<void> connect_one(TlsWorld& self, TestViewer wish, int& ended) {
    std::unique_ptr<rt::Socket> socket;
    co_await reach(self.near, socket);
    auto stream =
        std::make_unique<TlsStream>(make_tcp_stream(std::move(socket)), self.make_ssl(wish), self.near, self.closing_);
    const auto done = co_await stream->shake_hands(self.near.now() + seconds(10));
    // In TLS 1.3 the server may still say no; and its tickets come behind.
    char byte = 0;
    Errc end = Errc::bug;
    if (done) {
      const auto more = co_await stream->read({&byte, 1}, self.near.now() + milliseconds(100));
      if (!more) end = more.error().code;
    }
    if (!done) self.client_error = done.error();
    if (end != Errc::bug && end != Errc::timed_out) self.client_error = Error{.code = end, .text = {}};
    if (done && !self.client_error) self.viewer = std::move(stream);
    ++ended;
  }

  rt::Scope closing_;  // of viewers
  std::unique_ptr<rt::Listener> listener_;
  Owned<SSL_CTX> context_;
};

}  // namespace gust::net
