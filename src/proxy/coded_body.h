// CodedBody: an origin's body, coded piece by piece as it comes.
//
// Source: CMP-9; DESIGN.md decision 2 (no long work on a loop).
// Shape:  reads one piece ahead while a worker codes the one before, so that the loop stays free. What the encoder
//         holds back is flushed once the origin has brought nothing for a while: its bytes reach the viewer though it
//         is slow, and one that is quick loses nothing.
// Memory: two pieces of at most 64 KiB, and the encoder's own.
// Core:   one.
#pragma once

#include <optional>

#include "http/content_coding.h"
#include "origin/fetch.h"
#include "rt/scope.h"
#include "rt/signal.h"
#include "rt/task.h"

namespace gust::proxy {

class CodedBody {
 public:
  // How long bytes may wait in the encoder for more of their kind.
  static constexpr Duration flush_after = std::chrono::milliseconds(100);

  // `fetched` outlives it, and is read by it alone. end() comes before its destruction.
  CodedBody(const rt::Context& context, origin::Fetched& fetched, http::Encoder encoder);

  // The next piece of the coded body; an empty one is its end. Good until the next call.
  //   fails   as Fetched::read; out_of_memory
  rt::Task<Result<Slice>> read();
  // Of the plain body, so far.
  ByteCount received() const { return received_; }
  // `bytes` of what read() gave have been used.
  void take(ByteCount bytes) { given_ += bytes; }
  ByteCount given() const { return given_; }
  // Ends the reading ahead.
  rt::Task<void> end();

 private:
  rt::Task<void> read_ahead();
  rt::Task<Result<Slice>> encode(ByteView bytes, http::Encoder::Then then);

  origin::Fetched& fetched_;
  http::Encoder encoder_;
  rt::Scope reading_;
  std::optional<Result<Slice>> next_;
  rt::Signal came_;
  rt::Signal taken_;
  ByteCount received_ = 0;
  ByteCount given_ = 0;
  std::optional<Instant> held_since_;  // the oldest byte that was not flushed
  bool is_finished_ = false;
};

}  // namespace gust::proxy
