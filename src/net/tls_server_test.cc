#include "net/tls_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ocsp.h>

#include "net/certificate_parts_internal.h"
#include "net/tls_world_test_internal.h"

namespace gust::net {
namespace {

using testing::HasSubstr;

// --- Policies (TLS-1, TLS-2).

bool speaks(TlsWorld& world, int version, std::string_view ciphers = "ALL:@SECLEVEL=0") {
  return world.shake({.least = version, .most = version, .ciphers = std::string(ciphers)});
}

TEST(TlsServer, Tls1EachPolicySpeaksItsProtocolsAlone) {
  TlsWorld world;
  for (const SecurityPolicy& policy : security_policies()) {
    world.server->install(TlsWorld::book_of(world.site("DNS:a.example", policy.name)));
    EXPECT_EQ(speaks(world, TLS1_VERSION), policy.least == TlsVersion::tls_1_0) << policy.name;
    EXPECT_EQ(speaks(world, TLS1_1_VERSION), policy.least <= TlsVersion::tls_1_1) << policy.name;
    EXPECT_EQ(speaks(world, TLS1_2_VERSION), policy.least <= TlsVersion::tls_1_2) << policy.name;
    EXPECT_TRUE(speaks(world, TLS1_3_VERSION)) << policy.name;
  }
}

TEST(TlsServer, Tls2EachPolicyTakesItsCiphersAlone) {
  struct Row {
    const char* cipher;
    std::string_view last_policy;  // in the table's order, of those with TLS 1.2
  };
  const Row rows[] = {
      {"ECDHE-ECDSA-AES128-GCM-SHA256", "TLSv1.2_2025"}, {"ECDHE-ECDSA-AES256-GCM-SHA384", "TLSv1.2_2025"},
      {"ECDHE-ECDSA-CHACHA20-POLY1305", "TLSv1.2_2025"}, {"ECDHE-ECDSA-AES128-SHA256", "TLSv1.2_2019"},
      {"ECDHE-ECDSA-AES256-SHA384", "TLSv1.2_2019"},     {"ECDHE-ECDSA-AES128-SHA", "TLSv1.1_2016"},
      {"ECDHE-ECDSA-AES256-SHA", "TLSv1.1_2016"},        {"DHE-RSA-AES128-GCM-SHA256", ""}};
  TlsWorld world;
  for (const Row& row : rows) {
    bool expected = !row.last_policy.empty();
    for (const SecurityPolicy& policy : security_policies()) {
      if (policy.least == TlsVersion::tls_1_3) continue;
      world.server->install(TlsWorld::book_of(world.site("DNS:a.example", policy.name)));
      EXPECT_EQ(speaks(world, TLS1_2_VERSION, std::string(row.cipher) + ":@SECLEVEL=0"), expected)
          << policy.name << " " << row.cipher;
      if (world.accepted) EXPECT_EQ(world.accepted->tls()->cipher, row.cipher);
      if (policy.name == row.last_policy) expected = false;
    }
  }
}

TEST(TlsServer, Tls2RsaKeyExchangeEndsWithThePolicyOf2018) {
  TlsWorld world;
  for (const auto& [policy, expected] : {std::pair("TLSv1.2_2018", true), std::pair("TLSv1.2_2019", false)}) {
    TlsSite site = world.site("DNS:a.example", policy);
    site.certificates = {world.certificate_for("DNS:a.example", 2048)};
    world.server->install(TlsWorld::book_of(std::move(site)));
    EXPECT_EQ(speaks(world, TLS1_2_VERSION, "AES128-GCM-SHA256:@SECLEVEL=0"), expected);
  }
}

TEST(TlsServer, Tls2TheServersOrderWins) {
  TlsWorld world;
  world.server->install(TlsWorld::book_of(world.site()));
  ASSERT_TRUE(speaks(world, TLS1_2_VERSION, "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256"));
  EXPECT_EQ(world.accepted->tls()->cipher, "ECDHE-ECDSA-AES128-GCM-SHA256");
  ASSERT_TRUE(world.shake({}));
  EXPECT_EQ(world.accepted->tls()->cipher, "TLS_AES_128_GCM_SHA256");
  EXPECT_EQ(world.accepted->tls()->version, "TLSv1.3");
}

// --- Names.

TEST(TlsServer, Dist3AWildcardIsOneLabelAndAnExactNameWins) {
  TlsWorld world;
  auto book = std::make_shared<TlsBook>();
  book->add("*.Example.com", std::make_shared<const TlsSite>(world.site("DNS:*.example.com")));
  book->add("b.example.com", std::make_shared<const TlsSite>(world.site("DNS:b.example.com")));
  world.server->install(book);
  ASSERT_TRUE(world.shake({.server_name = "A.example.COM"}));
  EXPECT_EQ(world.accepted->tls()->server_name, "a.example.com");
  EXPECT_EQ(X509_check_host(world.shown(), "a.example.com", 0, 0, nullptr), 1);
  ASSERT_TRUE(world.shake({.server_name = "b.example.com"}));
  EXPECT_EQ(X509_check_host(world.shown(), "a.example.com", 0, 0, nullptr), 0);
  EXPECT_FALSE(world.shake({.server_name = "a.b.example.com"}));
  EXPECT_FALSE(world.shake({.server_name = "example.com"}));
}

TEST(TlsServer, AnUnknownNameIsRefusedAsTheServiceDoes) {
  TlsWorld world;
  world.server->install(TlsWorld::book_of(world.site()));
  EXPECT_FALSE(world.shake({.server_name = "other.example"}));
  EXPECT_EQ(world.server_error->text, "no certificate for the server name");
  EXPECT_THAT(std::string(world.client_error->text), HasSubstr("handshake failure"));
  EXPECT_EQ(world.server->counts().failed, 1U);
}

TEST(TlsServer, Dist5WithoutANameTheConnectionIsDropped) {
  TlsWorld world;
  world.server->install(TlsWorld::book_of(world.site()));
  EXPECT_FALSE(world.shake({.server_name = ""}));

  auto book = std::make_shared<TlsBook>();
  book->set_without_name(std::make_shared<const TlsSite>(world.site()));
  world.server->install(book);
  EXPECT_TRUE(world.shake({.server_name = ""}));
  EXPECT_EQ(world.accepted->tls()->server_name, "");
}

TEST(TlsServer, BeforeTheFirstBookEveryHandshakeIsRefused) {
  TlsWorld world;
  EXPECT_FALSE(world.shake({}));
}

// --- ALPN (RFC 7301, TLS-3).

TEST(TlsServer, AlpnChoosesByTheSite) {
  const std::string both("\2h2\10http/1.1", 12), h2("\2h2", 3), other("\3foo", 4);
  TlsWorld world;
  TlsSite site = world.site();
  world.server->install(TlsWorld::book_of(site));
  ASSERT_TRUE(world.shake({.alpn = both}));
  EXPECT_EQ(world.accepted->tls()->alpn, "http/1.1");
  EXPECT_FALSE(world.shake({.alpn = h2}));
  EXPECT_FALSE(world.shake({.alpn = other}));
  ASSERT_TRUE(world.shake({}));
  EXPECT_EQ(world.accepted->tls()->alpn, "");
  site.offers_http2 = true;
  world.server->install(TlsWorld::book_of(site));
  ASSERT_TRUE(world.shake({.alpn = both}));
  EXPECT_EQ(world.accepted->tls()->alpn, "h2");
}

TEST(TlsServer, Tls3Http2NeedsAServerNameAndTls12) {
  const std::string both("\2h2\10http/1.1", 12);
  TlsWorld world;
  TlsSite site = world.site("DNS:a.example", "TLSv1");
  site.offers_http2 = true;
  auto book = std::make_shared<TlsBook>();
  book->add("a.example", std::make_shared<const TlsSite>(site));
  book->set_without_name(std::make_shared<const TlsSite>(site));
  world.server->install(book);
  ASSERT_TRUE(world.shake({.server_name = "", .alpn = both}));
  EXPECT_EQ(world.accepted->tls()->alpn, "http/1.1");
  ASSERT_TRUE(world.shake({.most = TLS1_1_VERSION, .alpn = both}));
  EXPECT_EQ(world.accepted->tls()->alpn, "http/1.1");
}

// --- Certificates.

TEST(TlsServer, EcdsaAndRsaSideBySide) {
  TlsWorld world;
  TlsSite site = world.site();
  site.certificates.push_back(world.certificate_for("DNS:a.example", 2048));
  world.server->install(TlsWorld::book_of(site));
  ASSERT_TRUE(speaks(world, TLS1_2_VERSION, "ECDHE-RSA-AES128-GCM-SHA256"));
  EXPECT_EQ(EVP_PKEY_get_base_id(X509_get0_pubkey(world.shown())), EVP_PKEY_RSA);
  ASSERT_TRUE(speaks(world, TLS1_2_VERSION, "ECDHE-ECDSA-AES128-GCM-SHA256"));
  EXPECT_EQ(EVP_PKEY_get_base_id(X509_get0_pubkey(world.shown())), EVP_PKEY_EC);
}

TEST(TlsServer, Tls4AStapleIsShownToWhoAsks) {
  TlsWorld world;
  TlsSite site = world.site();
  world.server->install(TlsWorld::book_of(site));
  const auto staple = [&] {
    const unsigned char* der = nullptr;
    const long bytes = SSL_get_tlsext_status_ocsp_resp(world.viewer->ssl(), static_cast<void*>(&der));
    return bytes < 0 ? std::string() : std::string(reinterpret_cast<const char*>(der), static_cast<std::size_t>(bytes));
  };
  ASSERT_TRUE(world.shake({.asks_staple = true}));
  EXPECT_EQ(staple(), "") << "a cold server has none";
  site.certificates.front()->set_staple(std::make_shared<const std::string>("its state"));
  ASSERT_TRUE(world.shake({.asks_staple = true}));
  EXPECT_EQ(staple(), "its state");
  ASSERT_TRUE(world.shake({}));
  EXPECT_EQ(staple(), "");
}

rt::Task<void> say(Stream& stream, std::string_view text, Instant until) {
  ByteView piece = text;
  EXPECT_TRUE(co_await stream.write({&piece, 1}, until));
}
rt::Task<void> hear(Stream& stream, std::string_view text, Instant until) {
  std::string heard(text.size(), '\0');
  for (std::size_t got = 0; got < heard.size();) {
    const auto more = co_await stream.read(std::span(heard).subspan(got), until);
    EXPECT_TRUE(more && *more > 0);
    if (!more || *more == 0) co_return;
    got += *more;
  }
  EXPECT_EQ(heard, text);
}

TEST(TlsServer, CertificatesAreReplacedWhileConnectionsLive) {
  TlsWorld world;
  world.server->install(TlsWorld::book_of(world.site()));
  ASSERT_TRUE(world.shake({}));
  const std::unique_ptr<Stream> kept = std::move(world.accepted);
  std::unique_ptr<TlsStream> kept_viewer = std::move(world.viewer);
  const Owned<X509> before(X509_dup(SSL_get0_peer_certificate(kept_viewer->ssl())));

  world.server->install(TlsWorld::book_of(world.site()));
  ASSERT_TRUE(world.shake({}));
  EXPECT_NE(X509_cmp(world.shown(), before.get()), 0);
  ASSERT_TRUE(world.world.run(world.near, say(*kept_viewer, "still here", never)));
  ASSERT_TRUE(world.world.run(world.far, hear(*kept, "still here", world.far.now() + seconds(1))));
}

// --- Sessions (RFC 5077, RFC 8446 section 2.2).

TEST(TlsServer, ATicketIsResumedByAnotherServerWithTheSameKeys) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsWorld world;
    const auto book = TlsWorld::book_of(world.site());
    world.server->install(book);
    ASSERT_TRUE(world.shake({.least = version, .most = version}));
    EXPECT_FALSE(world.accepted->tls()->is_resumed);
    const Owned<SSL_SESSION> session(SSL_get1_session(world.viewer->ssl()));
    world.accepted.reset();
    world.world.run(world.far, world.server->close());
    world.server = std::make_unique<TlsServer>(world.far, TlsWorld::keys());
    world.server->install(book);
    ASSERT_TRUE(world.shake({.least = version, .most = version, .session = session.get()}));
    EXPECT_TRUE(world.accepted->tls()->is_resumed);
    EXPECT_EQ(world.accepted->tls()->server_name, "a.example");
    EXPECT_EQ(world.server->counts().resumed, 1U);
  }
}

TEST(TlsServer, ATicketOlderThanTwoPeriodsIsNotResumed) {
  TlsWorld world;
  world.server->install(TlsWorld::book_of(world.site()));
  ASSERT_TRUE(world.shake({}));
  const Owned<SSL_SESSION> session(SSL_get1_session(world.viewer->ssl()));
  world.world.set_wall(world.world.wall_now() + TicketKeys::usual_period);
  ASSERT_TRUE(world.shake({.session = session.get()}));
  EXPECT_TRUE(world.accepted->tls()->is_resumed);
  world.world.set_wall(world.world.wall_now() + TicketKeys::usual_period);
  ASSERT_TRUE(world.shake({.session = session.get()}));
  EXPECT_FALSE(world.accepted->tls()->is_resumed);
}

TEST(TlsServer, ATicketOfOneSiteIsNotResumedAtAnother) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsWorld world;
    auto book = std::make_shared<TlsBook>();
    book->add("a.example", std::make_shared<const TlsSite>(world.site("DNS:a.example")));
    book->add("b.example", std::make_shared<const TlsSite>(world.site("DNS:b.example")));
    world.server->install(book);
    ASSERT_TRUE(world.shake({.least = version, .most = version}));
    const Owned<SSL_SESSION> session(SSL_get1_session(world.viewer->ssl()));
    ASSERT_TRUE(world.shake({.server_name = "b.example", .least = version, .most = version, .session = session.get()}));
    EXPECT_FALSE(world.accepted->tls()->is_resumed);
    EXPECT_EQ(X509_check_host(world.shown(), "b.example", 0, 0, nullptr), 1);
  }
}

// --- Certificates of viewers (TLS-5).

struct Clients {
  explicit Clients(TlsWorld& world, ClientCertificateRules::Mode mode)
      : authority(make_test_certificate({.subject = "clients", .is_authority = true})),
        good(make_test_certificate({.subject = "good", .issuer = &authority, .serial = 0xBEEF})),
        stranger(make_test_certificate({.subject = "stranger"})),
        expired(make_test_certificate({.subject = "expired",
                                       .issuer = &authority,
                                       .not_before = wall_time_of(1'600'000'000),
                                       .not_after = wall_time_of(1'700'000'000)})),
        site(world.site()) {
    site.clients.mode = mode;
    site.clients.trust = *read_trust_store(authority.pem, viewer_trust_limits);
  }
  TestCertificate authority, good, stranger, expired;
  TlsSite site;
};

TEST(TlsServer, Tls5RequiredTakesOnlyGoodCertificates) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsWorld world;
    Clients clients(world, ClientCertificateRules::required);
    world.server->install(TlsWorld::book_of(clients.site));
    EXPECT_FALSE(world.shake({.least = version, .most = version}));
    EXPECT_FALSE(world.shake({.least = version, .most = version, .certificate = &clients.stranger}));
    EXPECT_FALSE(world.shake({.least = version, .most = version, .certificate = &clients.expired}));
    ASSERT_TRUE(world.shake({.least = version, .most = version, .certificate = &clients.good}));
    const PeerCertificate& facts = *world.accepted->tls()->peer_certificate;
    EXPECT_TRUE(facts.is_verified);
    EXPECT_EQ(facts.subject, "CN=good");
    EXPECT_EQ(facts.issuer, "CN=clients");
    EXPECT_EQ(facts.serial_number, "BEEF");
    EXPECT_EQ(facts.pem, clients.good.pem);
    EXPECT_EQ(facts.sha256.size(), 64U);
    EXPECT_EQ(unix_seconds(facts.not_after), 1'767'225'600 + 86'400);
  }
}

TEST(TlsServer, Tls5OptionalTakesNoneButNoBadOne) {
  TlsWorld world;
  Clients clients(world, ClientCertificateRules::optional);
  world.server->install(TlsWorld::book_of(clients.site));
  ASSERT_TRUE(world.shake({}));
  EXPECT_EQ(world.accepted->tls()->peer_certificate, nullptr);
  EXPECT_TRUE(world.shake({.certificate = &clients.good}));
  EXPECT_FALSE(world.shake({.certificate = &clients.stranger}));
}

TEST(TlsServer, Tls5PassthroughTakesAnyUnjudged) {
  TlsWorld world;
  Clients clients(world, ClientCertificateRules::passthrough);
  world.server->install(TlsWorld::book_of(clients.site));
  EXPECT_TRUE(world.shake({}));
  ASSERT_TRUE(world.shake({.certificate = &clients.stranger}));
  EXPECT_EQ(world.accepted->tls()->peer_certificate->subject, "CN=stranger");
  EXPECT_FALSE(world.accepted->tls()->peer_certificate->is_verified);
}

TEST(TlsServer, Tls5ExpiryIsIgnoredAndNamesToldWhereTheSiteSaysSo) {
  TlsWorld world;
  Clients clients(world, ClientCertificateRules::required);
  clients.site.clients.ignores_expiry = true;
  clients.site.clients.tells_names = true;
  world.server->install(TlsWorld::book_of(clients.site));
  ASSERT_TRUE(world.shake({.certificate = &clients.expired}));
  const auto* const names = SSL_get0_peer_CA_list(world.viewer->ssl());
  ASSERT_EQ(sk_X509_NAME_num(names), 1);
}

TEST(TlsServer, Tls5AResumedSessionKeepsItsCertificateAndNoOtherRules) {
  TlsWorld world;
  Clients clients(world, ClientCertificateRules::required);
  world.server->install(TlsWorld::book_of(clients.site));
  ASSERT_TRUE(world.shake({.certificate = &clients.good}));
  const Owned<SSL_SESSION> session(SSL_get1_session(world.viewer->ssl()));
  ASSERT_TRUE(world.shake({.session = session.get()}));
  EXPECT_TRUE(world.accepted->tls()->is_resumed);
  EXPECT_EQ(world.accepted->tls()->peer_certificate->subject, "CN=good");
  // Another trust store: the session is not good any more, and neither is a handshake without a certificate.
  clients.site.clients.trust = *read_trust_store(clients.stranger.pem, viewer_trust_limits);
  world.server->install(TlsWorld::book_of(clients.site));
  EXPECT_FALSE(world.shake({.session = session.get()}));
}

TEST(TlsServer, Tls5ATrustStoreHasLimits) {
  const TestCertificate one = make_test_certificate({.is_authority = true});
  std::string many;
  for (int i = 0; i < 26; ++i) many += one.pem;
  EXPECT_EQ(read_trust_store(many, viewer_trust_limits).error().code, Errc::would_exceed_limit);
  EXPECT_EQ(read_trust_store(std::string(65 * 1024, ' '), viewer_trust_limits).error().code, Errc::would_exceed_limit);
  EXPECT_EQ(read_trust_store("", viewer_trust_limits).error().code, Errc::bad_syntax);
  EXPECT_EQ((*read_trust_store(one.pem, viewer_trust_limits))->size(), 1U);
}

}  // namespace
}  // namespace gust::net
