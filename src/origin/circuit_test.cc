#include "origin/circuit.h"

#include <gtest/gtest.h>

#include "origin/fetch.h"

namespace gust::origin {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Error refused{.code = Errc::refused, .side = Side::origin, .text = "refused"};
constexpr Error silent{.code = Errc::timed_out, .side = Side::origin, .text = "silent"};

struct CircuitTest : testing::Test {
  Circuits circuits{{}};
  Instant now{seconds(1000)};

  // One request to `origin` that learns `lesson`. Gives what enter() said.
  Circuits::State pass(const Lesson& lesson, std::string_view origin = "o") {
    const Circuits::State state = circuits.enter(origin, now);
    circuits.report(origin, state, lesson, now);
    return state;
  }
  Lesson lost() const { return {.kind = Lesson::lost, .error = refused, .phase = FetchPhase::connect}; }
  Lesson erring() const { return lesson_of(503); }
  Lesson answered() const { return lesson_of(404); }
  bool is_tripped(std::string_view origin = "o") const { return circuits.find(origin).is_tripped; }
  void trip() {
    for (int i = 0; i < 3; ++i) pass(lost());
  }
};

TEST_F(CircuitTest, ItTripsAtTheThirdFailureInARowAndTellsTheLastOne) {
  pass(lost());
  pass(lost());
  EXPECT_FALSE(is_tripped());
  pass(lost());
  const Circuits::State state = circuits.find("o");
  EXPECT_TRUE(state.is_tripped);
  EXPECT_TRUE(state.is_lost);
  EXPECT_EQ(state.error, refused);
  EXPECT_EQ(state.until, now + seconds(1));
  EXPECT_EQ(circuits.tripped(), 1U);
  EXPECT_EQ(circuits.trips(), 1U);
}

TEST_F(CircuitTest, AnAnswerBetweenBeginsTheCountAnew) {
  for (int i = 0; i < 10; ++i) {
    pass(lost());
    pass(erring());
    pass(answered());
  }
  EXPECT_FALSE(is_tripped());
  EXPECT_EQ(circuits.trips(), 0U);
}

TEST_F(CircuitTest, OthersAreNotTouched) {
  trip();
  EXPECT_FALSE(is_tripped("p"));
  EXPECT_FALSE(circuits.enter("p", now).is_probe);
}

TEST_F(CircuitTest, OneProbeAtATimeAndItsAnswerCloses) {
  trip();
  EXPECT_FALSE(circuits.enter("o", now).is_probe);
  now += seconds(1);
  const Circuits::State probe = circuits.enter("o", now);
  EXPECT_TRUE(probe.is_probe);
  EXPECT_FALSE(circuits.enter("o", now).is_probe);
  circuits.report("o", probe, answered(), now);
  EXPECT_FALSE(is_tripped());
  EXPECT_EQ(circuits.tripped(), 0U);
}

TEST_F(CircuitTest, EachProbeThatFailsDoublesThePauseToItsBound) {
  trip();
  for (const int pause : {2, 4, 8, 16, 30, 30}) {
    now = circuits.find("o").until;
    EXPECT_TRUE(pass(lost()).is_probe);
    EXPECT_EQ(circuits.find("o").until, now + seconds(pause));
  }
}

TEST_F(CircuitTest, WhatWasOnItsWayWhenItTrippedDoesNotLengthenThePause) {
  const Circuits::State early = circuits.enter("o", now);
  trip();
  for (int i = 0; i < 20; ++i) circuits.report("o", early, lost(), now);
  EXPECT_EQ(circuits.find("o").until, now + seconds(1));
}

TEST_F(CircuitTest, AProbeThatHangsKeepsNobodyFromTheNext) {
  trip();
  now += seconds(1);
  EXPECT_TRUE(circuits.enter("o", now).is_probe);
  now += seconds(5);
  EXPECT_TRUE(circuits.enter("o", now).is_probe);
}

TEST_F(CircuitTest, AProbeThatLearntNothingLeavesTheNextToAnother) {
  trip();
  now += seconds(1);
  EXPECT_TRUE(pass({.kind = Lesson::none}).is_probe);
  EXPECT_TRUE(circuits.enter("o", now).is_probe);
  EXPECT_TRUE(is_tripped());
}

TEST_F(CircuitTest, OneThatAnswers5xxIsNotLost) {
  for (int i = 0; i < 3; ++i) pass(erring());
  EXPECT_TRUE(is_tripped());
  EXPECT_FALSE(circuits.find("o").is_lost);
}

TEST_F(CircuitTest, Stale8TheServicesWayNeverTrips) {
  Circuits never_trips({.failures_to_trip = 0});
  for (int i = 0; i < 100; ++i) never_trips.report("o", never_trips.enter("o", now), lost(), now);
  EXPECT_FALSE(never_trips.find("o").is_tripped);
}

TEST_F(CircuitTest, OriginsAreBoundedAndTheOldestTroubleIsForgotten) {
  Circuits few({.failures_to_trip = 1, .origins_max = 2});
  for (const char* origin : {"a", "b", "c"}) {
    few.report(origin, few.enter(origin, now), lost(), now);
    now += milliseconds(1);
  }
  EXPECT_FALSE(few.find("a").is_tripped);
  EXPECT_TRUE(few.find("b").is_tripped);
  EXPECT_TRUE(few.find("c").is_tripped);
  EXPECT_EQ(few.tripped(), 2U);
}

TEST(CircuitLesson, WhatIsLearntFromAFailure) {
  const auto kind = [](Errc code, FetchPhase phase, Side side = Side::origin) {
    FetchFacts facts;
    facts.phase = phase;
    return lesson_of(Error{.code = code, .side = side, .text = ""}, facts).kind;
  };
  EXPECT_EQ(kind(Errc::refused, FetchPhase::connect), Lesson::lost);
  EXPECT_EQ(kind(Errc::timed_out, FetchPhase::head), Lesson::lost);
  EXPECT_EQ(kind(Errc::closed, FetchPhase::head), Lesson::lost);
  EXPECT_EQ(kind(Errc::name_not_found, FetchPhase::resolve), Lesson::lost);
  EXPECT_EQ(kind(Errc::bad_framing, FetchPhase::head), Lesson::erring);
  EXPECT_EQ(kind(Errc::cancelled, FetchPhase::head), Lesson::none);
  EXPECT_EQ(kind(Errc::would_exceed_limit, FetchPhase::queue, Side::own), Lesson::none);
  EXPECT_EQ(kind(Errc::short_body, FetchPhase::send, Side::viewer), Lesson::none);
  EXPECT_EQ(kind(Errc::access_denied, FetchPhase::connect), Lesson::none);
}

TEST(CircuitLesson, Orig4EachAttemptToConnectCounts) {
  FetchFacts facts;
  facts.phase = FetchPhase::connect;
  facts.attempts = 3;
  EXPECT_EQ(lesson_of(refused, facts).failures, 3U);
  facts.phase = FetchPhase::head;
  EXPECT_EQ(lesson_of(silent, facts).failures, 1U);
}

TEST(CircuitLesson, WhichAnswersAreTrouble) {
  for (const int status : {200, 304, 404, 429, 501, 505}) {
    EXPECT_EQ(lesson_of(static_cast<std::uint16_t>(status)).kind, Lesson::answered) << status;
  }
  for (const int status : {500, 502, 503, 504, 599}) {
    EXPECT_EQ(lesson_of(static_cast<std::uint16_t>(status)).kind, Lesson::erring) << status;
  }
}

}  // namespace
}  // namespace gust::origin
