#include "rt/real_loop.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "rt/files.h"
#include "rt/network.h"
#include "rt/real_loop_test_internal.h"
#include "rt/scope.h"

namespace gust::rt {
namespace {

using std::chrono::milliseconds;

class RealNetworks : public RealLoops {};

INSTANTIATE_TEST_SUITE_P(Real, RealLoops, all_backends(), backend_name);
INSTANTIATE_TEST_SUITE_P(Real, RealNetworks, all_backends(), backend_name);

Endpoint loopback() { return *read_address("127.0.0.1", 0); }

Task<void> echo_once(Listener& listener) {
  auto socket = co_await listener.accept(never);
  std::array<char, 100> buffer;
  auto got = co_await (*socket)->read(buffer, never);
  const std::array<ByteView, 2> pieces{ByteView(buffer.data(), *got), ByteView("!")};
  co_await (*socket)->write(pieces, never);
}

Task<void> say_and_hear(Loop& loop, Endpoint to, std::string& heard) {
  auto socket = co_await loop.network().connect(to, never);
  const std::array<ByteView, 1> pieces{ByteView("hello")};
  co_await (*socket)->write(pieces, never);
  std::array<char, 100> buffer;
  while (true) {
    auto got = co_await (*socket)->read(buffer, never);
    if (!got || *got == 0) co_return;
    heard.append(buffer.data(), *got);
  }
}

Task<void> echo_test(Loop& loop, std::string& heard) {
  auto listener = loop.network().listen(loopback(), {});
  Scope scope(co_await context());
  scope.spawn(echo_once(**listener));
  co_await say_and_hear(loop, (*listener)->local(), heard);
  co_await scope.join();
}

TEST_P(RealNetworks, CarriesBytesBothWaysAndTellsTheEnd) {
  std::string heard;
  run(echo_test(loop(), heard));
  EXPECT_EQ(heard, "hello!");
}

Task<void> read_until_deadline(Loop& loop, Errc& outcome) {
  auto listener = loop.network().listen(loopback(), {});
  auto socket = co_await loop.network().connect((*listener)->local(), never);
  std::array<char, 10> buffer;
  auto got = co_await (*socket)->read(buffer, loop.now() + milliseconds(5));
  outcome = got.error().code;
}

TEST_P(RealNetworks, AReadEndsAtItsDeadline) {
  Errc outcome = Errc::bug;
  run(read_until_deadline(loop(), outcome));
  EXPECT_EQ(outcome, Errc::timed_out);
}

Task<void> read_forever(Socket& socket, Errc& outcome) {
  std::array<char, 10> buffer;
  auto got = co_await socket.read(buffer, never);
  outcome = got.error().code;
}

Task<void> cancel_a_read(Loop& loop, Errc& outcome) {
  auto listener = loop.network().listen(loopback(), {});
  auto socket = co_await loop.network().connect((*listener)->local(), never);
  Scope scope(co_await context());
  scope.spawn(read_forever(**socket, outcome));
  co_await sleep_until(loop.now() + milliseconds(1));
  scope.cancel();
  co_await scope.join();
}

TEST_P(RealNetworks, CancelEndsAWaitingReadAndJoinReturns) {
  Errc outcome = Errc::bug;
  run(cancel_a_read(loop(), outcome));
  EXPECT_EQ(outcome, Errc::cancelled);
}

Task<void> write_then_reset(Loop& loop, Errc& at_peer, Errc& own_read, Errc& own_write) {
  auto listener = loop.network().listen(loopback(), {});
  auto client = co_await loop.network().connect((*listener)->local(), never);
  auto server = co_await (*listener)->accept(never);
  Scope scope(co_await context());
  scope.spawn(read_forever(**client, own_read));
  const std::array<ByteView, 1> pieces{ByteView("half a respon")};
  co_await (*client)->write(pieces, never);
  (*client)->reset();
  co_await scope.join();
  own_write = (co_await (*client)->write(pieces, never)).error().code;
  std::array<char, 100> buffer;
  while (true) {
    auto got = co_await (*server)->read(buffer, never);
    if (!got) at_peer = got.error().code;
    if (!got || *got == 0) co_return;
  }
}

TEST_P(RealNetworks, AResetIsReadByThePeerAsAResetAtOnceAndEndsOwnOperations) {
  Errc at_peer = Errc::closed, own_read = Errc::bug, own_write = Errc::bug;
  run(write_then_reset(loop(), at_peer, own_read, own_write));
  EXPECT_EQ(at_peer, Errc::reset);
  EXPECT_EQ(own_read, Errc::reset);
  EXPECT_EQ(own_write, Errc::reset);
}

Task<void> connect_to_nobody(Loop& loop, Errc& outcome) {
  Endpoint to;
  {
    auto listener = loop.network().listen(loopback(), {});
    to = (*listener)->local();
  }
  auto socket = co_await loop.network().connect(to, never);
  outcome = socket.error().code;
}

TEST_P(RealNetworks, AConnectToAClosedPortIsRefused) {
  Errc outcome = Errc::bug;
  run(connect_to_nobody(loop(), outcome));
  EXPECT_EQ(outcome, Errc::refused);
}

TEST_P(RealNetworks, APortThatSomeoneListensOnIsNotFreeEvenWhenShared) {
  auto first = loop().network().listen(loopback(), {.share_port = true});
  ASSERT_TRUE(first);
  const Endpoint taken = (*first)->local();
  EXPECT_FALSE(loop().network().is_free(taken));
  EXPECT_TRUE(loop().network().listen(taken, {.share_port = true}));
  EXPECT_EQ(loop().network().listen(taken, {}).error().code, Errc::address_in_use);
}

Task<void> use_files(Files& files, std::string folder, std::string& read_back, std::vector<std::string>& names,
                     Errc& second_new) {
  co_await files.make_directory(folder + "/a/b");
  {
    auto file = co_await files.open(folder + "/a/new", OpenMode::write_new);
    co_await (*file)->write_at(0, "hello world");
    co_await (*file)->sync();
  }
  co_await files.rename(folder + "/a/new", folder + "/a/old");
  second_new = (co_await files.open(folder + "/a/old", OpenMode::write_new)).error().code;
  auto file = co_await files.open(folder + "/a/old", OpenMode::read);
  std::array<char, 100> buffer;
  auto got = co_await (*file)->read_at(6, buffer);
  read_back.assign(buffer.data(), *got);
  names = *co_await files.list(folder + "/a");
}

TEST_P(RealLoops, FilesAreWrittenRenamedReadAndListed) {
  std::string folder = (std::filesystem::temp_directory_path() / "gust-files-XXXXXX").string();
  ASSERT_TRUE(mkdtemp(folder.data()));
  std::string read_back;
  std::vector<std::string> names;
  Errc second_new = Errc::bug;
  run(use_files(loop().files(), folder, read_back, names, second_new));
  EXPECT_EQ(read_back, "world");
  EXPECT_EQ(names, (std::vector<std::string>{"b", "old"}));
  EXPECT_EQ(second_new, Errc::exists);
  std::filesystem::remove_all(folder);
}

TEST_P(RealLoops, RunsWhatOtherThreadsPost) {
  int ran = 0;
  std::jthread other([&] {
    for (int i = 0; i < 1000; ++i) loop().post([&] { ++ran; });
    loop().post([&] { loop().stop(); });
  });
  loop().run();
  EXPECT_EQ(ran, 1000);
}

Task<void> sleep_in_order(Loop& loop, int ms, std::vector<int>& order) {
  co_await sleep_until(loop.now() + milliseconds(ms));
  order.push_back(ms);
}

Task<void> sleep_several(Loop& loop, std::vector<int>& order) {
  Scope scope(co_await context());
  for (int ms : {7, 1, 5, 3}) scope.spawn(sleep_in_order(loop, ms, order));
  co_await scope.join();
}

TEST_P(RealLoops, TimersFireInTheOrderOfTheirTimes) {
  std::vector<int> order;
  run(sleep_several(loop(), order));
  EXPECT_EQ(order, (std::vector<int>{1, 3, 5, 7}));
}

Task<void> write_without_end(Socket& socket, bool& ended) {
  const std::string bytes(1000, 'x');
  const std::array<ByteView, 1> pieces{ByteView(bytes)};
  while (co_await socket.write(pieces, never)) {
  }
  ended = true;
}

Task<void> read_without_end(Socket& socket, bool& ended) {
  std::array<char, 100> buffer;
  while (true) {
    auto got = co_await socket.read(buffer, never);
    if (!got || *got == 0) break;
  }
  ended = true;
}

// The writer's socket always has room and the reader's always has bytes, so neither would ever wait for an event.
Task<void> pump_until_cancelled(Loop& loop, bool& wrote, bool& read) {
  auto listener = loop.network().listen(loopback(), {});
  auto sender = co_await loop.network().connect((*listener)->local(), never);
  auto receiver = co_await (*listener)->accept(never);
  Scope scope(co_await context());
  scope.spawn(write_without_end(**sender, wrote));
  scope.spawn(read_without_end(**receiver, read));
  co_await sleep_until(loop.now() + milliseconds(5));
  scope.cancel();
  co_await scope.join();
}

TEST_P(RealNetworks, ASocketThatIsAlwaysReadyLeavesTheLoopToOthers) {
  bool wrote = false;
  bool read = false;
  run(pump_until_cancelled(loop(), wrote, read));
  EXPECT_TRUE(wrote);
  EXPECT_TRUE(read);
}

}  // namespace
}  // namespace gust::rt
