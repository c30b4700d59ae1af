// EpollLoop: the real Loop, over epoll. One a core; run() on that core's thread.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <random>
#include <vector>

#include "rt/loop.h"

namespace gust::rt {

class LookUpPool;
class WorkerPool;

// What the loop tells about a descriptor; see epoll_network.cc.
class Watched {
 public:
  // `events` as of epoll(7), edge-triggered.
  virtual void on_events(std::uint32_t events) = 0;

 protected:
  ~Watched() = default;
};

class EpollLoop final : public Loop {
 public:
  // `workers` outlives the loop and runs its blocking calls.
  explicit EpollLoop(WorkerPool& workers);
  ~EpollLoop() override;

  // Turns until stop(). What is still waiting then stays where it is.
  void run();
  // From any thread.
  void stop();

  Instant now() const override { return now_; }
  WallTime wall_now() const override { return wall_now_; }
  std::uint64_t random() override { return chance_(); }
  void fill_secret(MutableBytes bytes) override;
  Network& network() override { return *network_; }
  Files& files() override { return *files_; }
  void post(Job job) override;
  void offload(Job job) override;
  LookUpPool& look_ups();

  // Edge-triggered watch of a descriptor for reading and writing until unwatch().
  Result<void> watch(int descriptor, Watched& watched);
  void unwatch(int descriptor, Watched& watched);

  // Fairness: a peer that is always ready may not keep the loop to itself. False when this turn has done enough without
  // looking at events; then the operation is parked and ask_again() makes the loop come back to it in the next turn.
  bool take_immediate() { return immediate_left_ > 0 && immediate_left_-- > 0; }
  void ask_again(Watched& watched) { again_.push_back(&watched); }

 private:
  void turn();
  void read_clocks();
  void run_posted();

  WorkerPool& workers_;
  int epoll_ = -1;
  int wake_ = -1;  // eventfd
  Instant now_{};
  WallTime wall_now_{};
  std::mt19937_64 chance_;
  std::unique_ptr<Network> network_;
  std::unique_ptr<Files> files_;
  std::vector<Watched*> dispatching_;  // of the turn under way; unwatch() empties its place
  std::vector<Watched*> again_;        // likewise
  std::vector<Watched*> again_now_;    // likewise
  int immediate_left_ = 0;

  std::mutex posted_mutex_;
  std::vector<Job> posted_;
  std::vector<Job> posted_now_;
  std::atomic<bool> woken_ = false;
  std::atomic<bool> stopping_ = false;
};

}  // namespace gust::rt
