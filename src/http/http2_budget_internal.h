// Budget: how many of a thing a peer may cause in one period. Constant memory, for floods (SECURITY.md).
#pragma once

#include <cstdint>

#include "base/time.h"

namespace gust::http {

class Budget {
 public:
  Budget(std::uint32_t most, Duration period) : most_(most), period_(period) {}

  // Takes one at `now`; false where the period's are used up.
  bool take(Instant now) {
    if (now - began_ >= period_) {
      began_ = now;
      taken_ = 0;
    }
    return ++taken_ <= most_;
  }

 private:
  std::uint32_t most_;
  Duration period_;
  Instant began_{};
  std::uint32_t taken_ = 0;
};

}  // namespace gust::http
