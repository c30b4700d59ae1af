// EpollLoop: the real Loop, over epoll. One a core; run() on that core's thread.
#pragma once

#include <vector>

#include "rt/real_loop.h"

namespace gust::rt {

// What the loop tells about a descriptor; see epoll_network.cc.
class Watched : public Postponed {
 public:
  // `events` as of epoll(7), edge-triggered.
  virtual void on_events(std::uint32_t events) = 0;
  void try_again() final;

 protected:
  ~Watched() = default;
};

class EpollLoop final : public RealLoop {
 public:
  // `workers` outlives the loop and runs its blocking calls.
  explicit EpollLoop(WorkerPool& workers);
  ~EpollLoop() override;

  // Edge-triggered watch of a descriptor for reading and writing until unwatch().
  Result<void> watch(int descriptor, Watched& watched);
  void unwatch(int descriptor, Watched& watched);

 private:
  void hear_events() override;

  int epoll_ = -1;
  std::vector<Watched*> dispatching_;  // of the turn under way; unwatch() empties its place
};

}  // namespace gust::rt
