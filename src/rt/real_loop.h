// RealLoop: what the loops over the operating system share, whatever tells them of events: clocks, chance, jobs posted
// by other threads, the workers, and the turns themselves.
//
// Shape:  a backend says what one turn is and wakes from it when the descriptor of wake() becomes readable.
// Core:   one loop a core; run() on that core's thread.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <random>
#include <vector>

#include "rt/loop.h"

namespace gust::rt {

class LentSender;
class LookUpPool;
class WorkerPool;

// What is ready but was not tried, for the sake of others; see RealLoop::take_immediate().
class Postponed {
 public:
  virtual void try_again() = 0;

 protected:
  ~Postponed() = default;
};

class RealLoop : public Loop {
 public:
  ~RealLoop() override;

  // Turns until stop(). What is still waiting then stays where it is.
  virtual void run();
  // From any thread.
  void stop();

  Instant now() const final { return now_; }
  WallTime wall_now() const final { return wall_now_; }
  std::uint64_t random() final { return chance_(); }
  void fill_secret(MutableBytes bytes) final;
  Network& network() final { return *network_; }
  Files& files() final { return *files_; }
  void post(Job job) final;
  void offload(Job job) final;
  LookUpPool& look_ups();
  LentSender& lent_sender() { return *lent_sender_; }

  // Fairness: a peer that is always ready may not keep the loop to itself. False when this turn has done enough without
  // looking at events; then the operation is parked and ask_again() makes the loop come back to it in the next turn.
  bool take_immediate() { return immediate_left_ > 0 && immediate_left_-- > 0; }
  void ask_again(Postponed& postponed) { again_.push_back(&postponed); }
  void forget(Postponed& postponed);

 protected:
  // `workers` outlives the loop and runs its blocking calls.
  explicit RealLoop(WorkerPool& workers);
  void set_network(std::unique_ptr<Network> network);

  // Hears of events, for as long as may_wait() says, and ends the operations they are about.
  virtual void hear_events() = 0;
  // How long the turn under way may wait for events: not at all (zero), until something happens (`Duration::max()`), or
  // until the next timer is due.
  Duration may_wait() const;
  void read_clocks();
  // An eventfd, written by post(); never read.
  int wake() const { return wake_; }

 private:
  void turn();
  void run_postponed();
  void run_posted();

  WorkerPool& workers_;
  const std::unique_ptr<LentSender> lent_sender_;
  int wake_ = -1;
  Instant now_{};
  WallTime wall_now_{};
  std::mt19937_64 chance_;
  std::unique_ptr<Network> network_;
  std::unique_ptr<Files> files_;
  std::vector<Postponed*> again_;      // forget() empties its place
  std::vector<Postponed*> again_now_;  // likewise
  int immediate_left_ = 0;

  std::mutex posted_mutex_;
  std::vector<Job> posted_;
  std::vector<Job> posted_now_;
  std::atomic<bool> woken_ = false;
  std::atomic<bool> stopping_ = false;
};

}  // namespace gust::rt
