// The helpers together: origin, relays as regional and edges, ten viewers, a hundred requests; under many seeds.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>

#include "rt/loop.h"
#include "rt/sim_world.h"
#include "sim/origin.h"
#include "sim/relay.h"
#include "sim/viewer.h"

namespace gust::sim {
namespace {

rt::Endpoint at(std::string_view address) { return *rt::read_address(address, 80); }

rt::Task<void> ask_several(Viewer& viewer, int count, std::vector<Reply>& replies) {
  for (int i = 0; i < count; ++i) {
    Reply reply = co_await viewer.ask(get_text(fmt::format("/{}", i), "www.example.com"));
    replies.push_back(std::move(reply));
  }
  viewer.close();
}

struct Topology {
  explicit Topology(std::uint64_t seed, const rt::sim::WorldOptions& options = {}) : world(seed, options) {
    origin = std::make_unique<Origin>(world.add_host("origin", "10.0.0.1"), at("10.0.0.1"));
    regional = std::make_unique<Relay>(world.add_host("regional", "10.0.0.2"), at("10.0.0.2"), at("10.0.0.1"));
    edges[0] = std::make_unique<Relay>(world.add_host("edge1", "10.0.0.3"), at("10.0.0.3"), at("10.0.0.2"));
    edges[1] = std::make_unique<Relay>(world.add_host("edge2", "10.0.0.4"), at("10.0.0.4"), at("10.0.0.2"));
    for (int i = 0; i < 10; ++i) {
      rt::Loop& loop = world.add_host(fmt::format("viewer{}", i), fmt::format("10.0.1.{}", i + 1));
      viewers.push_back(std::make_unique<Viewer>(loop, at(i % 2 ? "10.0.0.3" : "10.0.0.4")));
      scopes.push_back(std::make_unique<rt::Scope>(loop));
    }
  }
  ~Topology() {
    origin->stop();
    regional->stop();
    for (const auto& edge : edges) edge->stop();
    EXPECT_TRUE(world.run_until([&] {
      return origin->has_ended() && regional->has_ended() && edges[0]->has_ended() && edges[1]->has_ended();
    })) << world.report();
  }
  bool run(int count) {
    for (std::size_t i = 0; i < viewers.size(); ++i) scopes[i]->spawn(ask_several(*viewers[i], count, replies));
    return world.run_until(
        [&] { return std::ranges::all_of(scopes, [](const auto& scope) { return scope->running() == 0; }); });
  }

  rt::sim::World world;
  std::unique_ptr<Origin> origin;
  std::unique_ptr<Relay> regional;
  std::array<std::unique_ptr<Relay>, 2> edges;
  std::vector<std::unique_ptr<Viewer>> viewers;
  std::vector<std::unique_ptr<rt::Scope>> scopes;
  std::vector<Reply> replies;
};

TEST(Topology, ManySeedsCarryEveryReplyUnchanged) {
  const std::string body(2000, 'b');
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    Topology topology(seed);
    topology.origin->add({.is_repeated = true, .reply = reply_text(200, {}, body)});
    ASSERT_TRUE(topology.run(10)) << topology.world.report();
    ASSERT_EQ(topology.replies.size(), 100U);
    for (const Reply& reply : topology.replies) ASSERT_TRUE(!reply.failure && reply.message.body == body) << seed;
    EXPECT_EQ(topology.origin->request_count(), 100U);
    EXPECT_EQ(topology.origin->request_count_of("/3"), 10U);
    EXPECT_TRUE(topology.origin->complaints().empty());
  }
}

TEST(Topology, ResetsOnTheWayAreFailuresAndNeverShortReplies) {
  const std::string body(2000, 'b');
  std::size_t failures = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    Topology topology(seed, {.links = {.reset_chance = 0.01}});
    topology.origin->add({.is_repeated = true, .reply = reply_text(200, {}, body)});
    ASSERT_TRUE(topology.run(10)) << topology.world.report();
    for (const Reply& reply : topology.replies) {
      if (reply.failure) ++failures;
      ASSERT_TRUE(reply.failure || reply.message.body == body);
    }
  }
  EXPECT_GT(failures, 10U);
}

TEST(Origin, AnswersInOrderWaitsAndComplains) {
  Topology topology(1);
  Origin& origin = *topology.origin;
  origin.add({.target = "/0", .fields = {{"Accept", "text/html"}}, .reply = reply_text(200, {}, "never")});
  origin.add(
      {.target = "/0", .absent_fields = {"Accept"}, .wait = std::chrono::seconds{9}, .reply = reply_text(201, {}, "")});
  origin.add({.target = "/1", .reply = reply_text(200, {}, "half of it"), .pause = std::chrono::seconds{9}});
  const Instant start = topology.world.now();
  ASSERT_TRUE(topology.world.run(topology.scopes[0]->loop(), ask_several(*topology.viewers[0], 3, topology.replies)));
  EXPECT_GE(topology.world.now() - start, std::chrono::seconds{18});
  EXPECT_EQ(topology.replies[0].status, 201);
  EXPECT_EQ(topology.replies[1].message.body, "half of it");
  EXPECT_EQ(topology.replies[2].status, 500);
  EXPECT_EQ(origin.complaints(),
            (std::vector<std::string>{"no answer fits: GET /2 HTTP/1.1", "was not asked for GET /0"}));
}

TEST(Origin, ClosesResetsAndStallsAsTold) {
  Topology topology(2);
  Origin& origin = *topology.origin;
  origin.add({.target = "/0", .reply = "HTTP/1.1 200 OK\r\n\r\nto the end", .then = Answer::Then::close});
  origin.add(
      {.target = "/1", .reply = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", .then = Answer::Then::reset});
  origin.add({.target = "/2", .then = Answer::Then::stall});
  ASSERT_TRUE(topology.world.run(topology.scopes[0]->loop(), ask_several(*topology.viewers[0], 3, topology.replies)));
  EXPECT_EQ(topology.replies[0].message.body, "to the end");
  EXPECT_EQ(topology.replies[1].failure, Errc::reset);
  EXPECT_EQ(topology.replies[2].failure, Errc::timed_out);
}

rt::Task<void> head_then_interim(Viewer& viewer, std::vector<Reply>& replies) {
  replies.push_back(co_await viewer.ask("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n"));
  replies.push_back(co_await viewer.ask(get_text("/", "a")));
}

TEST(Viewer, KnowsHeadAndInterimReplies) {
  Topology topology(3);
  topology.origin->add({.method = "HEAD", .reply = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"});
  topology.origin->add({.reply = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + reply_text(200, {}, "late")});
  ASSERT_TRUE(
      topology.world.run(topology.scopes[0]->loop(), head_then_interim(*topology.viewers[0], topology.replies)));
  EXPECT_EQ(topology.replies[0].message.find("content-length"), "100");
  EXPECT_EQ(topology.replies[1].interim_count, 1);
  EXPECT_EQ(topology.replies[1].message.body, "late");
  EXPECT_EQ(topology.origin->connection_count(), 1U) << "one connection for both";
}

}  // namespace
}  // namespace gust::sim
