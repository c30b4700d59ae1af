// Resolver: host names to addresses, remembered for a moment, asked once for many.
//
// Shape:  one a core. The look-up itself is rt Network.resolve, which tells no TTL, so that answers are kept for a
// fixed
//         short time. A look-up under way serves everyone who asks meanwhile and is not ended by their leaving.
// Core:   one.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "rt/address.h"
#include "rt/scope.h"
#include "rt/signal.h"
#include "rt/task.h"

namespace gust::origin {

struct ResolverLimits {
  Duration keep = std::chrono::seconds{60};
  Duration keep_failure = std::chrono::seconds{5};
  std::size_t names_max = 1024;  // the one that ends first makes room
};

class Resolver {
 public:
  Resolver(rt::Loop& loop, const ResolverLimits& limits);
  ~Resolver();  // needs close()

  // Addresses of `host` with `port`, best first, each once.
  //   fails   name_not_found, timed_out (the look-up goes on), cancelled; would_exceed_limit when all names_max names
  //           are being looked up; side origin
  rt::Task<Result<std::vector<rt::Endpoint>>> resolve(std::string host, std::uint16_t port, Instant deadline);

  // Ends the look-ups under way. Nothing is asked afterwards.
  rt::Task<void> close();

 private:
  struct Answer;
  rt::Task<void> look_up(std::shared_ptr<Answer> answer);
  bool make_room();

  rt::Loop& loop_;
  ResolverLimits limits_;
  std::map<std::string, std::shared_ptr<Answer>, std::less<>> answers_;
  rt::Scope look_ups_;
};

}  // namespace gust::origin
