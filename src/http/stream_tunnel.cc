#include <algorithm>
#include <cstring>

#include "http/stream_tunnel_internal.h"
#include "net/stream.h"

namespace gust::http {

rt::Task<Result<std::size_t>> StreamTunnel::read(MutableBytes into, Instant deadline) {
  std::size_t bytes = std::min(into.size(), input_.view().size());
  if (bytes > 0) {
    std::memcpy(into.data(), input_.view().data(), bytes);
    input_.take(bytes);
  } else {
    CO_TRY(bytes, co_await stream_.read(into, deadline));
    received_ += bytes;
  }
  co_return bytes;
}

rt::Task<Result<void>> StreamTunnel::write(ByteView bytes, Instant deadline) {
  const ByteCount count = bytes.size();
  CO_TRY_OK(co_await stream_.write({&bytes, 1}, deadline));
  sent_ += count;
  co_return Result<void>();
}

void StreamTunnel::finish_writing() { stream_.finish_writing(); }

}  // namespace gust::http
