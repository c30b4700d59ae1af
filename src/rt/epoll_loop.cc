#include "rt/epoll_loop.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/check.h"
#include "rt/epoll_network_internal.h"
#include "rt/network.h"

namespace gust::rt {

void Watched::try_again() { on_events(EPOLLIN | EPOLLOUT); }

EpollLoop::EpollLoop(WorkerPool& workers) : RealLoop(workers) {
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  CHECK(epoll_ >= 0);
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  event.data.ptr = nullptr;
  CHECK(epoll_ctl(epoll_, EPOLL_CTL_ADD, wake(), &event) == 0);
  set_network(make_epoll_network(*this));
}

EpollLoop::~EpollLoop() { close(epoll_); }

void EpollLoop::hear_events() {
  int timeout_ms = -1;
  if (const Duration wait = may_wait(); wait != Duration::max()) {
    const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(wait);
    timeout_ms = static_cast<int>(std::clamp<std::int64_t>(rounded.count(), 0, 60'000));
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
}

Result<void> EpollLoop::watch(int descriptor, Watched& watched) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &watched;
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) == 0) return {};
  return fail(Errc::would_exceed_limit, "the kernel watches no more descriptors for this process");
}

void EpollLoop::unwatch(int descriptor, Watched& watched) {
  epoll_ctl(epoll_, EPOLL_CTL_DEL, descriptor, nullptr);
  std::ranges::replace(dispatching_, &watched, nullptr);
  forget(watched);
}

}  // namespace gust::rt
