#include <algorithm>

#include "http/output_internal.h"
#include "net/stream.h"
#include "rt/loop.h"

namespace gust::http {

rt::Task<Result<void>> Output::write(ByteView front, std::span<const Slice> content, ByteView back, Instant deadline) {
  rt::Loop& loop = co_await rt::this_loop();
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
      CO_TRY_OK(co_await write_batch(loop, batch, deadline));
      pieces_.clear();
      batch = 0;
    }
  }
  if (batch == 0) co_return Result<void>();
  co_return co_await write_batch(loop, batch, deadline);
}

rt::Task<Result<void>> Output::write_batch(rt::Loop& loop, std::size_t bytes, Instant deadline) {
  const auto extra = std::chrono::seconds(bytes / std::max<ByteCount>(pace_.rate_min, 1));
  const auto written = co_await stream_.write(pieces_, std::min(deadline, loop.now() + pace_.time_max + extra));
  std::size_t unsent = 0;
  if (!written) {
    for (const ByteView piece : pieces_) unsent += piece.size();
  }
  bytes_sent_ += bytes - unsent;
  co_return written;
}

}  // namespace gust::http
