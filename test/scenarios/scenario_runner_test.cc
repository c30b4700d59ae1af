// The runner and the simulated world, with relays for nodes. Most stories here must fail: they are the canaries.
#include "scenarios/scenario_runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rt/loop.h"
#include "scenarios/scenario_reader.h"
#include "scenarios/simulated_world.h"
#include "scenarios/wire_text.h"
#include "sim/relay.h"

namespace gust::scenarios {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class RelayNode final : public RunningNode {
 public:
  RelayNode(rt::Loop& loop, const rt::Endpoint& at, const rt::Endpoint& upstream)
      : at_(at), relay_(loop, at, upstream) {}
  rt::Task<void> start() override { co_return; }
  rt::Task<void> stop() override { co_await relay_.end(); }
  rt::Endpoint at() const override { return at_; }
  bool purge(std::uint64_t, std::string_view) override { return false; }
  std::optional<std::uint64_t> read_counter(std::string_view name) override {
    if (name == "connections") return relay_.connection_count();
    return std::nullopt;
  }

 private:
  rt::Endpoint at_;
  sim::Relay relay_;
};

class RelayMaker final : public NodeMaker {
 public:
  std::unique_ptr<RunningNode> make_node(const StartNode& node, const std::vector<rt::Loop*>& cores,
                                         const rt::Endpoint& at, const std::vector<Upstream>& upstreams,
                                         std::vector<std::string>& complaints) override {
    if (!node.behaviors.empty()) complaints.push_back("a relay has no behaviors");
    return std::make_unique<RelayNode>(*cores.front(), at, upstreams.front().at);
  }
};

std::vector<std::string> failures_of(std::string_view text, std::uint64_t seed = 1) {
  const auto scenarios = read_scenarios(text, "s");
  EXPECT_TRUE(scenarios) << scenarios.error().line << ": " << scenarios.error().text;
  RelayMaker maker;
  SimulatedWorld world(seed, maker);
  return run_scenario(scenarios->front(), world);
}

constexpr std::string_view good_story = R"(scenario "all that a relay can do"
origin o
  expect always GET /many
  reply 200 chunked body 5000 bytes field ETag x
  expect POST /in body "abc" field Host www.example.com
  wait 2s
  reply 204
  expect HEAD /h
  reply 200 body "12345"
  expect GET /broken
  reset
  expect GET /raw no-field Cookie
  reply raw "HTTP/1.1 299 Odd\r\n\r\nodd" close
regional r to o
edge e to r
viewers a b c together
  send GET /many
  expect 200 field etag x no-field Age body 5000 bytes
  wait 1s
  send GET /many
  expect 200
viewer a
  send POST /in body abc
  expect 204
  send HEAD /h
  expect 200 field Content-Length 5 body ""
  send GET /broken
  expect failure
  send raw "GET /raw HTTP/1.1\r\n\r\n"
  expect 299 body odd
advance 1h
counters o requests == 10
counters e connections >= 3
counters r connections > 2
)";

TEST(ScenarioRunner, AGoodStoryHoldsForEverySeed) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) EXPECT_THAT(failures_of(good_story, seed), IsEmpty()) << seed;
}

std::vector<std::string> failures_of_ask(std::string_view expect, std::string_view more = "") {
  std::string story = "scenario s\norigin o\n  expect GET /\n  reply 200 body hello field A 1\nedge e to o\nviewer v\n";
  story += "  send GET /\n  expect " + std::string(expect) + "\n" + std::string(more);
  return failures_of(story);
}

TEST(ScenarioRunner, CanariesFailWithTheirLine) {
  EXPECT_THAT(failures_of_ask("200 body hello field a 1"), IsEmpty());
  EXPECT_THAT(failures_of_ask("404"), ElementsAre("s:8: viewer v: expected status 404, got 200 with body \"hello\""));
  EXPECT_THAT(failures_of_ask("200 body hallo"), ElementsAre("s:8: viewer v: expected body \"hallo\", got \"hello\""));
  EXPECT_THAT(failures_of_ask("200 field A 2"), ElementsAre("s:8: viewer v: expected field A: 2, got another"));
  EXPECT_THAT(failures_of_ask("200 field B 2"), ElementsAre("s:8: viewer v: expected field B: 2"));
  EXPECT_THAT(failures_of_ask("200 no-field A"), ElementsAre("s:8: viewer v: expected no field A"));
  EXPECT_THAT(failures_of_ask("200 has-field A"), IsEmpty());
  EXPECT_THAT(failures_of_ask("200 has-field B"), ElementsAre("s:8: viewer v: expected a field B"));
  EXPECT_THAT(failures_of_ask("failure"), ElementsAre(HasSubstr("expected a failure")));
  EXPECT_THAT(failures_of_ask("200", "counters o requests == 2"), ElementsAre("s:9: requests of o is 1"));
  EXPECT_THAT(failures_of_ask("200", "counters o hits == 2"), ElementsAre("s:9: o has no counter hits"));
  EXPECT_THAT(failures_of_ask("200", "counters x hits == 2"), ElementsAre("s:9: x has no counter hits"));
}

TEST(ScenarioRunner, AskingTheOriginForMoreOrLessThanItExpectsFails) {
  EXPECT_THAT(failures_of("scenario s\norigin o\n  expect GET /\n  reply 200\nedge e to o"),
              ElementsAre("s: o was not asked for GET /"));
  EXPECT_THAT(failures_of("scenario s\norigin o\nedge e to o\nviewer v\n  send GET /x\n  expect 500"),
              ElementsAre("s: o no answer fits: GET /x HTTP/1.1"));
}

TEST(ScenarioRunner, WhatANodeDoesNotKnowFails) {
  EXPECT_THAT(failures_of("scenario s\norigin o\nedge e to o\n  behavior * ttl 1s"),
              ElementsAre("s: a relay has no behaviors"));
  EXPECT_THAT(failures_of("scenario s\nedge e to o"), ElementsAre("s: e: no upstream o"));
}

TEST(ScenarioRunner, AReplyThatNeverComesIsAFailureOfTheViewer) {
  EXPECT_THAT(failures_of("scenario s\norigin o\n  expect GET /\n  stall\nedge e to o\nviewer v\n  send GET /\n"
                          "  expect 200"),
              ElementsAre("s:8: viewer v: expected status 200, got no reply: timed_out"));
}

TEST(ScenarioRunner, AViewerWithoutPatienceLeaves) {
  const std::string story =
      "scenario s\norigin o\n  expect GET /\n  wait 2s\n  reply 200\nedge e to o\nviewer v\n  send GET / patience ";
  EXPECT_THAT(failures_of(story + "1s\n  expect failure"), IsEmpty());
  EXPECT_THAT(failures_of(story + "3s\n  expect 200"), IsEmpty());
}

TEST(ScenarioRunner, AnOriginStopsAndStartsAgainAtItsPlace) {
  EXPECT_THAT(failures_of("scenario s\norigin o\n  expect GET /a\n  reply 200\nedge e to o\n"
                          "viewer v\n  send GET /a\n  expect 200\n"
                          "origin o stops\nviewer v\n  send GET /a\n  expect failure\n"
                          "origin o starts\n  expect GET /b\n  reply 200\nviewer v\n  send GET /b\n  expect 200\n"
                          "counters o requests == 2"),
              IsEmpty());
  EXPECT_THAT(failures_of("scenario s\norigin o\n  expect GET /a\n  reply 200\norigin o stops\norigin o starts"),
              ElementsAre("s: o was not asked for GET /a"));
}

TEST(ScenarioRunner, PartsOfTheNetworkStopAndHeal) {
  const std::string story = "scenario s\norigin o\n  expect GET /\n  reply 200\nedge e to o\n";
  const std::string ask = "viewer v\n  send GET / patience 10s\n  expect ";
  EXPECT_THAT(failures_of(story + "partition e o\n" + ask + "200"),
              ElementsAre(HasSubstr("no reply: timed_out"), HasSubstr("not asked")));
  EXPECT_THAT(failures_of(story + "partition e o\nheal e o\n" + ask + "200"), IsEmpty());
  EXPECT_THAT(failures_of(story + "edge e stops\n" + ask + "200"),
              ElementsAre(HasSubstr("no reply: refused"), HasSubstr("not asked")));
}

TEST(ScenarioRunner, WhatCannotBeDoneIsAComplaint) {
  const std::string story = "scenario s\norigin o\nedge e to o\n";
  EXPECT_THAT(failures_of(story + "origin o"), ElementsAre("s: o is there already"));
  EXPECT_THAT(failures_of(story + "edge o to e"), ElementsAre("s: o is there already"));
  EXPECT_THAT(failures_of(story + "origin p starts"), ElementsAre("s: p was never started"));
  EXPECT_THAT(failures_of(story + "partition e v"), ElementsAre("s: v is not there"));
  EXPECT_THAT(failures_of(story + "edge f stops"), ElementsAre("s: f does not run"));
  EXPECT_THAT(failures_of(story + "purge e o /a"),
              ElementsAre("s: e has nothing to purge", "s: o has nothing to purge"));
}

TEST(ScenarioRunner, RelationsHoldAsTheyRead) {
  using enum CheckCounter::Relation;
  EXPECT_TRUE(holds(equal, 1, 1) && holds(not_equal, 1, 2) && holds(less, 1, 2) && holds(at_most, 2, 2));
  EXPECT_TRUE(holds(more, 2, 1) && holds(at_least, 2, 2));
  EXPECT_FALSE(holds(equal, 1, 2) || holds(not_equal, 1, 1) || holds(less, 2, 2) || holds(at_most, 3, 2));
  EXPECT_FALSE(holds(more, 2, 2) || holds(at_least, 1, 2));
}

TEST(WireText, FramesBodiesUnlessTheScenarioDoes) {
  Send send{.method = "PUT", .target = "/", .host = "h", .words = {.fields = {}, .absent_fields = {}, .body = "ab"}};
  EXPECT_EQ(request_text(send, "d"), "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab");
  send.host.clear();
  send.words.fields = {{"Content-Length", "9"}};
  EXPECT_EQ(request_text(send, "d"), "PUT / HTTP/1.1\r\nHost: d\r\nContent-Length: 9\r\n\r\nab");
  OriginAnswer answer;
  answer.status = 200;
  answer.is_chunked = true;
  answer.reply.body = "abc";
  EXPECT_EQ(reply_text(answer), "HTTP/1.1 200 Scripted\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
  answer.status = 304;
  EXPECT_EQ(reply_text(answer), "HTTP/1.1 304 Scripted\r\n\r\n");
}

}  // namespace
}  // namespace gust::scenarios
