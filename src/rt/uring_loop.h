// UringLoop: the real Loop, over io_uring. One a core; run() on that core's thread.
//
// Shape:  requests gather in the ring while coroutines run, and go to the kernel together, once a turn, by the call
// that
//         also waits for completions. Receiving and accepting are asked for once and answered many times (multishot);
//         what is received stands in buffers of the loop, so that a connection that waits holds none.
// Source: io_uring_enter(2), io_uring_prep_recv_multishot(3); docs/decisions/io-uring.md for what was measured.
// Needs:  Linux 6.1 or later; make() fails where it is older, or where the system forbids io_uring.
// Core:   the ring belongs to the thread of run(). Behind the end of run() nothing is asked of the kernel any more.
#pragma once

#include <cstdint>
#include <memory>

#include "rt/real_loop.h"

struct io_uring_sqe;

namespace gust::rt {

class UringLoop;
class UringRing;

// Who asks the kernel for something and hears of it. It lives until each of its requests has had its last completion:
// its owner lets go with release(), and it then destroys itself.
class Requester {
 public:
  Requester(const Requester&) = delete;
  Requester& operator=(const Requester&) = delete;

  // Withdraws what is asked for. Once, by the owner; not from inside on_completion().
  void release();

 protected:
  explicit Requester(UringLoop& loop) : loop_(loop) {}
  virtual ~Requester() = default;

  UringLoop& loop() const { return loop_; }
  // A request of `kind` (less than max_kinds), to be filled in; one of a kind at a time. Null when the loop ends.
  io_uring_sqe* ask(unsigned kind);
  bool is_asked(unsigned kind) const { return (asked_ & (1U << kind)) != 0; }
  // The last completion comes soon, with -ECANCELED if nothing else came before. Harmless when nothing is asked.
  void withdraw(unsigned kind);
  bool is_released() const { return released_; }

  static constexpr unsigned max_kinds = 4;

 private:
  friend class UringLoop;
  // `result` is that of the system call, or -errno; `flags` are IORING_CQE_F_*. After the last one, is_asked() is
  // false.
  virtual void on_completion(unsigned kind, int result, unsigned flags) = 0;
  virtual void on_release() = 0;
  void complete(unsigned kind, int result, unsigned flags);

  UringLoop& loop_;
  unsigned char asked_ = 0;      // a bit a kind
  unsigned char withdrawn_ = 0;  // likewise
  bool released_ = false;
};

class UringLoop final : public RealLoop {
 public:
  // `workers` outlives the loop and runs its blocking calls.
  //   fails   unsupported (kernel too old), access_denied (forbidden by the system or a container), would_exceed_limit
  static Result<std::unique_ptr<UringLoop>> make(WorkerPool& workers);
  ~UringLoop() override;

  void run() override;

  // The buffers into which the kernel receives; of this loop's connections.
  UringRing& ring() { return *ring_; }

 private:
  friend class Requester;
  class Waker;
  UringLoop(WorkerPool& workers, std::unique_ptr<UringRing> ring);
  void hear_events() override;
  void dispatch();
  void end_requests();

  std::unique_ptr<UringRing> ring_;
  Waker* waker_;
  std::size_t in_flight_ = 0;  // requests whose last completion is to come
  bool is_ending_ = false;
};

}  // namespace gust::rt
