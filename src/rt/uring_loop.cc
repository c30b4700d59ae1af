#include "rt/uring_loop.h"

#include <poll.h>

#include <utility>

#include "base/check.h"
#include "rt/network.h"
#include "rt/uring_network_internal.h"
#include "rt/uring_ring_internal.h"

namespace gust::rt {
namespace {

// A request is named by its requester's address with the kind in the bits that alignment leaves.
static_assert(alignof(Requester) >= 4);
constexpr std::uint64_t kind_bits = 3;
constexpr std::uint64_t nobody = 0;

std::uint64_t name_of(const Requester& requester, unsigned kind) {
  return reinterpret_cast<std::uintptr_t>(&requester) | kind;
}

}  // namespace

void Requester::release() {
  released_ = true;
  on_release();
  for (unsigned kind = 0; kind < max_kinds; ++kind) withdraw(kind);
  if (asked_ == 0) delete this;
}

io_uring_sqe* Requester::ask(unsigned kind) {
  if (loop_.is_ending_) return nullptr;
  io_uring_sqe& request = loop_.ring_->request();
  asked_ |= static_cast<unsigned char>(1U << kind);
  withdrawn_ &= static_cast<unsigned char>(~(1U << kind));
  ++loop_.in_flight_;
  request.user_data = name_of(*this, kind);
  return &request;
}

void Requester::withdraw(unsigned kind) {
  const auto bit = static_cast<unsigned char>(1U << kind);
  if ((asked_ & bit) == 0 || (withdrawn_ & bit) != 0 || loop_.is_ending_) return;
  withdrawn_ |= bit;
  io_uring_sqe& request = loop_.ring_->request();
  io_uring_prep_cancel64(&request, name_of(*this, kind), 0);
  request.user_data = nobody;
}

void Requester::complete(unsigned kind, int result, unsigned flags) {
  if ((flags & IORING_CQE_F_MORE) == 0) {
    asked_ &= static_cast<unsigned char>(~(1U << kind));
    --loop_.in_flight_;
  }
  on_completion(kind, result, flags);
  if (released_ && asked_ == 0) delete this;
}

// Hears of post() from other threads; the jobs are run at the end of each turn.
class UringLoop::Waker final : public Requester {
 public:
  Waker(UringLoop& loop, int descriptor) : Requester(loop), descriptor_(descriptor) {}
  void start() {
    if (io_uring_sqe* request = ask(0)) io_uring_prep_poll_multishot(request, descriptor_, POLLIN);
  }

 private:
  void on_completion(unsigned, int, unsigned) override {
    if (!is_asked(0) && !is_released()) start();
  }
  void on_release() override {}

  int descriptor_;
};

Result<std::unique_ptr<UringLoop>> UringLoop::make(WorkerPool& workers) {
  TRY(std::unique_ptr<UringRing> ring, UringRing::make());
  return std::unique_ptr<UringLoop>(new UringLoop(workers, std::move(ring)));
}

UringLoop::UringLoop(WorkerPool& workers, std::unique_ptr<UringRing> ring)
    : RealLoop(workers), ring_(std::move(ring)), waker_(new Waker(*this, wake())) {
  set_network(make_uring_network(*this));
}

UringLoop::~UringLoop() { waker_->release(); }

void UringLoop::run() {
  ring_->enable();
  waker_->start();
  RealLoop::run();
  end_requests();
}

void UringLoop::hear_events() {
  ring_->wait(may_wait());
  read_clocks();
  dispatch();
}

void UringLoop::dispatch() {
  while (io_uring_cqe* completion = ring_->peek()) {
    const std::uint64_t name = completion->user_data;
    const int result = completion->res;
    const unsigned flags = completion->flags;
    ring_->done_with(completion);
    if (name == nobody) continue;
    auto* requester = reinterpret_cast<Requester*>(name & ~kind_bits);
    requester->complete(static_cast<unsigned>(name & kind_bits), result, flags);
  }
}

// The kernel forgets us: what is destroyed behind the end of run(), perhaps by another thread, has nothing to withdraw.
void UringLoop::end_requests() {
  is_ending_ = true;
  while (in_flight_ > 0) {
    io_uring_sqe& request = ring_->request();
    io_uring_prep_cancel64(&request, 0, IORING_ASYNC_CANCEL_ANY | IORING_ASYNC_CANCEL_ALL);
    request.user_data = nobody;
    ring_->wait(std::chrono::milliseconds(100));
    dispatch();
  }
}

}  // namespace gust::rt
