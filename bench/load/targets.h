// Targets: which request comes next.
//
// Shape:  one path again and again; a path with a number in it that counts up; or a trace, replayed in its order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace gust::bench {

// One line of a trace.
struct TraceRequest {
  std::uint64_t id = 0;
  ByteCount size = 0;
};

// Reads a trace in the form that bench/traces/generate.py writes: lines `time,id,size` or `id,size`, in order; a first
// line that names the columns may be there. At most `requests_max` requests are kept.
//   fails   bad_syntax: a line that has other things than two or three whole numbers
Result<std::vector<TraceRequest>> read_trace(ByteView text, std::size_t requests_max);

class Targets {
 public:
  // `path` as it is, or, where it has a `#`, with a number in the place of each: `first`, first + 1, ...; with `cycle`
  // (not 0) only so many different ones, again and again.
  Targets(std::string path, std::uint64_t first, std::uint64_t cycle);
  // `/o/ID-SIZE` for each request of the trace, which bench_origin answers with SIZE bytes.
  explicit Targets(std::vector<TraceRequest> trace);

  // Appends the next path to `into`. False after a trace's last.
  bool next(std::string& into);

 private:
  std::vector<std::string> parts_;  // of the path, between the numbers
  std::uint64_t first_ = 0;
  std::uint64_t cycle_ = 0;
  std::uint64_t made_ = 0;
  std::optional<std::vector<TraceRequest>> trace_;
};

}  // namespace gust::bench
