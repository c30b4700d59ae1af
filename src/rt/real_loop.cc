#include "rt/real_loop.h"

#include <sys/eventfd.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

#include "base/check.h"
#include "rt/lent_sender_internal.h"
#include "rt/network.h"
#include "rt/real_files_internal.h"
#include "rt/worker_pool.h"

namespace gust::rt {
namespace {

// Reads and writes that are done without looking at events, in one turn.
constexpr int immediate_max = 1024;

Duration read_clock(clockid_t clock) {
  timespec at{};
  clock_gettime(clock, &at);
  return std::chrono::seconds{at.tv_sec} + std::chrono::nanoseconds{at.tv_nsec};
}

}  // namespace

RealLoop::RealLoop(WorkerPool& workers)
    : workers_(workers), lent_sender_(std::make_unique<LentSender>()), wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  CHECK(wake_ >= 0);
  std::uint64_t seed = 0;
  RealLoop::fill_secret({reinterpret_cast<char*>(&seed), sizeof seed});
  chance_.seed(seed);
  files_ = make_real_files(*this);
  read_clocks();
}

RealLoop::~RealLoop() {
  // Whoever posted last may have been overtaken by its job, and still be in post().
  const std::lock_guard lock(posted_mutex_);
  close(wake_);
}

void RealLoop::set_network(std::unique_ptr<Network> network) { network_ = std::move(network); }

void RealLoop::read_clocks() {
  now_ = Instant{read_clock(CLOCK_MONOTONIC)};
  wall_now_ = WallTime{read_clock(CLOCK_REALTIME)};
}

void RealLoop::fill_secret(MutableBytes bytes) {
  while (!bytes.empty()) {
    const ssize_t got = getrandom(bytes.data(), bytes.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    CHECK(got > 0);
    bytes = bytes.subspan(static_cast<std::size_t>(got));
  }
}

void RealLoop::run() {
  read_clocks();
  while (!stopping_.load(std::memory_order_acquire)) turn();
}

void RealLoop::stop() {
  stopping_.store(true, std::memory_order_release);
  post([] {});
}

void RealLoop::turn() {
  immediate_left_ = immediate_max;
  run_ready();
  hear_events();
  run_postponed();
  fire_timers(now_);
  run_posted();
}

Duration RealLoop::may_wait() const {
  if (has_ready() || !again_.empty()) return Duration::zero();
  const Instant due = next_timer();
  return due == never ? Duration::max() : std::max(Duration::zero(), due - now_);
}

void RealLoop::run_postponed() {
  again_now_.swap(again_);
  for (std::size_t i = 0; i < again_now_.size(); ++i) {
    if (Postponed* postponed = again_now_[i]) postponed->try_again();
  }
  again_now_.clear();
}

void RealLoop::forget(Postponed& postponed) {
  for (auto* list : {&again_, &again_now_}) std::ranges::replace(*list, &postponed, nullptr);
}

void RealLoop::post(Job job) {
  const std::lock_guard lock(posted_mutex_);
  posted_.push_back(std::move(job));
  if (!woken_.exchange(true, std::memory_order_acq_rel)) {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = write(wake_, &one, sizeof one);
  }
}

void RealLoop::run_posted() {
  if (!woken_.exchange(false, std::memory_order_acq_rel)) return;
  {
    const std::lock_guard lock(posted_mutex_);
    posted_now_.swap(posted_);
  }
  for (Job& job : posted_now_) job();
  posted_now_.clear();
}

void RealLoop::offload(Job job) { workers_.run(std::move(job)); }
LookUpPool& RealLoop::look_ups() { return workers_.look_ups(); }

}  // namespace gust::rt
