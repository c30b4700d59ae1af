#include "cache/body.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "rt/scope.h"
#include "rt/sim_world.h"

namespace gust::cache {
namespace {

using rt::Task;
using std::chrono::milliseconds;

std::string text_of(std::size_t bytes) {
  std::string text(bytes, ' ');
  for (std::size_t i = 0; i < bytes; ++i) text[i] = static_cast<char>('a' + (i * 7 + i / 1000) % 26);
  return text;
}

struct Bodies {
  std::shared_ptr<Ledger> ledger;
  explicit Bodies(ByteCount bytes_max = 10_MiB, Slabs::Mode mode = Slabs::mode_of_build)
      : ledger(std::make_shared<Ledger>(bytes_max, mode)) {}
  BodyWriter make(std::optional<ByteCount> expected = {}) const { return BodyWriter(Body::make(ledger, expected)); }
};

// What can be read now, without waiting.
std::string read_now(BodyCursor& cursor, std::size_t slices_at_once = 3) {
  std::string text;
  std::vector<Slice> slices(slices_at_once);
  while (const std::size_t count = cursor.peek(slices)) {
    ByteCount bytes = 0;
    for (std::size_t i = 0; i < count; ++i) {
      text += slices[i].view();
      bytes += slices[i].size();
    }
    cursor.advance(bytes);
  }
  return text;
}

TEST(Body, AReaderSeesWhatIsPublishedAndThenTheEnd) {
  const Bodies bodies;
  BodyWriter writer = bodies.make();
  BodyCursor cursor(writer.body());
  EXPECT_EQ(read_now(cursor), "");
  writer.write("hello ");
  EXPECT_EQ(read_now(cursor), "hello ");
  EXPECT_FALSE(cursor.at_end());
  writer.write("world");
  EXPECT_TRUE(writer.finish());
  EXPECT_FALSE(cursor.at_end());
  EXPECT_EQ(read_now(cursor), "world");
  EXPECT_TRUE(cursor.at_end());
}

TEST(Body, LendsTheBlocksOfALargeBodyOnceItIsCompleteAndNotThatOfASmallOne) {
  const Bodies bodies;
  for (const auto& [bytes, is_lent] : {std::pair{20'000, false}, {40'000, true}, {150'000, true}}) {
    BodyWriter writer = bodies.make(bytes);
    const std::string text = text_of(static_cast<std::size_t>(bytes));
    writer.write(text);
    std::array<Slice, 3> slices;
    BodyCursor cursor(writer.body());
    std::size_t count = cursor.peek(slices);
    for (const Slice& slice : std::span(slices).first(count)) EXPECT_FALSE(slice.is_lent());  // not yet complete
    EXPECT_TRUE(writer.finish());
    count = cursor.peek(slices);
    ASSERT_GT(count, 0U);
    for (const Slice& slice : std::span(slices).first(count)) EXPECT_EQ(slice.is_lent(), is_lent) << bytes;
    EXPECT_EQ(read_now(cursor), text);
  }
}

TEST(Body, MemoryThatWasLentHoldsNothingOfABodyThatIsGone) {
  const Bodies bodies;
  std::array<Slice, 1> slices;
  const char* first = nullptr;
  {
    BodyWriter writer = bodies.make(64_KiB);
    writer.write(std::string(64_KiB, 'a'));
    EXPECT_TRUE(writer.finish());
    BodyCursor cursor(writer.body());
    ASSERT_EQ(cursor.peek(slices), 1U);
    first = slices[0].view().data();
  }
  BodyWriter writer = bodies.make(64_KiB);
  writer.write("b");
  BodyCursor cursor(writer.body());
  ASSERT_EQ(cursor.peek(slices), 1U);
  ASSERT_EQ(slices[0].view().data(), first);
  // Its pages are new ones: packets may still refer to those with the old bytes.
  EXPECT_EQ(first[1], 0);
}

TEST(Body, AnyPartOfALongBodyIsFound) {
  const Bodies bodies;
  const std::string text = text_of(1'000'000);
  for (const bool is_length_known : {false, true}) {
    BodyWriter writer = bodies.make(is_length_known ? std::optional<ByteCount>(text.size()) : std::nullopt);
    for (std::size_t at = 0; at < text.size(); at += 7919) {
      const ByteView piece = ByteView(text).substr(at, 7919);
      ASSERT_EQ(writer.write(piece), piece.size());
    }
    ASSERT_TRUE(writer.finish());
    for (std::size_t offset = 0; offset < text.size(); offset += 12'345) {
      BodyCursor cursor(writer.body(), offset, 100'000);
      EXPECT_EQ(read_now(cursor), text.substr(offset, 100'000));
      EXPECT_TRUE(cursor.at_end());
    }
    BodyCursor past(writer.body(), text.size() + 1);
    EXPECT_TRUE(past.at_end());
    EXPECT_EQ(read_now(past), "");
  }
}

TEST(Body, APartlySentSliceIsGoneOnWithWhereItStopped) {
  const Bodies bodies;
  const std::string text = text_of(200'000);
  BodyWriter writer = bodies.make();
  writer.write(text);
  BodyCursor cursor(writer.body());
  std::string read;
  std::array<Slice, 2> slices;
  while (cursor.peek(slices) > 0) {
    const ByteView front = slices[0].view().substr(0, 999);
    read += front;
    cursor.advance(front.size());
  }
  EXPECT_EQ(read, text);
}

TEST(Body, MemoryIsChargedWhileItIsHeld) {
  const Bodies bodies;
  {
    BodyWriter writer = bodies.make(1000);
    writer.write(text_of(1000));
    EXPECT_TRUE(writer.finish());
    EXPECT_GE(bodies.ledger->used(), 1000U);
    EXPECT_GE(bodies.ledger->used(), writer.body()->bytes_taken());
  }
  EXPECT_EQ(bodies.ledger->used(), 0U);
}

TEST(Body, AWriterWithoutMemoryTakesWhatFits) {
  const Bodies bodies(10'000, Slabs::Mode::separate);
  BodyWriter writer = bodies.make();
  EXPECT_EQ(writer.write(text_of(50'000)), 4096U);
  EXPECT_EQ(writer.bytes_wanted(), 8192U + 64U);
  EXPECT_LE(bodies.ledger->used(), 10'000U);
}

TEST(Body, Body2ShortAndLongBodiesFailForReaders) {
  const Bodies bodies;
  BodyWriter short_one = bodies.make(10);
  BodyCursor cursor(short_one.body());
  short_one.write("12345");
  EXPECT_EQ(short_one.finish().error().code, Errc::short_body);
  EXPECT_EQ(short_one.body()->state(), Body::State::failed);
  EXPECT_EQ(read_now(cursor), "12345");
  EXPECT_FALSE(cursor.at_end());

  BodyWriter long_one = bodies.make(3);
  long_one.write("12345");
  EXPECT_EQ(long_one.finish().error().code, Errc::long_body);
}

TEST(Body, AWriterThatGoesAwayFailsTheBody) {
  const Bodies bodies;
  BodyRef body;
  {
    BodyWriter writer = bodies.make();
    body = writer.body();
  }
  EXPECT_EQ(body->state(), Body::State::failed);
}

// --- With tasks on two cores of a simulated host.

struct TwoCores {
  rt::sim::World world;
  rt::Loop& first;
  rt::Loop& second;

  explicit TwoCores(std::uint64_t seed = 1)
      : world(seed), first(world.add_host("edge", "10.0.0.1")), second(world.add_core("edge")) {}
};

Task<void> read_all(BodyRef body, Duration pause, std::string& text, Result<void>& outcome) {
  rt::Loop& loop = co_await rt::this_loop();
  BodyCursor cursor(std::move(body));
  while (!cursor.at_end()) {
    outcome = co_await cursor.wait(loop.now() + std::chrono::minutes(1));
    if (!outcome) co_return;
    std::array<Slice, 2> slices;
    const std::size_t count = cursor.peek(slices);
    ByteCount bytes = 0;
    for (std::size_t i = 0; i < count; ++i) bytes += slices[i].size();
    if (pause > Duration::zero()) co_await rt::sleep_until(loop.now() + pause);
    for (std::size_t i = 0; i < count; ++i) text += slices[i].view();
    cursor.advance(bytes);
  }
}

Task<void> write_slowly(BodyWriter writer, ByteView text, std::size_t piece) {
  rt::Loop& loop = co_await rt::this_loop();
  while (!text.empty()) {
    co_await rt::sleep_until(loop.now() + milliseconds(1));
    text.remove_prefix(writer.write(text.substr(0, piece)));
  }
  EXPECT_TRUE(writer.finish());
}

TEST(Body, ReadersOnOtherCoresWaitForBytesAndTheEnd) {
  TwoCores cores;
  const Bodies bodies;
  const std::string text = text_of(300'000);
  BodyWriter writer = bodies.make();
  const BodyRef body = writer.body();
  std::string near, far, slow;
  Result<void> near_outcome, far_outcome, slow_outcome;
  rt::Scope home(cores.first), away(cores.second);
  home.spawn(read_all(body, {}, near, near_outcome));
  away.spawn(read_all(body, {}, far, far_outcome));
  away.spawn(read_all(body, milliseconds(30), slow, slow_outcome));
  home.spawn(write_slowly(std::move(writer), text, 10'000));
  ASSERT_TRUE(cores.world.run_until([&] { return home.running() + away.running() == 0; })) << cores.world.report();
  EXPECT_EQ(near, text);
  EXPECT_EQ(far, text);
  EXPECT_EQ(slow, text);
}

Task<void> wait_once(BodyCursor& cursor, Duration patience, Errc& outcome) {
  rt::Loop& loop = co_await rt::this_loop();
  const auto result = co_await cursor.wait(loop.now() + patience);
  outcome = result ? Errc::bug : result.error().code;
}

TEST(Body, WaitingEndsAtItsDeadlineAndWithCancel) {
  TwoCores cores;
  const Bodies bodies;
  BodyWriter writer = bodies.make();
  BodyCursor cursor(writer.body());
  Errc outcome = Errc::bug;
  ASSERT_TRUE(cores.world.run(cores.first, wait_once(cursor, milliseconds(5), outcome)));
  EXPECT_EQ(outcome, Errc::timed_out);

  rt::Scope scope(cores.second);
  scope.spawn(wait_once(cursor, std::chrono::minutes(1), outcome));
  cores.world.run_for(milliseconds(1));
  scope.cancel();
  ASSERT_TRUE(cores.world.run_until([&] { return scope.running() == 0; }));
  EXPECT_EQ(outcome, Errc::cancelled);
}

TEST(Body, AFailureReachesAllReadersBehindTheLastByte) {
  TwoCores cores;
  const Bodies bodies;
  BodyWriter writer = bodies.make();
  std::string one, two;
  Result<void> first_outcome, second_outcome;
  rt::Scope home(cores.first), away(cores.second);
  home.spawn(read_all(writer.body(), {}, one, first_outcome));
  away.spawn(read_all(writer.body(), {}, two, second_outcome));
  cores.world.run_for(milliseconds(1));
  writer.write("part");
  writer.fail({Errc::reset, Side::origin, Retry::never, "gone"});
  ASSERT_TRUE(cores.world.run_until([&] { return home.running() + away.running() == 0; }));
  EXPECT_EQ(one, "part");
  EXPECT_EQ(two, "part");
  EXPECT_EQ(first_outcome.error().code, Errc::reset);
  EXPECT_EQ(second_outcome.error().code, Errc::reset);
}

Task<void> write_windowed(BodyWriter writer, ByteView text, ByteCount window, ByteCount& most_used,
                          const Ledger& ledger, Result<void>& outcome) {
  rt::Loop& loop = co_await rt::this_loop();
  writer.become_windowed(window);
  while (true) {
    text.remove_prefix(writer.write(text));
    most_used = std::max(most_used, ledger.used());
    if (text.empty()) break;
    outcome = co_await writer.wait_for_room(loop.now() + std::chrono::minutes(1));
    if (!outcome) co_return;
  }
  outcome = writer.finish();
}

TEST(Body, AWindowedBodyHoldsNoMoreThanItsWindowAndServesAllWhoReadFromTheStart) {
  TwoCores cores;
  const Bodies bodies(8_KiB);
  const std::string text = text_of(2'000'000);
  BodyWriter writer = bodies.make();
  const ByteCount at_first = bodies.ledger->used();
  const BodyRef body = writer.body();
  std::string fast, slow;
  Result<void> fast_outcome, slow_outcome, outcome;
  ByteCount most_used = 0;
  rt::Scope home(cores.first), away(cores.second);
  home.spawn(read_all(body, {}, fast, fast_outcome));
  away.spawn(read_all(body, milliseconds(3), slow, slow_outcome));
  cores.world.run_for(milliseconds(1));
  home.spawn(write_windowed(std::move(writer), text, 200'000, most_used, *bodies.ledger, outcome));
  ASSERT_TRUE(cores.world.run_until([&] { return home.running() + away.running() == 0; })) << cores.world.report();
  EXPECT_TRUE(outcome);
  EXPECT_EQ(fast, text);
  EXPECT_EQ(slow, text);
  // The window, the segment being written and the one being read.
  EXPECT_LE(most_used, at_first + 200'000 + 2 * (segment_bytes_max + 64));

  BodyCursor late(body);
  Errc late_outcome = Errc::bug;
  ASSERT_TRUE(cores.world.run(cores.first, wait_once(late, milliseconds(5), late_outcome)));
  EXPECT_EQ(late_outcome, Errc::closed);
  EXPECT_EQ(read_now(late), "");
}

TEST(Body, AWindowedWriterEndsWhenNobodyReadsAnyMore) {
  TwoCores cores;
  const Bodies bodies(8_KiB);
  const std::string text = text_of(1'000'000);
  ByteCount most_used = 0;
  Result<void> outcome;
  ASSERT_TRUE(
      cores.world.run(cores.first, write_windowed(bodies.make(), text, 100'000, most_used, *bodies.ledger, outcome)));
  EXPECT_EQ(outcome.error().code, Errc::closed);
}

}  // namespace
}  // namespace gust::cache
