#include "rt/cores.h"

#include <utility>

#include "rt/real_loop.h"
#include "rt/worker_pool.h"

namespace gust::rt {

Cores::Cores(std::size_t count, std::size_t workers) : Cores(*make_parts(count, IoBackend::epoll, workers)) {}

Result<std::unique_ptr<Cores>> Cores::make(std::size_t count, IoBackend backend, std::size_t workers) {
  TRY(NotStarted parts, make_parts(count, backend, workers));
  return std::unique_ptr<Cores>(new Cores(std::move(parts)));
}

Result<Cores::NotStarted> Cores::make_parts(std::size_t count, IoBackend backend, std::size_t workers) {
  NotStarted parts{.workers = std::make_unique<WorkerPool>(workers), .loops = {}};
  for (std::size_t i = 0; i < count; ++i) {
    TRY(std::unique_ptr<RealLoop> loop, make_real_loop(backend, *parts.workers));
    parts.loops.push_back(std::move(loop));
  }
  return parts;
}

Cores::Cores(NotStarted parts) : workers_(std::move(parts.workers)), loops_(std::move(parts.loops)) {
  for (const auto& loop : loops_) threads_.emplace_back([&loop = *loop] { loop.run(); });
}

Cores::~Cores() {
  for (const auto& loop : loops_) loop->stop();
  threads_.clear();
  workers_.reset();
}

Loop& Cores::loop(std::size_t core) const { return *loops_[core]; }

}  // namespace gust::rt
