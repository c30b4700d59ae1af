#include <algorithm>

#include "http/output_internal.h"
#include "net/stream.h"
#include "rt/loop.h"

namespace gust::http {
namespace {

// From here on a send by reference costs less than a copy. Measured with a bare epoll loop, by reference and copied: 16
// KiB 5.3 and 5.9 us, 32 KiB 5.9 and 7.9, 64 KiB 8.1 and 10.1, 1 MiB 46 and 142.
constexpr std::size_t lent_bytes_min = 16 * 1024;

}  // namespace

rt::Task<Result<void>> Output::write(ByteView front, std::span<const Slice> content, ByteView back, Instant deadline) {
  std::size_t bytes = front.size() + back.size();
  for (const Slice& slice : content) bytes += slice.size();
  if (bytes > pace_.batch_bytes) return write_batches(front, content, back, deadline);

  clear();
  add(front, false);
  for (const Slice& slice : content) add(slice.view(), slice.is_lent());
  if (!back.empty() && lends()) return write_batches(front, content, back, deadline);
  add(back, false);
  const Result<bool> whole = try_batch(bytes);
  if (!whole) return rt::Task<Result<void>>::ready(std::unexpected(whole.error()));
  if (*whole) return rt::Task<Result<void>>::ready(Result<void>());
  return write_batch(unsent(), deadline);
}

rt::Task<Result<void>> Output::write_batches(ByteView front, std::span<const Slice> content, ByteView back,
                                             Instant deadline) {
  clear();
  std::size_t batch = 0;
  for (std::size_t i = 0; i < content.size() + 2; ++i) {
    ByteView piece = i == 0 ? front : i <= content.size() ? content[i - 1].view() : back;
    const bool is_lent = i > 0 && i <= content.size() && content[i - 1].is_lent();
    if (!is_lent && !piece.empty() && lends()) {
      CO_TRY_OK(co_await write_batch(batch, deadline));
      clear();
      batch = 0;
    }
    while (!piece.empty()) {
      const ByteView part = piece.substr(0, pace_.batch_bytes - batch);
      piece.remove_prefix(part.size());
      add(part, is_lent);
      batch += part.size();
      if (batch < pace_.batch_bytes) continue;
      CO_TRY_OK(co_await write_batch(batch, deadline));
      clear();
      batch = 0;
    }
  }
  if (batch == 0) co_return Result<void>();
  co_return co_await write_batch(batch, deadline);
}

// Sends what the stream takes at once; true where that is all of pieces_, of `bytes` bytes.
Result<bool> Output::try_batch(std::size_t bytes) {
  if (bytes == 0) return true;
  TRY(const std::size_t taken, lends() ? stream_.try_write_lent(pieces_, copied_) : stream_.try_write(pieces_));
  bytes_sent_ += taken;
  return taken == bytes;
}

rt::Task<Result<void>> Output::write_batch(std::size_t bytes, Instant deadline) {
  rt::Loop& loop = co_await rt::this_loop();
  const auto extra = std::chrono::seconds(bytes / std::max<ByteCount>(pace_.rate_min, 1));
  const Instant until = std::min(deadline, loop.now() + pace_.time_max + extra);
  const auto written =
      lends() ? co_await stream_.write_lent(pieces_, copied_, until) : co_await stream_.write(pieces_, until);
  bytes_sent_ += bytes - (written ? 0 : unsent());
  co_return written;
}

void Output::clear() {
  pieces_.clear();
  copied_ = 0;
  lent_bytes_ = 0;
}

void Output::add(ByteView piece, bool is_lent) {
  if (piece.empty()) return;
  pieces_.push_back(piece);
  lent_bytes_ = is_lent ? lent_bytes_ + piece.size() : 0;
  if (!is_lent) copied_ = pieces_.size();
}

bool Output::lends() const { return lent_bytes_ >= lent_bytes_min; }

std::size_t Output::unsent() const {
  std::size_t bytes = 0;
  for (const ByteView piece : pieces_) bytes += piece.size();
  return bytes;
}

}  // namespace gust::http
