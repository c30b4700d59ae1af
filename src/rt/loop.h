// Loop: one core's turn of events, and the front door of rt.
//
// Shape:  a Loop resumes ready coroutines, fires timers, and gives the network, the files, the clocks and chance. Three
//         kinds exist behind this interface: EpollLoop and UringLoop (real), and SimLoop (one host of a simulated
//         world).
// Source: DESIGN.md decisions 1 and 2: all input from outside the program comes through here.
// Core:   everything but post() belongs to the loop's own thread.
#pragma once

#include <coroutine>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "rt/operation.h"
#include "rt/task.h"

namespace gust::rt {

class Network;
class Files;

using Job = std::move_only_function<void()>;

class Loop {
 public:
  Loop() = default;
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  virtual ~Loop();

  // Steady and wall time when this turn of the loop began.
  virtual Instant now() const = 0;
  virtual WallTime wall_now() const = 0;
  // Not for secrets.
  virtual std::uint64_t random() = 0;
  // For keys and tokens.
  virtual void fill_secret(MutableBytes bytes) = 0;

  virtual Network& network() = 0;
  virtual Files& files() = 0;

  // Runs `job` on the loop's thread, soon. From any thread.
  virtual void post(Job job) = 0;
  // Runs `job`, which may block, outside the loop's thread; see blocking.h for the awaitable form.
  virtual void offload(Job job) = 0;

  // The coroutine goes on in this turn or the next.
  void resume_soon(std::coroutine_handle<> coroutine) { ready_.push_back(coroutine); }

 protected:
  bool has_ready() const { return !ready_.empty(); }
  // Resumes what is ready now, once through; what becomes ready meanwhile waits for the next call.
  void run_ready();
  // Fires the timers that are due at `now`.
  void fire_timers(Instant now);
  // When the next timer is due, or `never`.
  Instant next_timer() const;

 private:
  friend class Timer;
  void add_timer(Timer& timer, Instant at);
  void remove_timer(Timer& timer);
  bool is_before(const Timer* a, const Timer* b) const;
  void place(Timer* timer, std::size_t index);
  void sift_up(std::size_t index);
  void sift_down(std::size_t index);

  std::vector<std::coroutine_handle<>> ready_;
  std::vector<std::coroutine_handle<>> running_;
  std::vector<Timer*> timers_;  // binary heap by time, then order
  std::uint64_t next_order_ = 0;
};

}  // namespace gust::rt
