#include "rt/io_backend.h"

#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <thread>

#include "rt/real_loop.h"
#include "rt/worker_pool.h"

namespace gust::rt {
namespace {

// As containers do it: `call` fails with `error` from here on, in the calling thread only.
bool forbid_here(std::uint32_t call, std::uint32_t error) {
  std::array<sock_filter, 4> filter{
      {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
       BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)}};
  sock_fprog program{.len = filter.size(), .filter = filter.data()};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

Errc outcome_where_forbidden(std::uint32_t call, std::uint32_t error) {
  if (!try_io_uring()) return Errc::bug;
  Errc outcome = Errc::bug;
  std::thread([&] {
    if (!forbid_here(call, error)) return;
    const Result<void> tried = try_io_uring();
    outcome = tried ? Errc::closed : tried.error().code;
  }).join();
  return outcome;
}

class ForbiddenIoUring : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto tried = try_io_uring(); !tried) GTEST_SKIP() << tried.error().text;
  }
};

TEST_F(ForbiddenIoUring, AContainerThatDeniesTheSetUpIsSeen) {
  EXPECT_EQ(outcome_where_forbidden(SYS_io_uring_setup, EPERM), Errc::access_denied);
}

TEST_F(ForbiddenIoUring, AKernelWithoutItIsSeen) {
  EXPECT_EQ(outcome_where_forbidden(SYS_io_uring_setup, ENOSYS), Errc::unsupported);
}

TEST_F(ForbiddenIoUring, AKernelThatIsTooOldForWhatWeUseIsSeen) {
  EXPECT_EQ(outcome_where_forbidden(SYS_io_uring_setup, EINVAL), Errc::unsupported);
}

TEST_F(ForbiddenIoUring, AFilterThatAllowsOnlyTheSetUpIsSeen) {
  EXPECT_EQ(outcome_where_forbidden(SYS_io_uring_register, EPERM), Errc::access_denied);
  EXPECT_EQ(outcome_where_forbidden(SYS_io_uring_enter, EPERM), Errc::access_denied);
}

TEST_F(ForbiddenIoUring, LackOfMemoryOrDescriptorsIsALimit) {
  EXPECT_EQ(outcome_where_forbidden(SYS_io_uring_setup, EMFILE), Errc::would_exceed_limit);
  EXPECT_EQ(outcome_where_forbidden(SYS_io_uring_setup, ENOMEM), Errc::would_exceed_limit);
}

TEST(IoBackend, ALoopOverEpollCanAlwaysBeHad) {
  WorkerPool workers{1};
  bool made = false;
  std::thread([&] {
    made = forbid_here(SYS_io_uring_setup, EPERM) && make_real_loop(IoBackend::epoll, workers);
  }).join();
  EXPECT_TRUE(made);
}

}  // namespace
}  // namespace gust::rt
