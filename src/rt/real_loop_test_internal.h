// What tests over the operating system share: every contract holds on every backend that this system lets us use.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "rt/io_backend.h"
#include "rt/real_loop.h"
#include "rt/scope.h"
#include "rt/worker_pool.h"

namespace gust::rt {

class RealLoops : public testing::TestWithParam<IoBackend> {
 protected:
  void SetUp() override {
    auto made = make_real_loop(GetParam(), workers_);
    if (!made) GTEST_SKIP() << made.error().text;
    loop_ = std::move(*made);
  }
  RealLoop& loop() { return *loop_; }
  // Runs the loop until `task` has ended.
  void run(Task<void> task) {
    Scope scope(loop());
    scope.spawn(run_then_stop(loop(), std::move(task)));
    loop().run();
  }

 private:
  static Task<void> run_then_stop(RealLoop& loop, Task<void> task) {
    co_await std::move(task);
    loop.stop();
  }

  WorkerPool workers_{2};
  std::unique_ptr<RealLoop> loop_;
};

inline auto all_backends() { return testing::Values(IoBackend::epoll, IoBackend::io_uring); }
inline std::string backend_name(const testing::TestParamInfo<IoBackend>& info) {
  return std::string(name_of(info.param));
}

}  // namespace gust::rt
