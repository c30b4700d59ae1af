// Cores: the loops of a process, one thread each, with the pool of workers they share.
#pragma once

#include <memory>
#include <thread>
#include <vector>

namespace gust::rt {

class EpollLoop;
class Loop;
class WorkerPool;

class Cores {
 public:
  // Starts `count` threads, each with a running loop.
  explicit Cores(std::size_t count, std::size_t workers = 4);
  // Stops the loops and joins the threads. All scopes on them have been joined before.
  ~Cores();
  Cores(const Cores&) = delete;
  Cores& operator=(const Cores&) = delete;

  std::size_t count() const { return loops_.size(); }
  Loop& loop(std::size_t core) const;

 private:
  std::unique_ptr<WorkerPool> workers_;
  std::vector<std::unique_ptr<EpollLoop>> loops_;
  std::vector<std::jthread> threads_;
};

}  // namespace gust::rt
