#include "net/quic_server.h"

#include <gtest/gtest.h>

#include <deque>
#include <map>

#include "net/certificate.h"
#include "net/certificate_test_internal.h"
#include "net/quic_client_test_internal.h"
#include "net/quic_group.h"
#include "net/quic_keys.h"
#include "net/quic_limits.h"
#include "net/quic_session.h"
#include "net/tls_book.h"
#include "net/tls_facts.h"
#include "rt/sim_world.h"

namespace gust::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const TestCertificate& certificate() {
  static const TestCertificate made = make_test_certificate({.names = {"DNS:localhost", "DNS:*.example.com"}});
  return made;
}

std::shared_ptr<const TlsBook> book(bool offers_http3 = true) {
  TlsSite site;
  site.id = "site";
  site.certificates = {*read_certificate(certificate().pem, certificate().key_pem)};
  site.offers_http3 = offers_http3;
  auto made = std::make_shared<TlsBook>();
  const auto shared = std::make_shared<const TlsSite>(std::move(site));
  made->add("localhost", shared);
  made->add("*.example.com", shared);
  return made;
}

// Says back what is said on each stream.
class Echo final : public QuicSession {
 public:
  explicit Echo(QuicConnection& connection) : connection_(connection) {}

  QuicOutcome<void> begin() override { return {}; }
  QuicOutcome<std::size_t> received(QuicStreamId stream, ByteView bytes, bool is_last) override {
    if (bytes == "break the rules") return std::unexpected(QuicErrorCode{0x1234});
    Said& said = said_[stream];
    said.bytes.reserve(1 << 20);  // what is sent again stays where it is
    said.bytes += bytes;
    said.ends |= is_last;
    connection_.wake_output();
    return bytes.size();
  }
  QuicOutcome<void> acknowledged(QuicStreamId, ByteCount) override { return {}; }
  QuicOutcome<void> peer_reset(QuicStreamId stream, QuicErrorCode code) override {
    connection_.reset_writing(stream, code + 1);
    return {};
  }
  QuicOutcome<void> closed(QuicStreamId stream, std::optional<QuicErrorCode>) override {
    said_.erase(stream);
    connection_.allow_streams(1);
    return {};
  }
  QuicOutcome<void> window_opened(QuicStreamId stream) override {
    said_[stream].is_held = false;
    return {};
  }
  QuicOutcome<Output> output(std::span<ByteView> into) override {
    for (auto& [stream, said] : said_) {
      const bool has_end = said.ends && !said.end_sent;
      if (said.is_held || (said.sent == said.bytes.size() && !has_end)) continue;
      into[0] = ByteView(said.bytes).substr(said.sent);
      return Output{.stream = stream, .pieces = 1, .is_last = said.ends};
    }
    return Output{};
  }
  QuicOutcome<void> took(QuicStreamId stream, std::size_t bytes) override {
    Said& said = said_[stream];
    said.sent += bytes;
    said.end_sent = said.ends && said.sent == said.bytes.size();
    return {};
  }
  void held_by_window(QuicStreamId stream) override { said_[stream].is_held = true; }
  void not_writable(QuicStreamId stream) override { said_[stream].is_held = true; }
  bool is_idle() const override { return said_.empty(); }
  void drain() override { connection_.close(0x77); }
  rt::Task<void> end(Error) override { co_return; }

 private:
  struct Said {
    std::string bytes;
    std::size_t sent = 0;
    bool ends = false, end_sent = false, is_held = false;
  };
  QuicConnection& connection_;
  std::map<QuicStreamId, Said> said_;
};

class Echoes final : public QuicAcceptor {
 public:
  std::unique_ptr<QuicSession> make_session(QuicConnection& connection) override {
    facts.push_back(connection.tls());
    return std::make_unique<Echo>(connection);
  }
  std::vector<TlsFacts> facts;
};

struct QuicWorld {
  explicit QuicWorld(std::uint64_t seed = 1, const rt::sim::LinkOptions& links = {}, std::size_t cores = 1)
      : world(seed, {.links = links}),
        client_loop(world.add_host("client", "10.0.0.1")),
        server_loop(world.add_host("server", "10.0.0.2")),
        keys(QuicKeys::make(server_loop)) {
    std::vector<rt::Loop*> loops{&server_loop};
    while (loops.size() < cores) loops.push_back(&world.add_core("server"));
    group = std::make_unique<QuicGroup>(loops);
    for (std::size_t core = 0; core < cores; ++core) {
      servers.push_back(
          std::make_unique<QuicServer>(*loops[core], echoes, limits, keys, cores > 1 ? group.get() : nullptr, core));
      CHECK(servers.back()->listen(address(), cores > 1));
      servers.back()->install(book());
      servers.back()->start();
    }
  }
  ~QuicWorld() {
    for (const auto& client : clients) world.run(client_loop, client->stop());
    for (std::size_t core = 0; core < servers.size(); ++core) {
      world.run(world.loop("server", core), servers[core]->drain(world.now()));
    }
  }
  static rt::Endpoint address() { return *rt::read_address("10.0.0.2", 443); }
  QuicServer& server() { return *servers[0]; }
  QuicTestClient& add_client(QuicTestClient::Options options = {}) {
    clients.push_back(std::make_unique<QuicTestClient>(client_loop, address(), std::move(options)));
    return *clients.back();
  }
  QuicTestClient& connect(QuicTestClient::Options options = {}) {
    QuicTestClient& client = add_client(std::move(options));
    client.start();
    world.run_until([&] { return client.is_confirmed || client.is_over(); }, seconds(60));
    return client;
  }
  // What comes back of what is said on a new stream.
  std::string echo_of(QuicTestClient& client, std::string_view text, Duration limit = seconds(60)) {
    const std::int64_t id = client.open();
    if (id < 0) return "no stream";
    client.say(id, text, true);
    world.run_until([&] { return client.streams[id].has_ended || client.is_over(); }, limit);
    return client.streams[id].received;
  }

  rt::sim::World world;
  QuicLimits limits;
  Echoes echoes;
  rt::Loop& client_loop;
  rt::Loop& server_loop;
  std::shared_ptr<const QuicKeys> keys;
  std::unique_ptr<QuicGroup> group;
  std::vector<std::unique_ptr<QuicServer>> servers;
  std::vector<std::unique_ptr<QuicTestClient>> clients;
};

TEST(QuicServer, StreamsGoBothWays) {
  QuicWorld quic;
  QuicTestClient& client = quic.connect();
  ASSERT_TRUE(client.is_established) << quic.world.report();
  EXPECT_EQ(quic.echo_of(client, "hello"), "hello");
  std::string much;
  for (int i = 0; much.size() < 300'000; ++i) much += std::to_string(i) + ' ';
  EXPECT_TRUE(quic.echo_of(client, much) == much);
  EXPECT_EQ(quic.server().connections(), 1U);
  EXPECT_EQ(quic.server().counts().established, 1U);
}

TEST(QuicServer, TellsWhatTheHandshakeCameTo) {
  QuicWorld quic;
  quic.connect({.server_name = "WWW.example.com"});
  ASSERT_EQ(quic.echoes.facts.size(), 1U);
  EXPECT_EQ(quic.echoes.facts[0].version, "TLSv1.3");
  EXPECT_EQ(quic.echoes.facts[0].cipher, "TLS_AES_128_GCM_SHA256");
  EXPECT_EQ(quic.echoes.facts[0].server_name, "www.example.com");
  EXPECT_EQ(quic.echoes.facts[0].alpn, "h3");
  EXPECT_FALSE(quic.echoes.facts[0].is_resumed);
}

// Each alert is the code of RFC 8446 section 6 behind 0x100 (RFC 9001 section 4.8).
TEST(QuicServer, Dist5ANameThatIsNotKnownAndNoneAreRefused) {
  for (const char* name : {"other.test", "a.b.example.com", "example.com", ""}) {
    QuicWorld quic;
    const QuicTestClient& client = quic.connect({.server_name = name});
    EXPECT_FALSE(client.is_established) << name;
    EXPECT_EQ(client.close_code, 0x100 + 112) << name;
  }
}

TEST(QuicServer, Tls3ASiteThatOffersNoHttp3IsNotToBeHad) {
  QuicWorld quic;
  quic.server().install(book(false));
  EXPECT_EQ(quic.connect().close_code, 0x100 + 112);
  quic.server().install(book(true));
  EXPECT_TRUE(quic.connect().is_established);
}

TEST(QuicServer, RFC9114Section3_1_AnotherProtocolAndNoneAreRefused) {
  for (const char* protocol : {"hq-interop", ""}) {
    QuicWorld quic;
    const QuicTestClient& client = quic.connect({.protocol = protocol});
    EXPECT_FALSE(client.is_established) << protocol;
    EXPECT_EQ(client.close_code, 0x100 + 120) << protocol;
  }
}

TEST(QuicServer, RFC9000Section6_AnotherVersionIsToldOfOurs) {
  QuicWorld quic;
  const QuicTestClient& client = quic.connect({.version = NGTCP2_PROTO_VER_V2_DRAFT});
  EXPECT_TRUE(client.saw_versions);
  EXPECT_GE(quic.server().counts().versions_offered, 1U);
  EXPECT_EQ(quic.server().connections(), 0U);
}

TEST(QuicServer, ASessionGoesOnWithATicketAndWithoutEarlyData) {
  QuicWorld quic;
  QuicTestClient& first = quic.connect();
  EXPECT_EQ(quic.echo_of(first, "x"), "x");
  const std::string ticket = first.ticket();
  ASSERT_FALSE(ticket.empty());
  QuicTestClient& second = quic.connect({.ticket = ticket});
  EXPECT_TRUE(second.is_resumed());
  EXPECT_TRUE(quic.echoes.facts.at(1).is_resumed);
  EXPECT_EQ(
      gnutls_session_get_flags(static_cast<gnutls_session_t>(ngtcp2_conn_get_tls_native_handle(second.native()))) &
          GNUTLS_SFLAGS_EARLY_DATA,
      0U);
}

TEST(QuicServer, WorksOverALinkThatLosesDoublesAndReorders) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    rt::sim::LinkOptions links;
    links.loss_chance = 0.05;
    links.reorder_chance = 0.2;
    links.twice_chance = 0.05;
    QuicWorld quic(seed, links);
    QuicTestClient& client = quic.connect();
    std::string much;
    for (int i = 0; much.size() < 60'000; ++i) much += std::to_string(i) + ' ';
    EXPECT_TRUE(quic.echo_of(client, much) == much) << quic.world.report();
  }
}

// --- SECURITY "QUIC".

TEST(QuicServer, RFC9000Section8_1_ASpoofedInitialGetsAtMostThreeTimesItsBytes) {
  QuicWorld quic;
  QuicTestClient& client = quic.add_client();
  const std::string initial = client.make_packet();
  ASSERT_EQ(initial.size(), 1200U);
  client.is_silent = true;
  client.start();
  client.throw_packet(initial);
  quic.world.run_for(seconds(30));
  EXPECT_GT(client.bytes_received, 0U);
  EXPECT_LE(client.bytes_received, 3600U);
  EXPECT_EQ(quic.server().connections(), 0U) << "and is forgotten";
}

TEST(QuicServer, RFC9000Section14_1_AnInitialInAShortDatagramIsDropped) {
  QuicWorld quic;
  QuicTestClient& client = quic.add_client();
  const std::string initial = client.make_packet();
  client.is_silent = true;
  client.start();
  client.throw_packet(initial.substr(0, 1199));
  quic.world.run_for(seconds(1));
  EXPECT_EQ(client.bytes_received, 0U);
  EXPECT_EQ(quic.server().connections(), 0U);
}

TEST(QuicServer, AFloodOfInitialsIsAnsweredByRetryAndKeepsNothing) {
  QuicWorld quic;
  quic.limits.retry_above = 5;
  for (int i = 0; i < 50; ++i) {
    QuicTestClient& client = quic.add_client();
    const std::string initial = client.make_packet();
    client.is_silent = true;
    client.start();
    client.throw_packet(initial);
    quic.world.run_for(milliseconds(5));
  }
  EXPECT_LE(quic.server().connections(), 5U);
  EXPECT_GE(quic.server().counts().retries, 40U);
  QuicTestClient& honest = quic.connect();
  EXPECT_TRUE(honest.is_established);
  EXPECT_TRUE(honest.was_retried);
  EXPECT_EQ(quic.echo_of(honest, "still here"), "still here");
  quic.world.run_for(seconds(30));
  EXPECT_EQ(quic.server().handshakes(), 0U);
}

TEST(QuicServer, RFC9000Section8_1_3_ATokenOfAnEarlierConnectionSparesTheRetry) {
  QuicWorld quic;
  QuicTestClient& first = quic.connect();
  quic.echo_of(first, "x");
  ASSERT_FALSE(first.new_token.empty());
  quic.limits.retry_above = 0;
  EXPECT_FALSE(quic.connect({.token = first.new_token}).was_retried);
  std::string forged = first.new_token;
  forged.back() = static_cast<char>(forged.back() ^ 1);
  QuicTestClient& forger = quic.connect({.token = forged});
  EXPECT_TRUE(forger.was_retried);
  EXPECT_TRUE(forger.is_established);
}

TEST(QuicServer, RFC9000Section8_1_2_ARetryTokenIsGoodForOneAddressOnly) {
  QuicWorld quic;
  quic.limits.retry_above = 0;
  QuicTestClient& client = quic.add_client();
  client.start();
  quic.world.run_until([&] { return client.was_retried; });
  quic.world.rebind_datagrams("client");
  quic.world.run_until([&] { return client.is_over(); }, seconds(30));
  EXPECT_FALSE(client.is_established);
}

TEST(QuicServer, BeyondTheLimitOfConnectionsOnesAreRefusedOrIdleOnesShed) {
  QuicWorld quic;
  quic.limits.connections_max = 2;
  QuicTestClient& oldest = quic.connect();
  QuicTestClient& busy = quic.connect();
  busy.say(busy.open(), "under way");
  quic.world.run_for(seconds(1));
  QuicTestClient& newcomer = quic.connect();
  EXPECT_TRUE(newcomer.is_established);
  quic.world.run_for(seconds(1));
  EXPECT_EQ(oldest.close_code, 0x77U);
  EXPECT_FALSE(busy.is_over());
}

TEST(QuicServer, NoHandshakesBeyondTheirLimit) {
  QuicWorld quic;
  quic.limits.handshakes_max = 0;
  const QuicTestClient& client = quic.connect();
  EXPECT_FALSE(client.is_established);
  EXPECT_EQ(client.close_code, 0x2U) << "CONNECTION_REFUSED";
  EXPECT_GE(quic.server().counts().refused, 1U);
}

TEST(QuicServer, RFC9000Section10_3_APacketOfAConnectionThatIsGoneIsAnsweredByAReset) {
  QuicWorld quic;
  QuicTestClient& client = quic.connect();
  quic.echo_of(client, "x");
  // The server's process comes back with the same keys and no connections.
  quic.world.partition("client", "server");
  quic.world.run(quic.server_loop, quic.server().drain(quic.world.now()));
  quic.servers[0] = std::make_unique<QuicServer>(quic.server_loop, quic.echoes, quic.limits, quic.keys);
  ASSERT_TRUE(quic.servers[0]->listen(QuicWorld::address(), false));
  quic.servers[0]->start();
  quic.world.run_for(milliseconds(10));
  quic.world.heal_all();
  client.say(client.open(), "anyone there?", true);
  quic.world.run_until([&] { return client.is_over(); }, seconds(20));
  EXPECT_TRUE(client.was_reset_statelessly);
  EXPECT_GE(quic.server().counts().stateless_resets, 1U);
}

TEST(QuicServer, RFC9000Section10_3_3_ResetsAreShorterThanWhatTheyAnswerAndFew) {
  QuicWorld quic;
  quic.limits.stray_answers_max = 10;
  QuicTestClient& client = quic.add_client();
  client.is_silent = true;
  client.start();
  const std::string stray = "\x40" + std::string(40, 'x');
  for (int i = 0; i < 100; ++i) client.throw_packet(stray);
  client.throw_packet("\x40 too short for any reset");
  quic.world.run_for(milliseconds(500));
  EXPECT_GT(client.packets_received, 0U);
  EXPECT_LE(client.packets_received, 10U);
  EXPECT_LT(client.bytes_received, client.packets_received * stray.size());
}

TEST(QuicServer, RFC9000Section9_AConnectionOutlivesANatThatRebinds) {
  QuicWorld quic;
  QuicTestClient& client = quic.connect();
  EXPECT_EQ(quic.echo_of(client, "before"), "before");
  quic.world.rebind_datagrams("client");
  EXPECT_EQ(quic.echo_of(client, "behind"), "behind");
}

TEST(QuicServer, RFC9000Section9_AClientMigratesToAnotherAddress) {
  QuicWorld quic;
  QuicTestClient& client = quic.connect();
  EXPECT_EQ(quic.echo_of(client, "before"), "before");
  ASSERT_TRUE(client.migrate());
  EXPECT_EQ(quic.echo_of(client, "behind"), "behind");
}

TEST(QuicServer, APeerThatMovedToAnotherCoresSocketFindsItsConnection) {
  QuicWorld quic(3, {}, 3);
  std::vector<QuicTestClient*> clients;
  for (int i = 0; i < 6; ++i) clients.push_back(&quic.connect());
  for (int round = 0; round < 3; ++round) {
    quic.world.rebind_datagrams("client");
    for (QuicTestClient* client : clients) EXPECT_EQ(quic.echo_of(*client, "here"), "here");
  }
  std::uint64_t handed_over = 0;
  std::size_t connections = 0;
  for (const auto& server : quic.servers) {
    handed_over += server->counts().handed_over;
    connections += server->connections();
  }
  EXPECT_GT(handed_over, 0U);
  EXPECT_EQ(connections, 6U);
}

TEST(QuicServer, RFC9001Section6_KeysAreUpdated) {
  QuicWorld quic;
  QuicTestClient& client = quic.connect();
  EXPECT_EQ(quic.echo_of(client, "before"), "before");
  ASSERT_TRUE(client.update_key());
  EXPECT_EQ(quic.echo_of(client, "behind"), "behind");
  EXPECT_GT(client.key_updates, 0U);
}

TEST(QuicServer, RFC9000Section10_1_AnIdleConnectionIsForgottenWithoutAWord) {
  QuicWorld quic;
  QuicTestClient& client = quic.connect();
  quic.world.run_for(seconds(5));
  client.is_silent = true;
  const std::uint64_t before = client.packets_received;
  quic.world.run_for(seconds(60));
  EXPECT_EQ(quic.server().connections(), 0U);
  EXPECT_EQ(client.packets_received, before);
}

TEST(QuicServer, AnErrorOfTheSessionEndsItsConnectionWithItsCode) {
  QuicWorld quic;
  QuicTestClient& client = quic.connect();
  client.say(client.open(), "break the rules");
  quic.world.run_until([&] { return client.is_over(); }, seconds(10));
  EXPECT_EQ(client.close_code, 0x1234U);
  EXPECT_TRUE(client.closed_by_application);
  quic.world.run_for(seconds(10));
  EXPECT_EQ(quic.server().connections(), 0U);
}

TEST(QuicServer, RFC9000Section4_6_StreamsBeyondTheLimitAreNotToBeHad) {
  QuicWorld quic;
  QuicTestClient& client = quic.connect();
  std::size_t open = 0;
  while (client.open() >= 0) ++open;
  EXPECT_EQ(open, quic.limits.streams_max);
  client.say(0, "x", true);
  quic.world.run_until([&] { return client.streams[0].is_closed; }, seconds(10));
  quic.world.run_for(seconds(1));
  EXPECT_GE(client.open(), 0) << "one that is over makes room";
}

TEST(QuicServer, RFC9000Section3_AResetOfThePeerReachesTheSession) {
  QuicWorld quic;
  QuicTestClient& client = quic.connect();
  const std::int64_t id = client.open();
  client.say(id, "some");
  quic.world.run_for(seconds(1));
  client.reset(id, 7);
  quic.world.run_until([&] { return client.streams[id].reset_code.has_value(); }, seconds(10));
  EXPECT_EQ(client.streams[id].reset_code, 8U);
}

TEST(QuicServer, ADrainTellsPeersAndEnds) {
  QuicWorld quic;
  QuicTestClient& client = quic.connect();
  quic.world.run(quic.server_loop, quic.server().drain(quic.world.now() + seconds(5)));
  quic.world.run_for(seconds(1));
  EXPECT_EQ(client.close_code, 0x77U);
  EXPECT_EQ(quic.server().connections(), 0U);
}

TEST(QuicServer, RandomBytesAreNothing) {
  QuicWorld quic;
  QuicTestClient& client = quic.add_client();
  client.is_silent = true;
  client.start();
  for (int i = 0; i < 2000; ++i) {
    std::string bytes(1 + quic.client_loop.random() % 1300, '\0');
    quic.client_loop.fill_secret(bytes);
    if (i % 2 == 0 && bytes.size() > 6) bytes.replace(0, 5, std::string_view("\xc0\0\0\0\1", 5));
    client.throw_packet(bytes);
    if (i % 100 == 0) quic.world.run_for(milliseconds(10));
  }
  quic.world.run_for(seconds(30));
  EXPECT_EQ(quic.server().connections(), 0U);
  EXPECT_TRUE(quic.connect().is_established);
}

}  // namespace
}  // namespace gust::net
