// LookUpPool: host names are looked up on a few threads of their own, so that a name server that is silent holds up
// neither files nor the end of the program.
//
// Shape:  threads begin when there is something to do, at most `threads`. A look-up that nobody waits for any more goes
//         on to its end, and touches nothing but its own memory; so does one that is under way when the pool goes.
// Memory: at most waiting_max names wait for a thread.
// Core:   any.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "rt/address.h"
#include "rt/task.h"

namespace gust::rt {

struct LookUpLimits {
  std::size_t threads = 4;
  std::size_t waiting_max = 256;
};

class LookUpPool {
 public:
  using Found = Result<std::vector<Endpoint>>;
  // Blocks until the name is resolved. Called on the pool's threads, perhaps longer than the pool lives.
  using LookUp = std::function<Found(const std::string& name)>;

  explicit LookUpPool(LookUp look_up, const LookUpLimits& limits = {});
  // What waits for a thread is dropped. Nobody waits in find() any more.
  ~LookUpPool();
  LookUpPool(const LookUpPool&) = delete;
  LookUpPool& operator=(const LookUpPool&) = delete;

  //   fails   what the look-up fails with; would_exceed_limit; cancelled, at once
  Task<Found> find(std::string name);

 private:
  struct Wanted;
  struct Shared;
  static void work(const std::shared_ptr<Shared>& shared);
  std::shared_ptr<Shared> shared_;
};

}  // namespace gust::rt
