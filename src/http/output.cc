#include <algorithm>

#include "http/output_internal.h"
#include "net/stream.h"
#include "rt/loop.h"

namespace gust::http {

rt::Task<Result<void>> Output::write(ByteView front, std::span<const Slice> content, ByteView back, Instant deadline) {
  std::size_t bytes = front.size() + back.size();
  for (const Slice& slice : content) bytes += slice.size();
  if (bytes > pace_.batch_bytes) return write_batches(front, content, back, deadline);

  pieces_.clear();
  if (!front.empty()) pieces_.push_back(front);
  for (const Slice& slice : content) {
    if (!slice.empty()) pieces_.push_back(slice.view());
  }
  if (!back.empty()) pieces_.push_back(back);
  const Result<bool> whole = try_batch(bytes);
  if (!whole) return rt::Task<Result<void>>::ready(std::unexpected(whole.error()));
  if (*whole) return rt::Task<Result<void>>::ready(Result<void>());
  return write_batch(unsent(), deadline);
}

rt::Task<Result<void>> Output::write_batches(ByteView front, std::span<const Slice> content, ByteView back,
                                             Instant deadline) {
  pieces_.clear();
  std::size_t batch = 0;
  for (std::size_t i = 0; i < content.size() + 2; ++i) {
    ByteView piece = i == 0 ? front : i <= content.size() ? content[i - 1].view() : back;
    while (!piece.empty()) {
      const ByteView part = piece.substr(0, pace_.batch_bytes - batch);
      piece.remove_prefix(part.size());
      pieces_.push_back(part);
      batch += part.size();
      if (batch < pace_.batch_bytes) continue;
      CO_TRY_OK(co_await write_batch(batch, deadline));
      pieces_.clear();
      batch = 0;
    }
  }
  if (batch == 0) co_return Result<void>();
  co_return co_await write_batch(batch, deadline);
}

// Sends what the stream takes at once; true where that is all of pieces_, of `bytes` bytes.
Result<bool> Output::try_batch(std::size_t bytes) {
  if (bytes == 0) return true;
  TRY(const std::size_t taken, stream_.try_write(pieces_));
  bytes_sent_ += taken;
  return taken == bytes;
}

rt::Task<Result<void>> Output::write_batch(std::size_t bytes, Instant deadline) {
  rt::Loop& loop = co_await rt::this_loop();
  const auto extra = std::chrono::seconds(bytes / std::max<ByteCount>(pace_.rate_min, 1));
  const auto written = co_await stream_.write(pieces_, std::min(deadline, loop.now() + pace_.time_max + extra));
  bytes_sent_ += bytes - (written ? 0 : unsent());
  co_return written;
}

std::size_t Output::unsent() const {
  std::size_t bytes = 0;
  for (const ByteView piece : pieces_) bytes += piece.size();
  return bytes;
}

}  // namespace gust::http
