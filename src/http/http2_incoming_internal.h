// Http2Incoming: the content of one stream that has come and that nobody has read yet.
//
// Source: RFC 9113 sections 5.2 and 6.9: the windows that a peer may fill are opened again as the content is read, so
//         that a slow reader, or none, holds no more than a window.
// Memory: blocks into which the DATA is copied; small pieces share one.
#pragma once

#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "rt/signal.h"
#include "rt/task.h"

namespace gust::http {

// How long the peer may take for content that is waited for: total_max, and a second more for each rate_min bytes. The
// time that the reader takes does not count.
struct Http2Pace {
  Duration total_max = Duration::max();
  ByteCount rate_min = 1_KiB;
};

class Http2Incoming {
 public:
  // Tells the peer that it may send so many bytes more.
  class Window {
   public:
    virtual ~Window() = default;
    virtual void open(ByteCount bytes) = 0;
  };
  explicit Http2Incoming(Window& window) : window_(window) {}

  void set_pace(const Http2Pace& pace) { pace_ = pace; }
  void add(ByteView bytes);
  // The content is whole.
  void end();
  // There will be no more; the first failure stays.
  void fail(const Error& error);
  // The next bytes, as BodyReader::read().
  rt::Task<Result<Slice>> read(Instant deadline);
  // Waits until there is something to read: bytes, the end, or a failure.
  rt::Task<Result<void>> wait(Instant deadline);
  // At most as many bytes as `into` takes, of those that are here.
  std::size_t take(MutableBytes into);
  // Throws away what is here.
  void drop();

  bool has_ended() const { return ended_; }
  const std::optional<Error>& failure() const { return failure_; }
  // What came, and what of it nobody has read.
  ByteCount came() const { return came_; }
  ByteCount held() const { return held_; }

 private:
  Slice take_first();
  bool is_settled() const { return held_ > 0 || ended_ || failure_; }

  Window& window_;
  Http2Pace pace_;
  std::vector<Slice> slices_;
  std::size_t first_ = 0;
  BlockRef block_;  // of the last slice
  std::size_t block_used_ = 0;
  ByteCount held_ = 0;
  ByteCount came_ = 0;
  Duration waited_{};
  bool ended_ = false;
  std::optional<Error> failure_;
  rt::Signal arrived_;
};

}  // namespace gust::http
