// Origins over TLS: ORIG-1 to ORIG-3.
#include <gtest/gtest.h>

#include <optional>

#include "http/exchange.h"
#include "http/server.h"
#include "net/certificate.h"
#include "net/certificate_test_internal.h"
#include "net/tls_book.h"
#include "net/tls_facts.h"
#include "net/tls_server.h"
#include "net/trust_store.h"
#include "origin/fetch.h"
#include "origin/target.h"
#include "rt/sim_world.h"

namespace gust::origin {
namespace {

using std::chrono::seconds;

// Answers with what the origin was told: the server name, the host, and whether the session went on.
class TellTale final : public http::Handler {
 public:
  rt::Task<void> handle(http::Exchange& exchange) override {
    const net::TlsFacts* const tls = exchange.tls();
    std::string text = std::string(http::text_of(exchange.request().scheme)) + " ";
    text += tls == nullptr ? "" : tls->server_name + (tls->is_resumed ? " resumed " : " ");
    text += exchange.request().authority;
    http::ResponseHead head;
    head.status = 200;
    (void)co_await exchange.respond_text(head, text);
  }
};

class FetchTlsTest : public testing::Test {
 protected:
  FetchTlsTest() : tls(far, net::TicketKeys(std::string(net::TicketKeys::secret_bytes, 'k'), world.wall_now())) {
    target.id = "o1";
    target.tenant = "E1";
    target.host = "origin.example";
    target.host_header = target.secure.host_header = "origin.example";
    target.protocol = OriginProtocol::https;
    target.connect_timeout = seconds(2);
    target.read_timeout = seconds(2);
    world.set_name("origin.example", {"fd00::2"});
    world.add_address("origin", "fd00::2");
    world.add_address("edge", "fd00::1");
    serve({"DNS:origin.example"}, &root);
    settings.addresses.allow_private = true;
    settings.trust = *net::read_trust_store(root.pem);
    fetcher.emplace(edge, settings);
    EXPECT_TRUE(server.listen(*rt::read_address("fd00::2", 443), false));
    EXPECT_TRUE(plain.listen(*rt::read_address("fd00::2", 80), false));
    server.start();
    plain.start();
  }
  ~FetchTlsTest() override {
    EXPECT_TRUE(world.run(edge, fetcher->close()));
    EXPECT_TRUE(world.run(far, server.drain(world.now())));
    EXPECT_TRUE(world.run(far, plain.drain(world.now())));
    EXPECT_TRUE(world.run(far, tls.close()));
  }

  void serve(const std::vector<std::string>& names, const net::TestCertificate* issuer,
             std::string_view policy = "TLSv1.2_2021") {
    const net::TestCertificate own = net::make_test_certificate({.names = names, .issuer = issuer});
    net::TlsSite site;
    site.certificates.push_back(*net::read_certificate(own.pem, own.key_pem));
    site.policy = net::find_security_policy(policy);
    auto book = std::make_shared<net::TlsBook>();
    for (const char* name : {"origin.example", "www.example", "other.example"}) {
      book->add(name, std::make_shared<const net::TlsSite>(site));
    }
    tls.install(book);
  }

  struct Got {
    std::optional<Error> error;
    std::string text;
    FetchFacts facts;
    OriginFailure failure;
  };
  // `authority`: the viewer's Host, where it is forwarded.
  Got fetch(http::Scheme scheme = http::Scheme::https, std::string_view authority = "viewer.example") {
    Got got;
    EXPECT_TRUE(world.run(edge, ask(*this, scheme, authority, got))) << world.report();
    if (got.error) got.failure = failure_of(*got.error, got.facts.phase);
    return got;
  }
  static rt::Task<void> ask(FetchTlsTest& self, http::Scheme scheme, std::string_view authority, Got& got) {
    http::RequestHead head;
    head.method = http::Method::get;
    head.scheme = scheme;
    head.authority = authority;
    head.set_target("/a");
    auto fetched = co_await self.fetcher->fetch(self.target, head, nullptr, got.facts);
    if (!fetched) {
      got.error = fetched.error();
      co_return;
    }
    while (true) {
      const auto piece = co_await fetched->read();
      if (!piece || piece->empty()) break;
      got.text += piece->view();
    }
  }

  rt::sim::World world{1};
  rt::Loop& edge = world.add_host("edge", "10.0.0.1");
  rt::Loop& far = world.add_host("origin", "10.0.0.2");
  net::TestCertificate root = net::make_test_certificate({.subject = "root", .is_authority = true});
  TellTale handler;
  net::TlsServer tls;
  http::Server server{far, handler, http::ServerLimits{}, 100, &tls};
  http::Server plain{far, handler, http::ServerLimits{}, 100};
  OriginTarget target;
  FetcherSettings settings;
  std::optional<Fetcher> fetcher;
};

TEST_F(FetchTlsTest, Orig1AnOriginWithAnIpv6AddressAloneIsReachedOverTls) {
  const Got got = fetch(http::Scheme::http);
  EXPECT_EQ(got.text, "https origin.example origin.example") << (got.error ? got.error->text : "");
  EXPECT_EQ(rt::endpoint_text(got.facts.remote), "[fd00::2]:443");
}

TEST_F(FetchTlsTest, Orig3AddressesOfTheOtherKindAreNotUsed) {
  world.set_name("origin.example", {"10.0.0.2", "fd00::2"});
  target.uses_ipv4 = false;
  EXPECT_EQ(rt::address_text(fetch().facts.remote), "fd00::2");
  target.uses_ipv6 = false;
  const Got none = fetch();
  ASSERT_TRUE(none.error);
  EXPECT_EQ(none.failure.status, 502);
}

TEST_F(FetchTlsTest, Orig1MatchFollowsTheViewersScheme) {
  target.protocol = OriginProtocol::match;
  target.host_header = "origin.example:80";
  EXPECT_EQ(fetch(http::Scheme::https).text, "https origin.example origin.example");
  EXPECT_EQ(fetch(http::Scheme::http).text, "http origin.example:80");
  EXPECT_EQ(fetch(http::Scheme::https).facts.connection_reused, true);
  EXPECT_EQ(fetch(http::Scheme::http).facts.connection_reused, true);
}

TEST_F(FetchTlsTest, Orig2TheForwardedHostIsToldAndItsCertificateEnough) {
  target.secure.host_header.clear();
  serve({"DNS:www.example"}, &root);
  EXPECT_EQ(fetch(http::Scheme::https, "WWW.example:443").text, "https www.example WWW.example:443");
  serve({"DNS:origin.example"}, &root);
  EXPECT_EQ(fetch(http::Scheme::https, "other.example").text, "https other.example other.example");
}

TEST_F(FetchTlsTest, SecurityAConnectionIsNotSharedByNamesOrTenants) {
  target.secure.host_header.clear();
  serve({"DNS:www.example", "DNS:other.example"}, &root);
  EXPECT_FALSE(fetch(http::Scheme::https, "www.example").facts.connection_reused);
  EXPECT_TRUE(fetch(http::Scheme::https, "www.example").facts.connection_reused);
  EXPECT_FALSE(fetch(http::Scheme::https, "other.example").facts.connection_reused);
  target.tenant = "E2";
  EXPECT_FALSE(fetch(http::Scheme::https, "www.example").facts.connection_reused);
  target.secure.versions.tls_1_3 = false;
  EXPECT_FALSE(fetch(http::Scheme::https, "www.example").facts.connection_reused);
}

TEST_F(FetchTlsTest, Orig2ACertificateThatIsNotGoodIs502AndNotTriedAgain) {
  const std::vector<std::string> names = {"DNS:origin.example"};
  serve(names, nullptr);
  const Got stranger = fetch();
  ASSERT_TRUE(stranger.error);
  EXPECT_EQ(stranger.error->text, "self-signed certificate");
  EXPECT_EQ(stranger.failure.status, 502);
  EXPECT_EQ(stranger.failure.log_detail, "OriginConnectError");
  EXPECT_EQ(stranger.failure.failover_status, 503);
  EXPECT_EQ(stranger.facts.attempts, 1U);
  serve({"DNS:else.example"}, &root);
  EXPECT_EQ(fetch().failure.status, 502);
}

TEST_F(FetchTlsTest, Orig3NothingInCommonIs502) {
  target.secure.versions = {.tls_1_0 = true, .tls_1_1 = false, .tls_1_2 = false, .tls_1_3 = false};
  const Got got = fetch();
  ASSERT_TRUE(got.error);
  EXPECT_EQ(got.failure.status, 502);
  EXPECT_EQ(got.facts.attempts, 3U);
}

TEST_F(FetchTlsTest, WithoutATrustStoreIts502) {
  EXPECT_TRUE(world.run(edge, fetcher->close()));
  settings.trust = nullptr;
  fetcher.emplace(edge, settings);
  EXPECT_EQ(fetch().failure.status, 502);
}

TEST_F(FetchTlsTest, ASessionGoesOnInTheNextConnection) {
  target.keepalive_timeout = Duration::zero();
  EXPECT_EQ(fetch().text, "https origin.example origin.example");
  EXPECT_EQ(fetch().text, "https origin.example resumed origin.example");
}

}  // namespace
}  // namespace gust::origin
