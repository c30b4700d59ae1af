#include "origin/fetch.h"

#include <gtest/gtest.h>

#include <optional>

#include "http/exchange.h"
#include "origin/parent_tier.h"
#include "origin/scripted_origin_internal.h"
#include "origin/target.h"
#include "rt/sim_world.h"

namespace gust::origin {
namespace {

using http::Method;
using std::chrono::milliseconds;
using std::chrono::seconds;

class TextBody final : public http::BodyReader {
 public:
  explicit TextBody(std::string text) : text_(std::move(text)) {}
  rt::Task<Result<Slice>> read(Instant) override { co_return Slice::copy_of(std::exchange(text_, "")); }
  const http::Fields& trailers() const override { return trailers_; }

 private:
  std::string text_;
  http::Fields trailers_;
};

struct Request {
  Method method = Method::get;
  std::optional<std::string> body{};
  bool has_length = true;  // says the body's length in advance
  bool reads_body = true;
};

struct Got {
  Errc error = Errc::bug;  // bug: none
  int status = 0;
  std::string etag;
  std::string body;
  std::string trailer;
  Duration took{};
  FetchFacts facts;
};

rt::Task<void> read_all(Fetched& fetched, Got& got) {
  while (true) {
    const auto piece = co_await fetched.read();
    if (!piece) got.error = piece.error().code;
    if (!piece || piece->empty()) break;
    got.body += piece->view();
  }
  got.etag = fetched.head().fields.get(http::Name::etag).value_or("");
  got.trailer = fetched.trailers().get("X-End").value_or("");
}

class FetchTest : public testing::Test {
 protected:
  FetchTest() {
    target.id = "o1";
    target.tenant = "E1";
    target.host = "origin.example";
    target.host_header = "origin.example";
    target.read_timeout = seconds(2);
    target.connect_timeout = seconds(1);
    world.set_name("origin.example", {"10.0.0.2"});
  }
  ~FetchTest() override {
    EXPECT_TRUE(world.run(edge, fetcher->close())) << world.report();
    fetcher.reset();
    for (auto& origin : origins) EXPECT_TRUE(world.run(origin_loop, origin->stop())) << world.report();
  }

  ScriptedOrigin& serve(std::vector<Script> scripts, std::string_view address = "10.0.0.2") {
    return *origins.emplace_back(std::make_unique<ScriptedOrigin>(origin_loop, address, std::move(scripts)));
  }
  void set(FetcherSettings settings) { fetcher.emplace(edge, std::move(settings)); }

  rt::Task<void> fetch_into(const Request& request, Got& got) {
    http::RequestHead head;
    head.method = request.method;
    head.set_target("/a?b");
    head.authority = "d1.cdn.localhost";
    std::optional<TextBody> body;
    std::string length;
    if (request.body) {
      body.emplace(*request.body);
      length = std::to_string(request.body->size());
      if (request.has_length) head.fields.add(http::Name::content_length, length);
    }
    const Instant began = edge.now();
    auto fetched = parents ? co_await fetcher->fetch(*parents, 7, head, body ? &*body : nullptr, got.facts)
                           : co_await fetcher->fetch(target, head, body ? &*body : nullptr, got.facts);
    if (fetched) {
      got.status = fetched->head().status;
      if (request.reads_body) co_await read_all(*fetched, got);
    } else {
      got.error = fetched.error().code;
    }
    got.took = edge.now() - began;
  }
  Got fetch(const Request& request = {}) {
    Got got;
    EXPECT_TRUE(world.run(edge, fetch_into(request, got))) << world.report();
    return got;
  }

  rt::sim::World world{1};
  rt::Loop& edge = world.add_host("edge", "10.0.0.1");
  rt::Loop& origin_loop = world.add_host("origin", "10.0.0.2");
  std::vector<std::unique_ptr<ScriptedOrigin>> origins;
  OriginTarget target;
  std::optional<ParentTier> parents;
  std::optional<Fetcher> fetcher{std::in_place, edge, FetcherSettings{.addresses = {.allow_private = true}}};
};

TEST_F(FetchTest, OneConnectionServesRequestsInTurn) {
  ScriptedOrigin& origin = serve({{replies("one", "ETag: \"1\"\r\n"), replies("two")}});
  const Got first = fetch();
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(first.body, "one");
  EXPECT_EQ(first.etag, "\"1\"");
  EXPECT_FALSE(first.facts.connection_reused);
  EXPECT_GT(first.facts.connect, Duration::zero());
  EXPECT_GE(first.facts.first_byte, first.facts.connect);
  EXPECT_EQ(rt::endpoint_text(first.facts.remote), "10.0.0.2:80");
  const Got second = fetch();
  EXPECT_EQ(second.body, "two");
  EXPECT_TRUE(second.facts.connection_reused);
  EXPECT_EQ(second.facts.attempts, 1U);
  EXPECT_EQ(origin.connections, 1U);
  EXPECT_EQ(origin.requests[0], "GET /a?b HTTP/1.1\r\nHost: origin.example\r\n\r\n");
}

TEST_F(FetchTest, SecurityAnotherTenantGetsAConnectionOfItsOwn) {
  ScriptedOrigin& origin = serve({{replies("x"), replies("x")}});
  fetch();
  target.tenant = "E2";
  EXPECT_EQ(fetch().body, "x");
  EXPECT_EQ(origin.connections, 2U);
}

TEST_F(FetchTest, ABodyThatWasNotReadToItsEndClosesTheConnection) {
  ScriptedOrigin& origin = serve({{replies("unread"), replies("x")}});
  fetch({.reads_body = false});
  fetch();
  EXPECT_EQ(origin.connections, 2U);
}

TEST_F(FetchTest, AResponseWithoutABodyFreesTheConnectionByItself) {
  ScriptedOrigin& origin = serve({{says("HTTP/1.1 304 Not Modified\r\n\r\n"), replies("", "X-A: 1\r\n"),
                                   says("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")}});
  EXPECT_EQ(fetch({.reads_body = false}).status, 304);
  EXPECT_EQ(fetch({.reads_body = false}).status, 200);
  EXPECT_EQ(fetch({.method = Method::head, .reads_body = false}).status, 200);
  EXPECT_EQ(origin.connections, 1U);
}

TEST_F(FetchTest, Rfc9112ChunksAndTrailersAreRead) {
  ScriptedOrigin& origin =
      serve({{says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-End: yes\r\n\r\n"),
              replies("")}});
  const Got got = fetch();
  EXPECT_EQ(got.body, "abc");
  EXPECT_EQ(got.trailer, "yes");
  fetch();
  EXPECT_EQ(origin.connections, 1U);
}

TEST_F(FetchTest, Body2ABodyThatEndsWithTheConnectionIsWholeAndOneCutShortIsNot) {
  serve({{says("HTTP/1.1 200 OK\r\n\r\nto the end", Step::close)},
         {says("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", Step::close)}});
  const Got whole = fetch();
  EXPECT_EQ(whole.body, "to the end");
  EXPECT_EQ(whole.error, Errc::bug);
  const Got cut = fetch();
  EXPECT_EQ(cut.body, "short");
  EXPECT_EQ(cut.error, Errc::short_body);
}

TEST_F(FetchTest, SecurityBytesBehindAResponseNeverBecomeTheNextOne) {
  const std::string evil = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil";
  ScriptedOrigin& origin =
      serve({{says("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na" + evil), replies("x")}, {replies("good")}});
  EXPECT_EQ(fetch().body, "a");
  world.run_for(milliseconds(100));  // what is still under way behind our next request cannot be told from its answer
  EXPECT_EQ(fetch().body, "good");
  EXPECT_EQ(origin.connections, 2U);
}

TEST_F(FetchTest, SecurityBytesBehindAResponseAreNotThatOfOneWhoWaitedForTheConnection) {
  set({.addresses = {.allow_private = true}, .pool = {.connections_per_key_max = 1}});
  const std::string long_body(100'000, 'a');  // comes in more reads than one
  const std::string evil = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil";
  serve({{says("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + long_body + evil), replies("x")},
         {replies("good")}});
  const Request plain;
  Got first;
  Got second;
  rt::Scope both(edge);
  both.spawn(fetch_into(plain, first));
  both.spawn(fetch_into(plain, second));
  EXPECT_TRUE(world.run(edge, both.join())) << world.report();
  EXPECT_EQ(first.body, long_body);
  EXPECT_EQ(second.body, "good");
}

TEST_F(FetchTest, AnIdleConnectionThatTheOriginClosedIsNoticedBeforeReuse) {
  ScriptedOrigin& origin = serve({{replies("x")}});
  fetch();
  world.run_for(seconds(1));
  EXPECT_EQ(fetcher->pool_counts().ended, 1U);
  const Got got = fetch();
  EXPECT_EQ(got.body, "x");
  EXPECT_EQ(got.facts.attempts, 1U);
  EXPECT_EQ(origin.connections, 2U);
}

TEST_F(FetchTest, Orig8AnIdleConnectionIsClosedWhenItsTimeIsOver) {
  serve({{replies("x"), replies("y")}});
  target.keepalive_timeout = seconds(3);
  fetch();
  world.run_for(seconds(4));
  EXPECT_EQ(fetcher->pool_counts().expired, 1U);
  EXPECT_EQ(fetcher->pool_counts().idle, 0U);
}

// --- Retries on a reused connection (RFC 9112 section 9.3.1).

TEST_F(FetchTest, AReusedConnectionThatDiesBeforeTheFirstByteCostsAnIdempotentRequestNothing) {
  ScriptedOrigin& origin = serve({{replies("x"), says("", Step::close)}, {replies("again")}});
  fetch();
  const Got got = fetch();
  EXPECT_EQ(got.body, "again");
  EXPECT_EQ(got.facts.attempts, 2U);
  EXPECT_FALSE(got.facts.connection_reused);
  EXPECT_EQ(origin.connections, 2U);
}

TEST_F(FetchTest, APostThatWasSentIsNotSentAgain) {
  ScriptedOrigin& origin = serve({{replies("x"), says("", Step::close)}, {replies("again")}});
  fetch();
  const Got got = fetch({.method = Method::post});
  EXPECT_EQ(got.error, Errc::closed);
  EXPECT_EQ(got.facts.phase, FetchPhase::head);
  EXPECT_EQ(origin.connections, 1U);
}

TEST_F(FetchTest, ARequestWhoseBodyWasBegunIsNotSentAgain) {
  ScriptedOrigin& origin = serve({{replies("x"), says("", Step::close)}, {replies("again")}});
  fetch();
  EXPECT_EQ(fetch({.method = Method::put, .body = "data"}).status, 0);
  EXPECT_EQ(origin.connections, 1U);
}

TEST_F(FetchTest, ANewConnectionThatDiesIsAnErrorAtOnce) {
  ScriptedOrigin& origin = serve({{says("", Step::close)}});
  EXPECT_EQ(fetch().error, Errc::closed);
  EXPECT_EQ(origin.connections, 1U);
}

TEST_F(FetchTest, AResponseThatBeganIsNotAskedForAgain) {
  ScriptedOrigin& origin = serve({{replies("x"), says("HTTP/1.1 2", Step::close)}, {replies("again")}});
  fetch();
  EXPECT_EQ(fetch().error, Errc::closed);
  EXPECT_EQ(origin.connections, 1U);
}

// --- Timeouts.

TEST_F(FetchTest, Orig6AGetIsTriedUpToAttemptsOnAReadTimeout) {
  ScriptedOrigin& origin = serve({{says("", Step::stall)}});
  const Got got = fetch();
  EXPECT_EQ(got.error, Errc::timed_out);
  EXPECT_EQ(got.facts.attempts, 3U);
  EXPECT_EQ(got.facts.phase, FetchPhase::head);
  EXPECT_EQ(origin.connections, 3U);
  EXPECT_NEAR(std::chrono::duration<double>(got.took).count(), 6, 0.5);
}

TEST_F(FetchTest, Orig6ALaterAttemptMaySucceed) {
  serve({{says("", Step::stall)}, {replies("late")}});
  const Got got = fetch();
  EXPECT_EQ(got.body, "late");
  EXPECT_EQ(got.facts.attempts, 2U);
}

TEST_F(FetchTest, Orig6OtherMethodsAreNotRetried) {
  ScriptedOrigin& origin = serve({{says("", Step::stall)}});
  for (const Method method : {Method::put, Method::post, Method::delete_, Method::patch, Method::options}) {
    const std::size_t before = origin.connections;
    EXPECT_EQ(fetch({.method = method}).error, Errc::timed_out);
    EXPECT_EQ(origin.connections, before + 1);
  }
}

TEST_F(FetchTest, Orig6AReusedConnectionThatStaysSilentCountsAsAnAttempt) {
  ScriptedOrigin& origin = serve({{replies("x"), says("", Step::stall)}, {says("", Step::stall)}});
  target.attempts = 2;
  fetch();
  EXPECT_EQ(fetch().error, Errc::timed_out);
  EXPECT_EQ(origin.connections, 2U);
}

TEST_F(FetchTest, Orig5AGapInTheBodyIsATimeoutToo) {
  serve({{says("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", Step::stall)}});
  const Got got = fetch();
  EXPECT_EQ(got.body, "abc");
  EXPECT_EQ(got.error, Errc::timed_out);
  EXPECT_EQ(got.facts.phase, FetchPhase::body);
  EXPECT_EQ(fetcher->pool_counts().leased, 0U);
}

// A byte now and then is no gap: the head has a bound as a whole.
TEST_F(FetchTest, Orig5AHeadThatTricklesIsATimeout) {
  target.attempts = 1;
  Step trickle = says("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Long: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n\r\n");
  trickle.gap = milliseconds(500);
  serve({{trickle}});
  const Got got = fetch();
  EXPECT_EQ(got.error, Errc::timed_out);
  EXPECT_EQ(got.facts.phase, FetchPhase::head);
  EXPECT_LT(got.took, seconds(5));
}

// Interim responses begin the time anew, and are few.
TEST_F(FetchTest, Orig5EachInterimResponseMayTakeItsTime) {
  Step slowly = says("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  slowly.gap = milliseconds(50);
  serve({{slowly}});
  EXPECT_EQ(fetch().status, 200);
}

TEST_F(FetchTest, Orig7TheWholeExchangeIsBounded) {
  ScriptedOrigin& origin = serve({{says("", Step::stall)}});
  target.completion_timeout = seconds(3);
  const Got got = fetch();
  EXPECT_EQ(got.error, Errc::timed_out);
  EXPECT_EQ(origin.connections, 2U);
  EXPECT_NEAR(std::chrono::duration<double>(got.took).count(), 3, 0.1);
}

// --- Connecting.

TEST_F(FetchTest, Orig4ARefusedConnectionIsTriedUpToAttempts) {
  target.attempts = 2;
  const Got got = fetch();
  EXPECT_EQ(got.error, Errc::refused);
  EXPECT_EQ(got.facts.phase, FetchPhase::connect);
  EXPECT_EQ(got.facts.attempts, 2U);
  EXPECT_EQ(fetcher->pool_counts().leased, 0U);
}

TEST_F(FetchTest, Orig4ASilentAddressTakesTheConnectTimeoutAnAttempt) {
  serve({{replies("x")}});
  world.isolate("origin");
  const Got got = fetch();
  EXPECT_EQ(got.error, Errc::timed_out);
  EXPECT_EQ(got.facts.phase, FetchPhase::connect);
  EXPECT_NEAR(std::chrono::duration<double>(got.took).count(), 3, 0.1);
}

TEST_F(FetchTest, SeveralAddressesAreTriedInTurnWithinOneAttempt) {
  serve({{replies("x")}});
  world.add_host("dead", "10.0.0.9");
  world.isolate("dead");
  world.set_name("origin.example", {"10.0.0.9", "10.0.0.2"});
  target.attempts = 1;
  const Got got = fetch();
  EXPECT_EQ(got.body, "x");
  EXPECT_EQ(rt::address_text(got.facts.remote), "10.0.0.2");
  EXPECT_NEAR(std::chrono::duration<double>(got.took).count(), 0.5, 0.1);
}

TEST_F(FetchTest, ANameThatDoesNotResolveIsItsOwnError) {
  target.host = "nowhere.example";
  const Got got = fetch();
  EXPECT_EQ(got.error, Errc::name_not_found);
  EXPECT_EQ(got.facts.phase, FetchPhase::resolve);
}

TEST_F(FetchTest, SecuritySsrfTheAddressIsJudgedBehindTheName) {
  ScriptedOrigin& origin = serve({{replies("secret")}});
  set({});
  for (const char* address : {"10.0.0.2", "127.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.2"}) {
    const std::string name = std::string("evil-") + address;
    world.set_name(name, {address});
    for (const std::string& host : {name, std::string(address)}) {
      target.host = host;
      EXPECT_EQ(fetch().error, Errc::access_denied) << host;
    }
  }
  EXPECT_EQ(origin.connections, 0U);
  target.trusted_endpoints = {*rt::read_address("10.0.0.2", 80)};
  EXPECT_EQ(fetch().body, "secret");
}

TEST_F(FetchTest, SecuritySsrfOnlyTheAllowedAddressesOfANameAreTried) {
  serve({{replies("x")}});
  FetcherSettings settings;
  settings.addresses.allowed = {*rt::read_address_range("10.0.0.2")};
  set(std::move(settings));
  world.set_name("origin.example", {"169.254.169.254", "10.0.0.2"});
  const Got got = fetch();
  EXPECT_EQ(got.body, "x");
  EXPECT_EQ(rt::address_text(got.facts.remote), "10.0.0.2");
}

// --- Requests with content.

TEST_F(FetchTest, ContentIsFramedByItsLengthWhereItIsKnown) {
  ScriptedOrigin& origin = serve({{replies(""), replies(""), replies("")}});
  fetch({.method = Method::post, .body = "hello"});
  fetch({.method = Method::post, .body = "hello", .has_length = false});
  fetch({.method = Method::post});
  EXPECT_EQ(origin.requests[0], "POST /a?b HTTP/1.1\r\nHost: origin.example\r\nContent-Length: 5\r\n\r\nhello");
  EXPECT_TRUE(origin.requests[1].contains("Transfer-Encoding: chunked\r\n"));
  EXPECT_TRUE(origin.requests[1].ends_with("\r\n\r\n5\r\nhello\r\n0\r\n\r\n"));
  EXPECT_TRUE(origin.requests[2].contains("Content-Length: 0\r\n"));
  EXPECT_EQ(origin.connections, 1U);
}

// --- Responses that are none.

TEST_F(FetchTest, SecurityInvalidResponsesAreErrorsAndTheirConnectionsClosed) {
  const std::vector<std::pair<std::string, Errc>> rows = {
      {"HTTP/1.1 abc OK\r\n\r\n", Errc::bad_status_line},
      {"SSH-2.0-OpenSSH\r\n\r\n", Errc::bad_status_line},
      {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", Errc::bad_framing},
      {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", Errc::bad_framing},
      {"HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n", Errc::bad_field},
      {"HTTP/1.1 200 OK\r\nX: " + std::string(30'000, 'x') + "\r\n\r\n", Errc::head_too_large},
  };
  std::vector<Script> scripts;
  for (const auto& row : rows) scripts.push_back({says(row.first), replies("never")});
  ScriptedOrigin& origin = serve(std::move(scripts));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Got got = fetch();
    EXPECT_EQ(name_of(got.error), name_of(rows[i].second)) << rows[i].first.substr(0, 60);
    EXPECT_EQ(got.facts.phase, FetchPhase::head);
    EXPECT_EQ(origin.connections, i + 1);
  }
}

// --- The bound of connections.

rt::Task<void> join(rt::Scope& scope) { co_await scope.join(); }

TEST_F(FetchTest, RequestsBeyondTheBoundWaitForAConnection) {
  ScriptedOrigin& origin = serve({{replies("1"), replies("2"), replies("3")}});
  FetcherSettings settings;
  settings.addresses.allow_private = true;
  settings.pool.connections_per_key_max = 1;
  set(std::move(settings));
  std::vector<Got> got(3);
  rt::Scope scope(edge);
  const Request request;
  for (Got& one : got) scope.spawn(fetch_into(request, one));
  EXPECT_TRUE(world.run(edge, join(scope))) << world.report();
  for (const Got& one : got) EXPECT_EQ(one.status, 200);
  EXPECT_EQ(origin.connections, 1U);
}

TEST_F(FetchTest, ACancelledFetchLeavesNothingBehind) {
  serve({{says("", Step::stall)}});
  Got got;
  rt::Scope scope(edge);
  const Request request;
  scope.spawn(fetch_into(request, got));
  world.run_for(seconds(1));
  scope.cancel();
  EXPECT_TRUE(world.run(edge, join(scope))) << world.report();
  EXPECT_EQ(got.error, Errc::cancelled);
  EXPECT_EQ(fetcher->pool_counts().leased, 0U);
}

// --- Parent tiers.

struct TierTest : FetchTest {
  void set_parents(const std::vector<std::string>& addresses) {
    std::vector<OriginTarget> targets;
    for (const std::string& address : addresses) {
      OriginTarget parent = target;
      parent.id = address;
      parent.tenant.clear();
      parent.host_header.clear();
      parent.attempts = 1;
      parent.trusted_endpoints = {*rt::read_address(address, 80)};
      targets.push_back(parent);
    }
    parents.emplace("regional", std::move(targets));
    set({});
  }
};

TEST_F(TierTest, Tier4TheNextParentServesWhenTheFirstCannotBeReached) {
  world.add_address("origin", "10.0.0.3");
  set_parents({"10.0.0.2", "10.0.0.3"});
  const std::size_t first = *parents->choose(7);
  ScriptedOrigin& other = serve({{replies("x"), replies("y")}}, first == 0 ? "10.0.0.3" : "10.0.0.2");
  const Got got = fetch();
  EXPECT_EQ(got.body, "x");
  EXPECT_EQ(got.facts.attempts, 2U);
  EXPECT_FALSE(parents->is_up(first));
  EXPECT_EQ(fetch().facts.attempts, 1U);
  EXPECT_EQ(other.connections, 1U);
}

TEST_F(TierTest, WhenAllParentsAreDownTheCallerHearsSoAtOnceAndNobodyWaitsForTheProbe) {
  set_parents({"10.0.0.2"});
  EXPECT_EQ(fetch().error, Errc::refused);
  const Got got = fetch();
  EXPECT_EQ(got.error, Errc::unreachable);
  EXPECT_EQ(got.facts.attempts, 0U);
  EXPECT_EQ(got.facts.phase, FetchPhase::connect);
  serve({{replies("back")}});
  world.run_for(seconds(1));
  world.run_for(seconds(2));
  EXPECT_TRUE(parents->is_up(0));
  EXPECT_EQ(fetch().body, "back");
}

TEST_F(TierTest, AParentThatStaysSilentIsLeftAloneUntilItCanBeConnectedTo) {
  serve({{says("", Step::stall)}, {replies("back")}});
  set_parents({"10.0.0.2"});
  EXPECT_EQ(fetch().error, Errc::timed_out);
  EXPECT_FALSE(parents->is_up(0));
  world.run_for(seconds(2));
  EXPECT_TRUE(parents->is_up(0));
}

TEST_F(TierTest, AParentThatAnswersBadlyIsNotDown) {
  serve({{says("", Step::close)}});
  set_parents({"10.0.0.2"});
  EXPECT_EQ(fetch().error, Errc::closed);
  EXPECT_TRUE(parents->is_up(0));
}

}  // namespace
}  // namespace gust::origin
