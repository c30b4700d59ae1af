// The stories, each a test named by its sentence: in the simulated world under many seeds, and over real sockets where
// it needs no simulation.
//
// GUST_SIM_SEEDS (how many, default 20) and GUST_SIM_FIRST_SEED choose the seeds; a failure names its seed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <sstream>

#include "base/text.h"
#include "scenarios/network_maker.h"
#include "scenarios/real_world.h"
#include "scenarios/scenario_reader.h"
#include "scenarios/scenario_runner.h"
#include "scenarios/simulated_world.h"

namespace gust::scenarios {

// For GoogleTest.
static void PrintTo(const Scenario& scenario, std::ostream* out) { *out << scenario.file; }

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::uint64_t number_from(const char* variable, std::uint64_t fallback) {
  const char* text = std::getenv(variable);
  return text ? parse_decimal(text).value_or(fallback) : fallback;
}

// In the order of their files' names. One that cannot be read is a failure of its own.
std::vector<Scenario> read_stories() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(SCENARIO_STORIES)) paths.push_back(entry.path());
  std::ranges::sort(paths);
  std::vector<Scenario> stories;
  for (const std::filesystem::path& path : paths) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    auto read = read_scenarios(text.str(), path.filename().string());
    if (!read) continue;
    for (Scenario& story : *read) stories.push_back(std::move(story));
  }
  return stories;
}

std::vector<Scenario> read_stories_for_real_sockets() {
  std::vector<Scenario> stories = read_stories();
  std::erase_if(stories, needs_simulation);
  return stories;
}

// "a hit tells its age" becomes AHitTellsItsAge.
std::string test_name_of(const testing::TestParamInfo<Scenario>& story) {
  std::string name;
  bool is_first = true;
  for (const char c : story.param.name) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte)) name += is_first ? static_cast<char>(std::toupper(byte)) : c;
    is_first = !std::isalnum(byte);
  }
  return name;
}

std::vector<std::string> failures_in_simulation(const Scenario& story, std::uint64_t seed) {
  NetworkMaker maker("");
  SimulatedWorld world(seed, maker);
  return run_scenario(story, world);
}

std::vector<std::string> failures_over_sockets(const Scenario& story, rt::IoBackend backend = rt::IoBackend::epoll) {
  NetworkMaker maker(".localhost");
  RealWorld world(maker, backend);
  return run_scenario(story, world);
}

class SimulatedStory : public testing::TestWithParam<Scenario> {};
TEST_P(SimulatedStory, Holds) {
  const std::uint64_t first = number_from("GUST_SIM_FIRST_SEED", 1);
  const std::uint64_t count = number_from("GUST_SIM_SEEDS", 20);
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    ASSERT_THAT(failures_in_simulation(GetParam(), seed), IsEmpty()) << "seed " << seed;
  }
}
INSTANTIATE_TEST_SUITE_P(All, SimulatedStory, testing::ValuesIn(read_stories()), test_name_of);

class SocketStory : public testing::TestWithParam<Scenario> {};
TEST_P(SocketStory, Holds) { EXPECT_THAT(failures_over_sockets(GetParam()), IsEmpty()); }
INSTANTIATE_TEST_SUITE_P(All, SocketStory, testing::ValuesIn(read_stories_for_real_sockets()), test_name_of);

class IoUringStory : public testing::TestWithParam<Scenario> {};
TEST_P(IoUringStory, Holds) {
  if (const auto tried = rt::try_io_uring(); !tried) GTEST_SKIP() << tried.error().text;
  EXPECT_THAT(failures_over_sockets(GetParam(), rt::IoBackend::io_uring), IsEmpty());
}
INSTANTIATE_TEST_SUITE_P(All, IoUringStory, testing::ValuesIn(read_stories_for_real_sockets()), test_name_of);

// Canaries: stories that must not hold.
Scenario story_of(std::string_view more) {
  constexpr std::string_view start =
      "scenario s\norigin o\n  expect always GET /a\n  reply 200 body a field Cache-Control max-age=60\nedge e to o\n"
      "viewers v w\n  send GET /a\n  expect 200 body a\n";
  return read_scenarios(std::string(start) + std::string(more), "s")->front();
}

TEST(StoriesCanary, AHitWhereThereIsNoneIsNoticed) {
  const Scenario story =
      story_of("purge e /a\nviewer v\n  send GET /a\n  expect 200 field X-Cache \"Hit from cloudfront\"");
  const auto noticed = ElementsAre(HasSubstr("expected field X-Cache: Hit from cloudfront, got another"));
  EXPECT_THAT(failures_in_simulation(story, 1), noticed);
  EXPECT_THAT(failures_over_sockets(story), noticed);
}

TEST(StoriesCanary, ARequestTooManyIsNoticed) {
  const Scenario story = story_of("purge e /*\nviewer v\n  send GET /a\n  expect 200\ncounters e origin_requests == 1");
  const auto noticed = ElementsAre(HasSubstr("origin_requests of e is 2"));
  EXPECT_THAT(failures_in_simulation(story, 1), noticed);
  EXPECT_THAT(failures_over_sockets(story), noticed);
}

TEST(StoriesCanary, ANodeThatAsksWithoutNeedIsNoticedByTheOrigin) {
  const Scenario story = story_of("viewer v\n  send GET /b\n  expect 500");
  EXPECT_THAT(failures_in_simulation(story, 1), ElementsAre(HasSubstr("no answer fits: GET /b")));
  EXPECT_THAT(failures_over_sockets(story), ElementsAre(HasSubstr("no answer fits: GET /b")));
}

TEST(Stories, WhatARealWorldCannotDoIsAComplaint) {
  EXPECT_THAT(failures_over_sockets(story_of("advance 1s")), ElementsAre(HasSubstr("real time does not advance")));
  EXPECT_THAT(failures_over_sockets(story_of("partition e o")), ElementsAre(HasSubstr("not partitioned")));
}

}  // namespace
}  // namespace gust::scenarios
