#include "net/tls_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/tls_world_test_internal.h"

namespace gust::net {
namespace {

using testing::HasSubstr;

// A TlsClient at the near host, and the TlsWorld's server at the far one.
class ClientWorld {
 public:
  ClientWorld() : client(world.near) {
    options.server_name = "a.example";
    options.names = {"a.example"};
    options.trust = *read_trust_store(world.root.pem);
    world.server->install(TlsWorld::book_of(world.site("DNS:a.example", "TLSv1")));
  }
  ~ClientWorld() {
    stream.reset();
    world.world.run(world.near, client.close());
  }

  // True where the client found it good; else `error` says why.
  bool connect() {
    stream.reset();
    world.accepted.reset();
    auto [near, far] = world.connect();
    rt::Scope scope(world.near), far_scope(world.far);
    error = Error{};
    far_scope.spawn(accept(*this, std::move(far)));
    scope.spawn(reach(*this, std::move(near)));
    EXPECT_TRUE(world.world.run_until([&] { return scope.running() + far_scope.running() == 0; }));
    return stream != nullptr;
  }

  TlsWorld world;
  TlsClient client;
  TlsClientOptions options;
  std::unique_ptr<Stream> stream;
  Error error;

 private:
  static rt::Task<void> accept(ClientWorld& self, std::unique_ptr<rt::Socket> socket) {
    auto done = co_await self.world.server->accept(make_tcp_stream(std::move(socket)), never);
    if (done) self.world.accepted = std::move(*done);
  }
  static rt::Task<void> reach(ClientWorld& self, std::unique_ptr<rt::Socket> socket) {
    const Instant until = self.world.near.now() + seconds(5);
    auto done = co_await self.client.connect(make_tcp_stream(std::move(socket)), self.options, until);
    if (!done) self.error = done.error();
    if (!done) co_return;
    // Tickets come behind the handshake.
    char byte = 0;
    (void)co_await (*done)->read({&byte, 1}, self.world.near.now() + milliseconds(100));
    self.stream = std::move(*done);
  }
};

TEST(TlsClient, Orig2TakesACertificateForTheNameOfATrustedAuthority) {
  ClientWorld world;
  world.options.alpn = {"h2", "http/1.1"};
  ASSERT_TRUE(world.connect()) << world.error.text;
  EXPECT_EQ(world.stream->tls()->version, "TLSv1.3");
  EXPECT_EQ(world.stream->tls()->alpn, "http/1.1");
  EXPECT_EQ(world.world.accepted->tls()->server_name, "a.example");
}

TEST(TlsClient, Orig2OneOfTheNamesIsEnough) {
  ClientWorld world;
  world.options.names = {"origin.example", "a.example"};
  EXPECT_TRUE(world.connect()) << world.error.text;
  world.options.names = {"origin.example"};
  EXPECT_FALSE(world.connect());
  EXPECT_EQ(world.error.code, Errc::access_denied);
  EXPECT_EQ(world.error.side, Side::origin);
  EXPECT_THAT(std::string(world.error.text), HasSubstr("hostname mismatch"));
}

TEST(TlsClient, Orig2AWildcardCoversOneLabel) {
  ClientWorld world;
  TlsSite site = world.world.site();
  site.certificates = {world.world.certificate_for("DNS:*.b.example")};
  world.world.server->install(TlsWorld::book_of(site));
  world.options.names = {"x.b.example"};
  EXPECT_TRUE(world.connect()) << world.error.text;
  world.options.names = {"y.x.b.example"};
  EXPECT_FALSE(world.connect());
}

TEST(TlsClient, Orig2AnAddressIsCheckedAsOne) {
  ClientWorld world;
  TlsSite site = world.world.site();
  site.certificates = {world.world.certificate_for("IP:10.0.0.2")};
  auto book = std::make_shared<TlsBook>();
  book->set_without_name(std::make_shared<const TlsSite>(site));
  world.world.server->install(book);
  world.options.server_name = "";
  world.options.names = {"10.0.0.2"};
  EXPECT_TRUE(world.connect()) << world.error.text;
  world.options.names = {"10.0.0.3"};
  EXPECT_FALSE(world.connect());
}

TEST(TlsClient, Orig2RefusesStrangersAndExpiredCertificates) {
  ClientWorld world;
  const auto serve = [&](const TestCertificateWish& wish) {
    const TestCertificate made = make_test_certificate(wish);
    TlsSite site = world.world.site();
    site.certificates = {*read_certificate(made.pem, made.key_pem)};
    world.world.server->install(TlsWorld::book_of(site));
  };
  serve({.names = {"DNS:a.example"}});
  EXPECT_FALSE(world.connect());
  EXPECT_THAT(std::string(world.error.text), HasSubstr("self-signed"));
  serve({.names = {"DNS:a.example"}, .issuer = &world.world.root, .not_after = wall_time_of(1'767'225'600 - 1)});
  EXPECT_FALSE(world.connect());
  EXPECT_THAT(std::string(world.error.text), HasSubstr("expired"));
  serve({.names = {"DNS:a.example"}, .issuer = &world.world.root, .not_before = wall_time_of(1'767'225'600 + 9'000)});
  EXPECT_FALSE(world.connect());
  EXPECT_EQ(world.error.code, Errc::access_denied);
}

TEST(TlsClient, WithoutATrustStoreNothingIsBelieved) {
  ClientWorld world;
  world.options.trust = nullptr;
  EXPECT_FALSE(world.connect());
  EXPECT_EQ(world.error.code, Errc::access_denied);
}

TEST(TlsClient, Orig3SpeaksTheListedVersionsAlone) {
  ClientWorld world;
  world.options.versions = {.tls_1_0 = true, .tls_1_1 = false, .tls_1_2 = false, .tls_1_3 = false};
  ASSERT_TRUE(world.connect()) << world.error.text;
  EXPECT_EQ(world.stream->tls()->version, "TLSv1");
  world.options.versions = {.tls_1_0 = true, .tls_1_1 = true, .tls_1_2 = false, .tls_1_3 = false};
  ASSERT_TRUE(world.connect());
  EXPECT_EQ(world.stream->tls()->version, "TLSv1.1");
  world.options.versions = {.tls_1_0 = false, .tls_1_1 = false, .tls_1_2 = true, .tls_1_3 = false};
  ASSERT_TRUE(world.connect());
  EXPECT_EQ(world.stream->tls()->version, "TLSv1.2");
  world.world.server->install(TlsWorld::book_of(world.world.site("DNS:a.example", "TLSv1.3_2025")));
  EXPECT_FALSE(world.connect());
  EXPECT_EQ(world.error.code, Errc::reset);
}

TEST(TlsClient, Orig2AWishForAClientCertificateFailsWithoutOne) {
  ClientWorld world;
  const TestCertificate own = make_test_certificate({.subject = "edge", .is_authority = true});
  TlsSite site = world.world.site();
  site.clients.mode = ClientCertificateRules::optional;
  site.clients.trust = *read_trust_store(own.pem);
  world.world.server->install(TlsWorld::book_of(site));
  EXPECT_FALSE(world.connect());
  EXPECT_EQ(world.error.text, "the origin asks for a client certificate");
  world.options.certificate = *read_certificate(own.pem, own.key_pem);
  ASSERT_TRUE(world.connect()) << world.error.text;
  EXPECT_EQ(world.world.accepted->tls()->peer_certificate->subject, "CN=edge");
}

TEST(TlsClient, SessionsAreResumedUnderTheirKeyAlone) {
  for (const bool is_1_3 : {false, true}) {
    ClientWorld world;
    world.options.versions = {.tls_1_2 = !is_1_3, .tls_1_3 = is_1_3};
    world.options.session_key = "one";
    ASSERT_TRUE(world.connect());
    EXPECT_FALSE(world.stream->tls()->is_resumed);
    ASSERT_TRUE(world.connect());
    EXPECT_TRUE(world.stream->tls()->is_resumed);
    world.options.session_key = "two";
    ASSERT_TRUE(world.connect());
    EXPECT_FALSE(world.stream->tls()->is_resumed);
    world.options.session_key = "";
    ASSERT_TRUE(world.connect());
    EXPECT_FALSE(world.stream->tls()->is_resumed);
    // The certificate has expired meanwhile: its session is not resumed, and the handshake says why.
    world.options.session_key = "one";
    world.world.world.set_wall(world.world.world.wall_now() + std::chrono::hours(25));
    EXPECT_FALSE(world.connect());
    EXPECT_THAT(std::string(world.error.text), HasSubstr("expired"));
  }
}

TEST(TlsClient, ASilentServerIsLeftAtTheDeadline) {
  ClientWorld world;
  auto [near, far] = world.world.connect();
  Error error;
  const auto reach = [](ClientWorld& self, std::unique_ptr<rt::Socket> socket, Error& into) -> rt::Task<void> {
    const Instant until = self.world.near.now() + seconds(3);
    auto done = co_await self.client.connect(make_tcp_stream(std::move(socket)), self.options, until);
    if (!done) into = done.error();
  };
  ASSERT_TRUE(world.world.world.run(world.world.near, reach(world, std::move(near), error), seconds(4)));
  EXPECT_EQ(error.code, Errc::timed_out);
  EXPECT_EQ(error.side, Side::origin);
}

}  // namespace
}  // namespace gust::net
