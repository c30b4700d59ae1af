// Cores: the loops of a process, one thread each, with the pool of workers they share.
#pragma once

#include <memory>
#include <thread>
#include <vector>

#include "base/result.h"
#include "rt/io_backend.h"

namespace gust::rt {

class Loop;
class RealLoop;
class WorkerPool;

class Cores {
 public:
  // Starts `count` threads, each with a running loop over epoll.
  explicit Cores(std::size_t count, std::size_t workers = 4);
  // The same over `backend`.
  //   fails   as make_real_loop()
  static Result<std::unique_ptr<Cores>> make(std::size_t count, IoBackend backend, std::size_t workers = 4);
  // Stops the loops and joins the threads. All scopes on them have been joined before.
  ~Cores();
  Cores(const Cores&) = delete;
  Cores& operator=(const Cores&) = delete;

  std::size_t count() const { return loops_.size(); }
  Loop& loop(std::size_t core) const;

 private:
  struct NotStarted {
    std::unique_ptr<WorkerPool> workers;
    std::vector<std::unique_ptr<RealLoop>> loops;
  };
  explicit Cores(NotStarted parts);
  static Result<NotStarted> make_parts(std::size_t count, IoBackend backend, std::size_t workers);

  std::unique_ptr<WorkerPool> workers_;
  std::vector<std::unique_ptr<RealLoop>> loops_;
  std::vector<std::jthread> threads_;
};

}  // namespace gust::rt
