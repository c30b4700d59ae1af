#include "rt/cores.h"

#include "rt/epoll_loop.h"
#include "rt/worker_pool.h"

namespace gust::rt {

Cores::Cores(std::size_t count, std::size_t workers) : workers_(std::make_unique<WorkerPool>(workers)) {
  for (std::size_t i = 0; i < count; ++i) loops_.push_back(std::make_unique<EpollLoop>(*workers_));
  for (const auto& loop : loops_) threads_.emplace_back([&loop = *loop] { loop.run(); });
}

Cores::~Cores() {
  for (const auto& loop : loops_) loop->stop();
  threads_.clear();
  workers_.reset();
}

Loop& Cores::loop(std::size_t core) const { return *loops_[core]; }

}  // namespace gust::rt
