// The whole network under seeds: what viewers are given is what the origin had, once logged, never older than a purge.
//
// GUST_SIM_SEEDS (how many, default 100) and GUST_SIM_FIRST_SEED choose the seeds; a failure names its seed.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

#include "base/text.h"
#include "http/byteranges.h"
#include "http/range.h"
#include "network/sim_network.h"
#include "rt/loop.h"
#include "rt/scope.h"

namespace gust::network {
namespace {

constexpr int path_count = 12;
constexpr int requests_each = 10;
constexpr std::string_view ranges[] = {"bytes=3-9",
                                       "bytes=0-",
                                       "bytes=-20",
                                       "bytes=900-20000",
                                       "bytes=4096-8191",
                                       "bytes=70000-",
                                       "bytes=0-9,4000-4200,60000-"};

std::uint64_t number_from(const char* variable, std::uint64_t fallback) {
  const char* text = std::getenv(variable);
  return text ? parse_decimal(text).value_or(fallback) : fallback;
}

std::string path(std::uint64_t number) { return fmt::format("/{}", number); }

struct Faults {
  bool network = false;      // resets, loss, a partition between tiers
  bool origin = false;       // broken answers and 500s
  bool origin_dies = false;  // and comes back; and is slow, longer than anyone waits
  bool viewers_leave = false;
  bool clocks = false;        // wall clocks jump by hours, either way
  bool memory = false;        // room for a few objects only
  bool loses_purges = false;  // the canary: purges are confirmed and not applied
};

// One run: viewers ask, a purger changes and purges, and what viewers get is judged.
class Story {
 public:
  Story(std::uint64_t seed, const Faults& faults) : faults_(faults), network_(seed, options_for(faults)) {}

  // The violations seen; empty when all invariants held.
  std::vector<std::string> run() {
    if (faults_.origin) network_.origin().set_trouble(0.05, 0.05);
    rt::Scope control(network_.control_loop());
    control.spawn(purge_now_and_then());
    if (faults_.network) control.spawn(part_the_tiers());
    if (faults_.origin_dies) control.spawn(let_the_origin_die());
    if (faults_.clocks) control.spawn(jump_clocks());
    std::vector<std::unique_ptr<rt::Scope>> scopes;
    for (std::size_t i = 0; i < 10; ++i) {
      scopes.push_back(std::make_unique<rt::Scope>(network_.viewer_loop(i)));
      scopes.back()->spawn(view(i));
    }
    const bool ended = network_.world().run_until([&] {
      for (const auto& scope : scopes) {
        if (scope->running() > 0) return false;
      }
      return control.running() == 0;
    });
    if (!ended) {
      violations_.push_back("the story did not end: " + network_.world().report());
      control.cancel();
      for (const auto& scope : scopes) scope->cancel();
      network_.world().run_for(std::chrono::minutes(5));
    }
    judge_log();
    judge_memory();
    return violations_;
  }

  std::uint64_t trace_hash() { return network_.world().trace_hash(); }

 private:
  static constexpr ByteCount little_memory = 300_KiB;

  static SimNetworkOptions options_for(const Faults& faults) {
    SimNetworkOptions options;
    if (faults.memory) options.cache_bytes = little_memory;
    if (faults.network) {
      options.world.links.reset_chance = 0.0005;
      options.world.links.loss_chance = 0.01;
    }
    return options;
  }

  rt::Task<void> view(std::size_t viewer) {
    rt::Loop& loop = network_.viewer_loop(viewer);
    for (int i = 0; i < requests_each; ++i) {
      co_await rt::sleep_until(loop.now() + std::chrono::microseconds(loop.random() % 100'000));
      const std::string asked = path(loop.random() % path_count);
      const int oldest = oldest_allowed_[asked];
      const std::string id = fmt::format("{}-{}", viewer, i);
      std::vector<sim::TextField> fields;
      const std::string range(loop.random() % 3 == 0 ? ranges[loop.random() % std::size(ranges)] : "");
      if (!range.empty()) fields.push_back({"Range", range});
      const bool is_head = loop.random() % 10 == 0;
      std::string request = sim::get_text(asked + "?" + id, SimNetwork::domain, fields);
      if (is_head) request.replace(0, 3, "HEAD");
      sim::Viewer& its = network_.viewer(viewer);
      if (faults_.viewers_leave && loop.random() % 6 == 0) {
        if (!co_await its.send(request)) continue;
        co_await rt::sleep_until(loop.now() + std::chrono::microseconds(loop.random() % 30'000));
        its.reset();
        continue;
      }
      if (is_head) {
        if (!co_await its.send(request)) continue;
        judge({asked, oldest, id, range, true}, co_await its.read(sim::BodyRule::none));
      } else {
        judge({asked, oldest, id, range, false}, co_await its.ask(request));
      }
    }
  }

  bool has_trouble() const { return faults_.network || faults_.origin || faults_.origin_dies; }

  struct Question {
    const std::string& asked;
    int oldest;
    const std::string& id;
    const std::string& range;
    bool is_head;
  };

  void judge(const Question& question, const sim::Reply& reply) {
    const auto complain = [&](std::string_view what) {
      violations_.push_back(fmt::format("{} for {} ({}) {}", what, question.asked, question.id, question.range));
    };
    if (reply.failure) {
      // Slices of an object that has changed meanwhile do not go together.
      const bool has_changed = network_.origin().version_of(question.asked) != question.oldest;
      const bool is_long = body_of(question.asked, 0).size() > SimNetworkOptions{}.object_bytes_max;
      const bool may_fail = has_trouble() || (has_changed && (is_long || !question.range.empty()));
      if (!may_fail) complain(fmt::format("failure {}", name_of(*reply.failure)));
      return;
    }
    answered_.push_back(question.id);
    if (reply.status >= 500 && has_trouble()) return;
    if (reply.status != 200 && reply.status != 206 && reply.status != 416) {
      complain(fmt::format("status {} {}", reply.status, reply.message.body));
      return;
    }
    const auto version_text = reply.message.find("X-Version");
    const auto version = version_text ? parse_signed(*version_text) : std::nullopt;
    if (!version) {
      complain("an answer without the origin's fields");
      return;
    }
    if (*version < question.oldest) {
      complain(fmt::format("version {} after the purge that made {} current", *version, question.oldest));
    }
    if (question.is_head || reply.status == 416) return;
    const std::string body = body_of(question.asked, static_cast<int>(*version));
    const std::string expected = reply.status == 206 ? parts_of(question.range, body, reply) : body;
    if (reply.message.body != expected) complain("other bytes than the origin's");
  }

  // The content of the 206 that `range` means.
  static std::string parts_of(const std::string& range, const std::string& body, const sim::Reply& reply) {
    const http::PartsChoice choice = http::choose_parts(range, body.size(), true);
    if (choice.parts.size() == 1) return body.substr(choice.parts[0].offset, choice.parts[0].bytes);
    const std::string type(reply.message.find("Content-Type").value_or(""));
    const auto made = http::make_byteranges(choice.parts, body.size(), "text/plain", cut(type, '=').after);
    std::string content;
    for (std::size_t i = 0; i < choice.parts.size(); ++i) {
      content += made.frames[i] + body.substr(choice.parts[i].offset, choice.parts[i].bytes);
    }
    return content + made.frames.back();
  }

  rt::Task<void> purge_now_and_then() {
    rt::Loop& loop = network_.control_loop();
    for (std::uint64_t epoch = 10; epoch < 16; ++epoch) {
      co_await rt::sleep_until(loop.now() + std::chrono::microseconds(loop.random() % 200'000));
      const std::string one = path(loop.random() % path_count);
      const std::string items[] = {one, one, "#" + tag_of(one), "#" + tag_of(one), "/*", "#all"};
      const std::string item = items[loop.random() % std::size(items)];
      std::map<std::string, int> current;
      for (int i = 0; i < path_count; ++i) {
        const std::string each = path(static_cast<std::uint64_t>(i));
        if (item != "/*" && item != "#all" && item != "#" + tag_of(each) && item != each) continue;
        network_.origin().raise_version(each);
        current[each] = network_.origin().version_of(each);
      }
      control::Purge purge{
          .epoch = epoch, .distribution_id = std::string(SimNetwork::distribution_id), .paths = {item}};
      if (!faults_.loses_purges) co_await network_.delivery().purge(std::move(purge));
      for (const auto& [each, version] : current) oldest_allowed_[each] = version;
    }
  }

  rt::Task<void> part_the_tiers() {
    rt::Loop& loop = network_.control_loop();
    co_await rt::sleep_until(loop.now() + std::chrono::microseconds(loop.random() % 500'000));
    network_.world().partition("edge1", "regional");
    co_await rt::sleep_until(loop.now() + std::chrono::seconds(3));
    network_.world().heal("edge1", "regional");
  }

  rt::Task<void> let_the_origin_die() {
    rt::Loop& loop = network_.control_loop();
    network_.origin().set_slow(0.05, std::chrono::seconds(8));
    for (int death = 0; death < 2; ++death) {
      co_await rt::sleep_until(loop.now() + std::chrono::microseconds(loop.random() % 500'000));
      network_.origin().set_dead(true);
      for (const char* host : {"regional", "edge1", "edge2"}) network_.world().reset_connections("origin", host);
      co_await rt::sleep_until(loop.now() + std::chrono::microseconds(loop.random() % 3'000'000));
      network_.origin().set_dead(false);
    }
  }

  rt::Task<void> jump_clocks() {
    rt::Loop& loop = network_.control_loop();
    for (int jump = 0; jump < 6; ++jump) {
      co_await rt::sleep_until(loop.now() + std::chrono::microseconds(loop.random() % 300'000));
      const char* hosts[] = {"origin", "regional", "edge1", "edge2"};
      const auto minutes = static_cast<std::int64_t>(loop.random() % 600) - 300;
      network_.world().jump_wall(hosts[loop.random() % std::size(hosts)], std::chrono::minutes(minutes));
    }
  }

  // Once all is quiet no fill is left, and what is kept is within its bound.
  void judge_memory() {
    network_.world().run_for(std::chrono::minutes(2));
    for (const auto& node : network_.nodes()) {
      const cache::Counters counters = node->node().cache().counters();
      if (counters.fills > 0)
        violations_.push_back(fmt::format("{} fills are left at {}", counters.fills, node->name()));
      if (counters.bytes_used > counters.bytes_max) {
        violations_.push_back(
            fmt::format("{} bytes at {}, beyond its {}", counters.bytes_used, node->name(), counters.bytes_max));
      }
    }
  }

  // One line a request: who got an answer stands in the log exactly once, the others at most once.
  void judge_log() {
    std::map<std::string, int, std::less<>> lines;
    for (const observe::AccessRecord& record : network_.edge_log().records()) ++lines[std::string(record.query)];
    for (const auto& [id, count] : lines) {
      if (count > 1) violations_.push_back(fmt::format("{} log lines for {}", count, id));
    }
    for (const std::string& id : answered_) {
      if (!lines.contains(id)) violations_.push_back(fmt::format("no log line for {}", id));
    }
  }

  Faults faults_;
  SimNetwork network_;
  std::map<std::string, int> oldest_allowed_;
  std::vector<std::string> answered_;
  std::vector<std::string> violations_;
};

// `share`: how many times the number of seeds.
void expect_no_violation(const Faults& faults, std::uint64_t share = 1) {
  const std::uint64_t first = number_from("GUST_SIM_FIRST_SEED", 1);
  const std::uint64_t count = share * number_from("GUST_SIM_SEEDS", 100);
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    const auto violations = Story(seed, faults).run();
    ASSERT_TRUE(violations.empty()) << "seed " << seed << ": " << violations.front() << " (" << violations.size()
                                    << ")";
  }
}

TEST(Network, InFairWeatherEveryAnswerIsTheOriginsAndNoneOlderThanAPurge) { expect_no_violation({}); }

TEST(Network, WithResetsLossAndAPartitionNoAnswerIsWrongOrOlderThanAPurge) { expect_no_violation({.network = true}); }

TEST(Network, WithABreakingOriginNoAnswerIsWrongOrOlderThanAPurge) {
  expect_no_violation({.network = true, .origin = true});
}

TEST(Network, WithEveryTroubleAtOnceNothingHangsLeaksOrIsWrong) {
  Faults all;
  all.network = all.origin = all.origin_dies = all.viewers_leave = all.clocks = all.memory = true;
  expect_no_violation(all, 10);
}

TEST(NetworkCanary, PurgesThatAreConfirmedAndNotAppliedAreNoticed) {
  std::size_t noticed = 0;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) noticed += !Story(seed, {.loses_purges = true}).run().empty();
  EXPECT_GT(noticed, 0U);
}

TEST(Network, ARunIsAFunctionOfItsSeed) {
  const auto hash_of = [](std::uint64_t seed) {
    Story story(seed, {.network = true});
    story.run();
    return story.trace_hash();
  };
  EXPECT_EQ(hash_of(7), hash_of(7));
  EXPECT_NE(hash_of(7), hash_of(8));
}

}  // namespace
}  // namespace gust::network
