// Output: what one connection sends, in vectored writes of bounded batches, each with its deadline.
#pragma once

#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "rt/task.h"

namespace gust::net {
class Stream;
}

namespace gust::http {

// How long the peer may take for one batch: time_max, and a second more for each rate_min bytes in it.
struct WritePace {
  Duration time_max = std::chrono::seconds{20};
  ByteCount rate_min = 16_KiB;
  std::size_t batch_bytes = 256 * 1024;
};

class Output {
 public:
  Output(net::Stream& stream, const WritePace& pace) : stream_(stream), pace_(pace) {}
  void set_pace(const WritePace& pace) { pace_ = pace; }

  // Writes the three parts in order, nothing copied; done when the stream has taken them. What the stream takes at once
  // goes out in the call, in one send where it is no more than a batch; then the Task is ready. Lent slices, where they
  // are enough to be worth it, are lent on to the stream.
  //   needs   everything outlives the wait
  //   fails   as Stream::write, and timed_out when `deadline` has passed
  rt::Task<Result<void>> write(ByteView front, std::span<const Slice> content, ByteView back, Instant deadline = never);

  // What the stream took since the beginning, the front of a failed write included.
  ByteCount bytes_sent() const { return bytes_sent_; }

 private:
  rt::Task<Result<void>> write_batches(ByteView front, std::span<const Slice> content, ByteView back, Instant deadline);
  rt::Task<Result<void>> write_batch(std::size_t bytes, Instant deadline);
  Result<bool> try_batch(std::size_t bytes);
  void clear();
  void add(ByteView piece, bool is_lent);
  bool lends() const;
  std::size_t unsent() const;

  net::Stream& stream_;
  WritePace pace_;
  // The batch: lent pieces stand behind the others.
  std::vector<ByteView> pieces_;  // keeps its memory
  std::size_t copied_ = 0;        // pieces that are not lent
  std::size_t lent_bytes_ = 0;
  ByteCount bytes_sent_ = 0;
};

}  // namespace gust::http
