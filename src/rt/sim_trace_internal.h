// Trace: what happened in a simulated world, as a ring of the last events to read and a hash of all of them to compare.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace gust::rt::sim {

class Trace {
 public:
  // Keeps the last `lines_max` events as text.
  explicit Trace(std::size_t lines_max) : lines_(lines_max) {}

  // `host` and `what` are kept with the time; `a` and `b` are numbers that `what` speaks of. `what` is static.
  void record(Instant at, std::string_view host, std::string_view what, std::uint64_t a = 0, std::uint64_t b = 0,
              std::string_view text = {});
  // Goes into the hash only: too frequent to be read.
  void fold(std::uint64_t value) { hash_ = (hash_ ^ value) * 0x100000001b3 + (hash_ >> 29); }

  std::uint64_t hash() const { return hash_; }
  // One line an event, oldest first.
  std::string text() const;

 private:
  struct Line {
    Instant at;
    std::string host;
    std::string_view what;
    std::uint64_t a = 0, b = 0;
    std::string text;
  };
  void fold_text(std::string_view text);

  std::vector<Line> lines_;
  std::size_t recorded_ = 0;
  std::uint64_t hash_ = 0xcbf29ce484222325;
};

}  // namespace gust::rt::sim
