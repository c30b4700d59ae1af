// Load: requests over many keep-alive connections, and how their answers came.
//
// Shape:  one thread, one epoll. Closed: each connection sends its next request when its answer is there. Open: request
// n
//         is due at start + n / rate whether or not the server keeps up; when every connection is busy it waits, and
//         its latency counts from when it was due, so that a slow server cannot hide behind the requests that it
//         delayed. Content of known length is dropped in the kernel, so that reading it costs the load generator next
//         to nothing.
// Errors: a connection that cannot be made, breaks, stays silent or answers what is not HTTP counts as one error, and a
//         new one takes its place; its request is not sent again. After `errors_max` of them the run ends.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "load/answer.h"
#include "load/histogram.h"
#include "load/targets.h"

namespace gust::bench {

struct LoadPlan {
  std::string address = "127.0.0.1";  // IPv4, in numbers
  std::uint16_t port = 0;
  std::string fields{};  // every request's field lines, each with its CR LF; Host is one of them
  std::size_t connections = 64;
  double requests_per_second = 0;  // open loop; 0: closed
  // What ends the run, whichever comes first. Requests that were sent are waited for.
  Duration duration = std::chrono::hours(1);
  std::uint64_t requests_max = std::numeric_limits<std::uint64_t>::max();
  Duration timeout = std::chrono::seconds(10);  // of one request, from when it is sent
  std::uint64_t errors_max = 1000;
};

struct LoadReport {
  Histogram latency;                     // of all answers, whatever their status
  std::map<int, std::uint64_t> answers;  // by status
  std::uint64_t hits = 0;
  ByteCount content_bytes = 0;
  ByteCount hit_bytes = 0;      // content of hits
  std::uint64_t errors = 0;     // requests without an answer
  std::uint64_t unsent = 0;     // open loop: requests that were due but for which no connection was free before the end
  Duration elapsed{};           // from the start to the last answer
  std::uint64_t connected = 0;  // connections made
};

// Runs the plan to its end.
//   fails   bad_value (address), io_failed (epoll, or no connection at all could be made)
Result<LoadReport> run_load(const LoadPlan& plan, const HitRule& hits, Targets& targets);

}  // namespace gust::bench
