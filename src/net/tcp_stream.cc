#include <algorithm>

#include "net/stream.h"

namespace gust::net {
namespace {

void use_up(std::span<ByteView> pieces, std::size_t taken) {
  for (ByteView& piece : pieces) {
    const std::size_t here = std::min(taken, piece.size());
    piece.remove_prefix(here);
    taken -= here;
    if (taken == 0) break;
  }
}

class TcpStream final : public Stream {
 public:
  explicit TcpStream(std::unique_ptr<rt::Socket> socket) : socket_(std::move(socket)) {}

  rt::Task<Result<std::size_t>> read(MutableBytes into, Instant deadline) override {
    co_return co_await socket_->read(into, deadline);
  }

  rt::Task<Result<void>> write(std::span<ByteView> pieces, Instant deadline) override {
    return write_lent(pieces, pieces.size(), deadline);
  }
  rt::Task<Result<void>> write_lent(std::span<ByteView> pieces, std::size_t copied, Instant deadline) override {
    while (true) {
      while (!pieces.empty() && pieces.front().empty()) {
        pieces = pieces.subspan(1);
        if (copied > 0) --copied;
      }
      if (pieces.empty()) co_return Result<void>{};
      CO_TRY(const std::size_t taken, co_await socket_->write_lent(pieces, copied, deadline));
      use_up(pieces, taken);
    }
  }

  std::optional<Result<std::size_t>> try_read(MutableBytes into) override {
    rt::ReadOperation operation = socket_->read(into, never);
    if (!operation.await_ready()) return std::nullopt;
    return operation.await_resume();
  }
  Result<std::size_t> try_write(std::span<ByteView> pieces) override { return try_write_lent(pieces, pieces.size()); }
  Result<std::size_t> try_write_lent(std::span<ByteView> pieces, std::size_t copied) override {
    rt::WriteOperation operation = socket_->write_lent(pieces, copied, never);
    if (!operation.await_ready()) return std::size_t{0};
    const Result<std::size_t> taken = operation.await_resume();
    if (taken) use_up(pieces, *taken);
    return taken;
  }
  rt::ReadOperation readable(Instant deadline, rt::CancelSource* cancel) override {
    return socket_->readable(deadline, cancel);
  }

  void finish_writing() override { socket_->finish_writing(); }
  void reset() override { socket_->reset(); }
  rt::Endpoint local() const override { return socket_->local(); }
  rt::Endpoint peer() const override { return socket_->peer(); }

 private:
  std::unique_ptr<rt::Socket> socket_;
};

}  // namespace

std::unique_ptr<Stream> make_tcp_stream(std::unique_ptr<rt::Socket> socket) {
  return std::make_unique<TcpStream>(std::move(socket));
}

}  // namespace gust::net
