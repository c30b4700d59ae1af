#include "app/io_choice.h"

#include <gtest/gtest.h>

namespace gust::app {
namespace {

const Result<void> allowed;
const Result<void> forbidden = fail(Errc::access_denied, "io_uring is forbidden here");

TEST(IoChoice, AutoFallsBackToEpollAndSaysWhy) {
  const auto chosen = choose_io(IoWish::automatic, forbidden);
  ASSERT_TRUE(chosen);
  EXPECT_EQ(chosen->backend, rt::IoBackend::epoll);
  EXPECT_EQ(chosen->note, "events come by epoll, as io_uring is forbidden here");
}

TEST(IoChoice, AutoTakesIoUringWhereItIsAllowedAndSaysNothing) {
  const auto chosen = choose_io(IoWish::automatic, allowed);
  ASSERT_TRUE(chosen);
  EXPECT_EQ(chosen->backend, rt::IoBackend::io_uring);
  EXPECT_EQ(chosen->note, "");
}

TEST(IoChoice, EpollIsTakenWhereverItIsAskedFor) {
  for (const Result<void>& tried : {allowed, forbidden}) {
    const auto chosen = choose_io(IoWish::epoll, tried);
    ASSERT_TRUE(chosen);
    EXPECT_EQ(chosen->backend, rt::IoBackend::epoll);
    EXPECT_EQ(chosen->note, "");
  }
}

TEST(IoChoice, IoUringByNameIsRefusedWhereItIsForbidden) {
  const auto chosen = choose_io(IoWish::io_uring, forbidden);
  ASSERT_FALSE(chosen);
  EXPECT_EQ(chosen.error(), "io: io_uring is forbidden here; allow it, or start with --io auto or --io epoll");
}

}  // namespace
}  // namespace gust::app
