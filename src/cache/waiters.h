// Waiters: tasks on any cores that wait for one thing to change.
//
// Shape:  one CrossSignal for each core that waits, so that telling costs as many posts as there are such cores.
// Use:    Waiters::Place place(waiters, loop);          // told of every notify_all() from here on
//         if (changed already) ... else co_await place.wait(deadline);   // then look again: wakings may be spurious
// Core:   notify_all() from any; a Place belongs to its loop's core.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "base/result.h"
#include "rt/signal.h"

namespace gust::rt {
class Loop;
}

namespace gust::cache {

class Waiters {
  struct CoreWaiters {
    rt::Loop* loop;
    std::shared_ptr<rt::CrossSignal> signal;
    std::size_t places;
  };

 public:
  Waiters() = default;
  Waiters(const Waiters&) = delete;
  Waiters& operator=(const Waiters&) = delete;

  void notify_all();

  // A wait under way. `waiters` outlives it.
  class Place {
   public:
    Place(Waiters& waiters, rt::Loop& loop);
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place();
    // fails: timed_out, cancelled
    rt::Signal::Wait wait(Instant deadline) { return signal_->wait(deadline); }

   private:
    Waiters& waiters_;
    rt::Loop* loop_;
    std::shared_ptr<rt::CrossSignal> signal_;
  };

 private:
  std::atomic<std::size_t> places_ = 0;  // all cores'; lets notify_all() pass by when nobody waits
  std::mutex mutex_;
  std::vector<CoreWaiters> cores_;
};

}  // namespace gust::cache
