// Sends by reference over real sockets: the bytes that arrive are those that were sent, whatever becomes of their
// memory.
#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "base/page_region.h"
#include "rt/epoll_loop.h"
#include "rt/network.h"
#include "rt/scope.h"
#include "rt/worker_pool.h"

namespace gust::rt {
namespace {

constexpr std::size_t run_bytes = PageRegion::run_bytes_max;

struct World {
  WorkerPool workers{2};
  EpollLoop loop{workers};
};

Task<void> run_then_stop(EpollLoop& loop, Task<void> task) {
  co_await std::move(task);
  loop.stop();
}

void run(World& world, Task<void> task) {
  Scope scope(world.loop);
  scope.spawn(run_then_stop(world.loop, std::move(task)));
  world.loop.run();
}

// Two sockets, connected.
struct Pair {
  std::unique_ptr<Socket> sender;
  std::unique_ptr<Socket> reader;
};

Task<Pair> connect(Loop& loop) {
  auto listener = loop.network().listen(*read_address("127.0.0.1", 0), {});
  auto reader = co_await loop.network().connect((*listener)->local(), never);
  auto sender = co_await (*listener)->accept(never);
  co_return Pair{std::move(*sender), std::move(*reader)};
}

// A run of pages filled with one byte.
char* make_run(PageRegion& region, char byte) {
  char* const run = region.take(run_bytes);
  EXPECT_NE(run, nullptr);
  std::memset(run, byte, run_bytes);
  return run;
}

// Lends runs without end until the socket takes no more for a moment. Gives what it took.
Task<void> lend_until_full(Loop& loop, Socket& socket, const char* run, ByteCount& taken) {
  const std::array<ByteView, 1> pieces{ByteView(run, run_bytes)};
  while (true) {
    const auto sent = co_await socket.write_lent(pieces, 0, loop.now() + std::chrono::milliseconds(5));
    if (!sent) co_return;
    taken += *sent;
  }
}

Task<void> read_bytes(Socket& socket, ByteCount bytes, std::string& heard) {
  std::vector<char> buffer(100'000);
  while (heard.size() < bytes) {
    const auto got = co_await socket.read(buffer, never);
    if (!got || *got == 0) co_return;
    heard.append(buffer.data(), *got);
  }
}

// In front of the lent pieces a copied one.
Task<void> write_all(Socket& socket, std::string_view head, std::vector<ByteView> lent) {
  std::vector<ByteView> pieces{head};
  pieces.insert(pieces.end(), lent.begin(), lent.end());
  while (!pieces.empty()) {
    const std::size_t copied = pieces.size() > lent.size() ? 1 : 0;
    auto taken = co_await socket.write_lent(pieces, copied, never);
    if (!taken) co_return;
    while (!pieces.empty()) {
      const std::size_t here = std::min(*taken, pieces.front().size());
      pieces.front().remove_prefix(here);
      *taken -= here;
      if (!pieces.front().empty()) break;
      pieces.erase(pieces.begin());
    }
  }
  socket.finish_writing();
}

Task<void> lend_a_lot(Loop& loop, PageRegion& region, std::string& sent, std::string& heard) {
  Pair pair = co_await connect(loop);
  std::vector<ByteView> lent;
  sent = "a head that is copied";
  for (std::size_t i = 0; i < 200; ++i) {
    // Not whole pages, as the last bytes of a body are.
    lent.emplace_back(make_run(region, static_cast<char>('a' + i % 26)) + i, run_bytes - 2 * i);
    sent += lent.back();
  }
  Scope scope(co_await context());
  scope.spawn(write_all(*pair.sender, "a head that is copied", lent));
  co_await read_bytes(*pair.reader, ~ByteCount{0}, heard);
  co_await scope.join();
}

TEST(LentBytes, ArriveInOrderBehindWhatIsCopied) {
  World world;
  PageRegion region(100_MiB);
  std::string sent, heard;
  run(world, lend_a_lot(world.loop, region, sent, heard));
  EXPECT_EQ(heard.size(), sent.size());
  EXPECT_TRUE(heard == sent);
}

Task<void> use_again_what_is_on_its_way(Loop& loop, PageRegion& region, ByteCount& taken, std::string& heard) {
  Pair pair = co_await connect(loop);
  char* const run = make_run(region, 'a');
  co_await lend_until_full(loop, *pair.sender, run, taken);
  // As an eviction and the fill of another object do.
  region.give_back(run, run_bytes, true);
  EXPECT_EQ(make_run(region, 'b'), run);
  co_await read_bytes(*pair.reader, taken, heard);
}

TEST(LentBytes, OfAnEvictedObjectArriveThoughItsMemoryHoldsAnotherObject) {
  World world;
  PageRegion region(1_MiB);
  ByteCount taken = 0;
  std::string heard;
  run(world, use_again_what_is_on_its_way(world.loop, region, taken, heard));
  EXPECT_GT(taken, run_bytes);
  EXPECT_TRUE(heard == std::string(taken, 'a'));
}

Task<void> send_to_a_reader_that_stops(Loop& loop, ByteView run, bool by_reference, ByteCount& taken) {
  Pair pair = co_await connect(loop);
  if (by_reference) co_return co_await lend_until_full(loop, *pair.sender, run.data(), taken);
  const std::array<ByteView, 1> pieces{run};
  while (const auto sent = co_await pair.sender->write(pieces, loop.now() + std::chrono::milliseconds(5)))
    taken += *sent;
}

TEST(RealNetwork, AReaderThatStopsHoldsNoMoreThanAWindowOfWhatIsSent) {
  for (const bool by_reference : {false, true}) {
    World world;
    ByteCount taken = 0;
    PageRegion region(1_MiB);
    const ByteView bytes(make_run(region, 'a'), run_bytes);
    run(world, send_to_a_reader_that_stops(world.loop, bytes, by_reference, taken));
    EXPECT_GT(taken, 512_KiB);
    // What may wait here, and what the reader's own window holds before it is enlarged.
    EXPECT_LT(taken, 1536_KiB) << by_reference;
  }
}

Task<void> lend_to_two(Loop& loop, PageRegion& region, ByteCount& taken, std::string& of_first,
                       std::string& of_second) {
  Pair first = co_await connect(loop);
  Pair second = co_await connect(loop);
  const char* const a = make_run(region, 'a');
  const char* const b = make_run(region, 'b');
  co_await lend_until_full(loop, *first.sender, a, taken);
  const std::array<ByteView, 1> pieces{ByteView(b, run_bytes)};
  const auto sent = co_await second.sender->write_lent(pieces, 0, never);
  co_await read_bytes(*second.reader, *sent, of_second);
  co_await read_bytes(*first.reader, taken, of_first);
}

TEST(LentBytes, ThatOnePeerDidNotTakeAreNotSentToTheNext) {
  World world;
  PageRegion region(1_MiB);
  ByteCount taken = 0;
  std::string of_first, of_second;
  run(world, lend_to_two(world.loop, region, taken, of_first, of_second));
  EXPECT_TRUE(of_second == std::string(of_second.size(), 'b'));
  EXPECT_TRUE(of_first == std::string(taken, 'a'));
}

Task<void> lend_to_nobody(Loop& loop, PageRegion& region, Errc& outcome) {
  Pair pair = co_await connect(loop);
  pair.reader->reset();
  const std::array<ByteView, 1> pieces{ByteView(make_run(region, 'a'), run_bytes)};
  while (true) {
    const auto sent = co_await pair.sender->write_lent(pieces, 0, never);
    if (sent) continue;
    outcome = sent.error().code;
    co_return;
  }
}

TEST(LentBytes, ToAPeerThatIsGoneFailLikeOthers) {
  World world;
  PageRegion region(1_MiB);
  Errc outcome = Errc::bug;
  run(world, lend_to_nobody(world.loop, region, outcome));
  EXPECT_EQ(outcome, Errc::reset);
}

}  // namespace
}  // namespace gust::rt
