#include "rt/epoll_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>

#include "base/check.h"
#include "rt/epoll_network_internal.h"
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

EpollLoop::EpollLoop(WorkerPool& workers) : workers_(workers) {
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  CHECK(epoll_ >= 0 && wake_ >= 0);
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  event.data.ptr = nullptr;
  CHECK(epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event) == 0);
  std::uint64_t seed = 0;
  fill_secret({reinterpret_cast<char*>(&seed), sizeof seed});
  chance_.seed(seed);
  network_ = make_epoll_network(*this);
  files_ = make_real_files(*this);
  read_clocks();
}

EpollLoop::~EpollLoop() {
  close(wake_);
  close(epoll_);
}

void EpollLoop::read_clocks() {
  now_ = Instant{read_clock(CLOCK_MONOTONIC)};
  wall_now_ = WallTime{read_clock(CLOCK_REALTIME)};
}

void EpollLoop::fill_secret(MutableBytes bytes) {
  while (!bytes.empty()) {
    const ssize_t got = getrandom(bytes.data(), bytes.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    CHECK(got > 0);
    bytes = bytes.subspan(static_cast<std::size_t>(got));
  }
}

void EpollLoop::run() {
  read_clocks();
  while (!stopping_.load(std::memory_order_acquire)) turn();
}

void EpollLoop::stop() {
  stopping_.store(true, std::memory_order_release);
  post([] {});
}

void EpollLoop::turn() {
  immediate_left_ = immediate_max;
  run_ready();

  int timeout_ms = -1;
  if (has_ready() || !again_.empty()) {
    timeout_ms = 0;
  } else if (const Instant due = next_timer(); due != never) {
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(due - now_);
    timeout_ms = static_cast<int>(std::clamp<std::int64_t>(wait.count(), 0, 60'000));
  }
  std::array<epoll_event, 256> events;
  const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), timeout_ms);
  read_clocks();

  dispatching_.clear();
  for (int i = 0; i < count; ++i)
    dispatching_.push_back(static_cast<Watched*>(events[static_cast<std::size_t>(i)].data.ptr));
  for (std::size_t i = 0; i < dispatching_.size(); ++i) {
    if (Watched* watched = dispatching_[i]) watched->on_events(events[i].events);
  }
  dispatching_.clear();
  again_now_.swap(again_);
  for (std::size_t i = 0; i < again_now_.size(); ++i) {
    if (Watched* watched = again_now_[i]) watched->on_events(EPOLLIN | EPOLLOUT);
  }
  again_now_.clear();
  fire_timers(now_);
  run_posted();
}

void EpollLoop::post(Job job) {
  {
    const std::lock_guard lock(posted_mutex_);
    posted_.push_back(std::move(job));
  }
  if (!woken_.exchange(true, std::memory_order_acq_rel)) {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = write(wake_, &one, sizeof one);
  }
}

void EpollLoop::run_posted() {
  if (!woken_.exchange(false, std::memory_order_acq_rel)) return;
  {
    const std::lock_guard lock(posted_mutex_);
    posted_now_.swap(posted_);
  }
  for (Job& job : posted_now_) job();
  posted_now_.clear();
}

void EpollLoop::offload(Job job) { workers_.run(std::move(job)); }
LookUpPool& EpollLoop::look_ups() { return workers_.look_ups(); }

Result<void> EpollLoop::watch(int descriptor, Watched& watched) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &watched;
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) == 0) return {};
  return fail(Errc::would_exceed_limit, "the kernel watches no more descriptors for this process");
}

void EpollLoop::unwatch(int descriptor, Watched& watched) {
  epoll_ctl(epoll_, EPOLL_CTL_DEL, descriptor, nullptr);
  for (auto* list : {&dispatching_, &again_, &again_now_}) std::ranges::replace(*list, &watched, nullptr);
}

}  // namespace gust::rt
