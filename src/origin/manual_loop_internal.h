// ManualLoop: a Loop whose time stands until a test moves it, for tests of what waits without sockets.
#pragma once

#include "base/check.h"
#include "rt/loop.h"

namespace gust::origin {

class ManualLoop final : public rt::Loop {
 public:
  // Needed only by tests that resolve names.
  explicit ManualLoop(rt::Network* network = nullptr) : network_(network) {}

  // Goes on until everything waits.
  void settle() {
    while (has_ready()) run_ready();
  }
  void advance(Duration by) {
    settle();
    now_ += by;
    fire_timers(now_);
    settle();
  }

  Instant now() const override { return now_; }
  WallTime wall_now() const override { return WallTime{now_.time_since_epoch()}; }
  std::uint64_t random() override { return 4; }
  void fill_secret(MutableBytes) override {}
  rt::Network& network() override {
    CHECK(network_);
    return *network_;
  }
  rt::Files& files() override { check_failed("a manual loop has no files", __FILE__, __LINE__); }
  void post(rt::Job job) override { job(); }
  void offload(rt::Job job) override { job(); }

 private:
  rt::Network* network_;
  Instant now_{};
};

}  // namespace gust::origin
