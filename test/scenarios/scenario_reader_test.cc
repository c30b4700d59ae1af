#include "scenarios/scenario_reader.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace gust::scenarios {
namespace {

using std::chrono::milliseconds;

std::vector<Scenario> read(std::string_view text) {
  auto scenarios = read_scenarios(text, "test.scenario");
  EXPECT_TRUE(scenarios) << scenarios.error().line << ": " << scenarios.error().text;
  return scenarios.value_or(std::vector<Scenario>{});
}

std::string mistake_in(std::string_view text) {
  auto scenarios = read_scenarios(text, "test.scenario");
  return scenarios ? "none" : std::to_string(scenarios.error().line) + ": " + scenarios.error().text;
}

constexpr std::string_view style_example = R"(scenario "two viewers miss together, the origin is asked once"
origin o1
  expect GET /a.css
  wait   200ms
  reply  200 body "hello" field Cache-Control "max-age=60"
edge e1 to o1
viewers v1 v2 together
  send   GET /a.css
  expect 200 body "hello"
counters e1 origin_requests == 1
)";

TEST(ScenarioReader, ReadsTheExampleOfTheStyleGuide) {
  const std::vector<Scenario> scenarios = read(style_example);
  ASSERT_EQ(scenarios.size(), 1U);
  const Scenario& scenario = scenarios[0];
  EXPECT_EQ(scenario.name, "two viewers miss together, the origin is asked once");
  EXPECT_EQ(scenario.file, "test.scenario");
  ASSERT_EQ(scenario.statements.size(), 4U);

  const auto& origin = std::get<StartOrigin>(scenario.statements[0].what);
  EXPECT_EQ(origin.name, "o1");
  ASSERT_EQ(origin.answers.size(), 1U);
  const OriginAnswer& answer = origin.answers[0];
  EXPECT_EQ(answer.method + answer.target, "GET/a.css");
  EXPECT_EQ(answer.wait, milliseconds(200));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.reply.body, "hello");
  EXPECT_EQ(answer.reply.fields, (std::vector<Field>{{"Cache-Control", "max-age=60"}}));

  const auto& edge = std::get<StartNode>(scenario.statements[1].what);
  EXPECT_EQ(edge.role, StartNode::Role::edge);
  EXPECT_EQ(edge.upstreams, (std::vector<std::string>{"o1"}));

  const auto& viewers = std::get<RunViewers>(scenario.statements[2].what);
  EXPECT_EQ(viewers.viewers, (std::vector<ViewerAt>{{"v1", "e1"}, {"v2", "e1"}}));
  EXPECT_TRUE(viewers.is_together);
  EXPECT_EQ(std::get<Send>(viewers.steps[0].what).target, "/a.css");
  EXPECT_EQ(std::get<Expect>(viewers.steps[1].what).words.body, "hello");
  EXPECT_EQ(viewers.steps[1].line, 9);

  const auto& check = std::get<CheckCounter>(scenario.statements[3].what);
  EXPECT_EQ(check.counter, "origin_requests");
  EXPECT_EQ(check.relation, CheckCounter::Relation::equal);
  EXPECT_EQ(check.number, 1U);
}

TEST(ScenarioReader, ReadsAllKindsOfAnswers) {
  const auto scenarios = read(R"(scenario s
origin o
  expect always POST "/a b" field X "1" no-field Y has-field Z body "in"
  pause 3s
  reply 200 chunked close body 5 bytes
  expect GET /raw
  reply raw "HTTP/1.1 200\r\n\x41\tq\"\\" close
  expect GET /reset
  reset
  expect GET /stall   # never
  stall
)");
  const auto& answers = std::get<StartOrigin>(scenarios[0].statements[0].what).answers;
  ASSERT_EQ(answers.size(), 4U);
  EXPECT_TRUE(answers[0].is_repeated && answers[0].is_chunked && answers[0].closes);
  EXPECT_EQ(answers[0].target, "/a b");
  EXPECT_EQ(answers[0].expected.absent_fields, (std::vector<std::string>{"Y"}));
  EXPECT_EQ(answers[0].expected.present_fields, (std::vector<std::string>{"Z"}));
  EXPECT_EQ(answers[0].pause, std::chrono::seconds(3));
  EXPECT_EQ(answers[0].expected.body, "in");
  EXPECT_EQ(answers[0].reply.body, "0.1.2");
  EXPECT_EQ(answers[1].kind, OriginAnswer::Kind::raw);
  EXPECT_EQ(answers[1].raw, "HTTP/1.1 200\r\nA\tq\"\\");
  EXPECT_EQ(answers[2].kind, OriginAnswer::Kind::reset);
  EXPECT_EQ(answers[3].kind, OriginAnswer::Kind::stall);
}

TEST(ScenarioReader, ReadsNodesViewersAndTime) {
  const auto scenarios = read(R"(
# a comment
scenario "one"
regional r to o1 o2
edge e1 to r
  distribution enabled no
  limits cache-bytes 100
  behavior *        default-ttl 1m query all
  behavior /img/*   headers Accept,Origin
edge e2 to r
advance 2d
viewer v at e1
  send GET / host d1.example patience 30ms field Range "bytes=0-1"
  wait 1500us
  expect 206 no-field Age
  send raw "garbage"
  expect failure
counters e1 hits >= 2
scenario "two")");
  ASSERT_EQ(scenarios.size(), 2U);
  const auto& statements = scenarios[0].statements;
  EXPECT_EQ(std::get<StartNode>(statements[0].what).role, StartNode::Role::regional);
  EXPECT_EQ(std::get<StartNode>(statements[0].what).upstreams.size(), 2U);
  EXPECT_EQ(std::get<StartNode>(statements[1].what).distribution, (std::vector<Setting>{{"enabled", "no"}}));
  EXPECT_EQ(std::get<StartNode>(statements[1].what).limits, (std::vector<Setting>{{"cache-bytes", "100"}}));
  const auto& behaviors = std::get<StartNode>(statements[1].what).behaviors;
  EXPECT_EQ(behaviors[0].settings, (std::vector<Field>{{"default-ttl", "1m"}, {"query", "all"}}));
  EXPECT_EQ(behaviors[1].pattern, "/img/*");
  EXPECT_EQ(std::get<Advance>(statements[3].what).time, std::chrono::hours{48});
  const auto& viewers = std::get<RunViewers>(statements[4].what);
  EXPECT_EQ(viewers.viewers, (std::vector<ViewerAt>{{"v", "e1"}}));
  EXPECT_FALSE(viewers.is_together);
  EXPECT_EQ(std::get<Send>(viewers.steps[0].what).host, "d1.example");
  EXPECT_EQ(std::get<Send>(viewers.steps[0].what).patience, milliseconds(30));
  EXPECT_EQ(std::get<Wait>(viewers.steps[1].what).time, std::chrono::microseconds{1500});
  EXPECT_EQ(std::get<Send>(viewers.steps[3].what).raw, "garbage");
  EXPECT_TRUE(std::get<Expect>(viewers.steps[4].what).is_failure);
}

TEST(ScenarioReader, ReadsFaultsAndPurges) {
  const auto scenarios = read(R"(scenario s
origin o
origin o stops
regional stops to o
regional r stops
origin o starts
  expect GET /a
  reply 200
purge r e1 "/a b*"
partition e1 r
heal e1 r
)");
  const auto& statements = scenarios[0].statements;
  EXPECT_FALSE(std::get<StartOrigin>(statements[0].what).is_again);
  EXPECT_EQ(std::get<Stop>(statements[1].what).name, "o");
  EXPECT_EQ(std::get<StartNode>(statements[2].what).name, "stops");
  EXPECT_EQ(std::get<Stop>(statements[3].what).name, "r");
  EXPECT_TRUE(std::get<StartOrigin>(statements[4].what).is_again);
  EXPECT_EQ(std::get<StartOrigin>(statements[4].what).answers.size(), 1U);
  EXPECT_EQ(std::get<Purge>(statements[5].what).nodes, (std::vector<std::string>{"r", "e1"}));
  EXPECT_EQ(std::get<Purge>(statements[5].what).path, "/a b*");
  EXPECT_EQ(std::get<Partition>(statements[6].what).b, "r");
  EXPECT_FALSE(std::get<Partition>(statements[6].what).is_healed);
  EXPECT_TRUE(std::get<Partition>(statements[7].what).is_healed);
}

TEST(ScenarioReader, ReadsViewersAtSeveralEdges) {
  const auto scenarios = read("scenario s\nedge e to o\nviewers a b at e1 c at e2 d together");
  const auto& viewers = std::get<RunViewers>(scenarios[0].statements[1].what);
  EXPECT_EQ(viewers.viewers, (std::vector<ViewerAt>{{"a", "e1"}, {"b", "e1"}, {"c", "e2"}, {"d", "e"}}));
  EXPECT_TRUE(viewers.is_together);
}

bool is_for_simulation_only(std::string_view more) {
  return needs_simulation(read("scenario s\norigin o\nedge e to o\n" + std::string(more))[0]);
}

TEST(Scenario, WhatPassesTimeOrPartsTheNetworkNeedsSimulation) {
  EXPECT_FALSE(is_for_simulation_only("viewer v\n  send GET /\n  expect 200\norigin o stops\npurge e /"));
  EXPECT_TRUE(is_for_simulation_only("advance 1s"));
  EXPECT_TRUE(is_for_simulation_only("viewer v\n  wait 1s"));
  EXPECT_TRUE(is_for_simulation_only("partition e o"));
  EXPECT_TRUE(is_for_simulation_only("origin p\n  expect GET /\n  stall"));
  EXPECT_FALSE(is_for_simulation_only("origin p\n  expect GET /\n  wait 10ms\n  pause 10ms\n  reply 200"));
}

TEST(ScenarioReader, SaysWhereAMistakeIs) {
  const std::string start = "scenario s\n";
  EXPECT_EQ(mistake_in("origin o"), "1: a file begins with scenario");
  EXPECT_EQ(mistake_in("  origin o"), "1: an indented line belongs under another");
  EXPECT_EQ(mistake_in("scenario \"open"), "1: a quoted word is not closed");
  EXPECT_EQ(mistake_in("scenario \"\\q\""), "1: unknown escape in a quoted word");
  EXPECT_EQ(mistake_in(start + "cache c"), "2: `cache` is not a statement");
  EXPECT_EQ(mistake_in(start + "origin o\n  reply 200"), "3: an expect must come first");
  EXPECT_EQ(mistake_in(start + "origin o\n  expect GET /"), "2: the last expect has no reply, reset or stall");
  EXPECT_EQ(mistake_in(start + "origin o\n  expect GET"), "3: expected a target at the end of the line");
  EXPECT_EQ(mistake_in(start + "origin o\n  expect GET /\n  reply 999"), "4: 999 is not a status");
  EXPECT_EQ(mistake_in(start + "origin o\n  expect GET /\n  reply 200 boddy x"), "4: `boddy` is not understood here");
  EXPECT_EQ(mistake_in(start + "origin o\n  expect GET /\n  wait 5"), "4: expected a time such as 200ms, found `5`");
  EXPECT_EQ(mistake_in(start + "edge e"), "2: expected `to` and its upstream");
  EXPECT_EQ(mistake_in(start + "viewers v"), "2: no edge has been started");
  EXPECT_EQ(mistake_in(start + "edge e to o\nviewer v\n  expect 200"),
            "4: nothing was sent that this could be the reply to");
  EXPECT_EQ(mistake_in(start + "edge e to o\nviewer v\n  send GET /"), "3: the last send has no expect");
  EXPECT_EQ(mistake_in(start + "edge e to o\nviewer v\n  send GET / body x bytes\n"),
            "4: expected a number of bytes, found `x`");
  EXPECT_EQ(mistake_in(start + "edge e to o\nviewers at e"), "3: the viewers stand before their `at`");
  EXPECT_EQ(mistake_in(start + "edge e to o\n  cache 1"),
            "3: an edge or regional has distribution, behavior and limits");
  EXPECT_EQ(mistake_in(start + "edge e to o\n  limits cache-bytes"), "3: expected its value at the end of the line");
  EXPECT_EQ(mistake_in(start + "edge e to o\nviewer v\n  send GET / has-field X\n"),
            "4: a request says what it has, not what it has not");
  EXPECT_EQ(mistake_in(start + "origin o\n  expect GET /\n  reply 200 no-field X"),
            "4: a reply says what it has, not what it has not");
  EXPECT_EQ(mistake_in(start + "origin o stops\n  expect GET /"), "3: nothing stands under stops");
  EXPECT_EQ(mistake_in(start + "purge e"), "2: expected a path at the end of the line");
  EXPECT_EQ(mistake_in(start + "partition e"), "2: expected another name at the end of the line");
  EXPECT_EQ(mistake_in(start + "counters e c = 1"), "2: `=` is not a relation");
  EXPECT_EQ(mistake_in(start + "counters e c == -1"), "2: expected a number, found `-1`");
  EXPECT_EQ(mistake_in(start + "advance 1s\n  more"), "3: nothing stands under advance");
}

TEST(Stories, AllScenarioFilesCanBeRead) {
  int count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(SCENARIO_STORIES)) {
    if (entry.path().extension() != ".scenario") continue;
    std::ostringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    const auto scenarios = read_scenarios(text.str(), entry.path().filename().string());
    EXPECT_TRUE(scenarios) << entry.path() << ":" << scenarios.error().line << ": " << scenarios.error().text;
    count += scenarios && !scenarios->empty() ? 1 : 0;
  }
  EXPECT_GT(count, 0);
}

}  // namespace
}  // namespace gust::scenarios
