// ContentReader: the content of one HTTP/1.1 message off a connection, by its framing.
//
// Source: RFC 9112 sections 6.3, 7.1 and 8.
// Shape:  what came with the head is copied out of the Input, or lent; the rest is read from the Stream straight into
// blocks, of
//         which slices are given. Never reads past a message whose length is known. Bytes behind a chunked message stay
//         for take_rest().
#pragma once

#include <optional>

#include "http/chunked.h"
#include "http/exchange.h"
#include "http/input_internal.h"
#include "rt/task.h"

namespace gust::net {
class Stream;
}
namespace gust::rt {
class Loop;
}

namespace gust::http {

// How long the peer may take. The time that its reader takes does not count.
struct ReadPace {
  Duration gap_max = Duration::max();    // one wait
  Duration total_max = Duration::max();  // all waits together, and a second more for each rate_min bytes
  ByteCount rate_min = 1_KiB;
};

class ContentReader {
 public:
  ContentReader(net::Stream& stream, Input& input, Side side) : stream_(stream), input_(input), side_(side) {}

  void begin(BodyFraming framing, ByteCount bytes_max, const ChunkedLimits& limits, const ReadPace& pace);
  rt::Task<Result<Slice>> read(Instant deadline);
  // From now on, until begin(): what came with the head is lent out of the Input instead of copied, good until the next
  // read() or begin().
  void lend_buffered() { lends_buffered_ = true; }
  const Fields& trailers() const;

  bool is_finished() const { return finished_; }
  // True where read() would give the end at once.
  bool is_at_end() const { return finished_ && !failure_; }
  bool has_failed() const { return failure_.has_value(); }
  // Bytes of content that are known to be still missing; nothing where the framing does not say.
  std::optional<ByteCount> bytes_left() const;
  // Off the wire since begin(), what the Input had left included.
  ByteCount wire_bytes() const { return wire_bytes_; }
  // Once finished: moves what was read behind the message to the Input.
  void take_rest();
  // True when bytes were read behind the message and stay outside of the Input.
  bool has_rest() const { return !window_.empty(); }

 private:
  rt::Task<Result<std::size_t>> receive(MutableBytes into, Instant deadline);
  Result<Slice> take_buffered();
  Result<Slice> take_window();
  MutableBytes room(ByteCount wanted);
  Result<void> count(std::size_t content_bytes);
  std::unexpected<Error> failed(Error error);
  Instant deadline_of_wait(Instant now, Instant asked) const;

  net::Stream& stream_;
  Input& input_;
  Side side_;
  BodyFraming framing_;
  ReadPace pace_;
  ByteCount bytes_max_ = 0;
  ByteCount left_ = 0;  // with Kind::length
  ByteCount content_bytes_ = 0;
  ByteCount wire_bytes_ = 0;
  Duration waited_{};
  bool finished_ = true;
  bool lends_buffered_ = false;
  std::optional<Error> failure_;
  std::optional<ChunkedDecoder> decoder_;
  BlockRef block_;
  std::size_t block_used_ = 0;
  Slice window_;  // of the block, read and not yet decoded
};

}  // namespace gust::http
