// WorkerPool: the few threads on which calls that block are made, for all loops of a process.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "rt/look_up_pool.h"
#include "rt/loop.h"

namespace gust::rt {

class WorkerPool {
 public:
  explicit WorkerPool(std::size_t threads);
  // Runs what is queued, then ends.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // From any thread.
  void run(Job job);
  // Host names have threads of their own.
  LookUpPool& look_ups() { return look_ups_; }

 private:
  void work();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> jobs_;
  bool stopping_ = false;
  LookUpPool look_ups_;
  std::vector<std::jthread> threads_;
};

}  // namespace gust::rt
