#include <openssl/err.h>

#include <algorithm>
#include <cstring>

#include "base/memory_pool.h"
#include "net/tls_stream_internal.h"
#include "rt/loop.h"
#include "rt/scope.h"

namespace gust::net {
namespace {

constexpr std::size_t batch_bytes = 64 * 1024;
constexpr std::size_t record_bytes_max = 16 * 1024;
// A record of this size, its own bytes and those of TCP and IP fit into an Ethernet frame; ten of them are what TCP
// sends before the first acknowledgement (RFC 6928).
constexpr std::size_t first_record_bytes = 1360;
constexpr std::size_t first_bytes = 10 * first_record_bytes;
// After a pause TCP begins small again.
constexpr Duration pause = std::chrono::seconds(1);
constexpr Duration end_time_max = std::chrono::seconds(2);

void use_up(std::span<ByteView>& pieces, std::size_t taken) {
  while (!pieces.empty()) {
    const std::size_t here = std::min(taken, pieces.front().size());
    pieces.front().remove_prefix(here);
    taken -= here;
    if (!pieces.front().empty()) return;
    pieces = pieces.subspan(1);
  }
}

// Sends the end, for a stream that may be gone by now.
rt::Task<void> send_end(std::shared_ptr<TlsChannel> channel, Instant deadline) {
  if (co_await channel->flush(deadline)) channel->below().finish_writing();
}

}  // namespace

TlsStream::TlsStream(std::unique_ptr<Stream> below, Owned<SSL> ssl, rt::Loop& loop, rt::Scope& closing)
    : loop_(loop), closing_(closing), channel_(std::make_shared<TlsChannel>(std::move(below), std::move(ssl))) {}

TlsStream::~TlsStream() { finish_writing(); }

rt::Task<Result<void>> TlsStream::shake_hands(Instant deadline) {
  while (true) {
    ERR_clear_error();
    const int done = SSL_do_handshake(ssl());
    const int why = done == 1 ? SSL_ERROR_NONE : SSL_get_error(ssl(), done);
    if (why != SSL_ERROR_NONE && why != SSL_ERROR_WANT_READ) {
      const Error failure = channel_->failure("the TLS handshake failed");
      (void)channel_->try_flush();  // the alert
      co_return broken(failure);
    }
    Result<void> waited = co_await channel_->flush(deadline);
    if (waited && done == 1) break;
    if (waited) {
      const auto came = co_await channel_->below().readable(deadline, nullptr);
      if (!came) waited = std::unexpected(came.error());
    }
    if (!waited) co_return broken(waited.error());
  }
  facts_.version = SSL_get_version(ssl());
  facts_.cipher = SSL_get_cipher_name(ssl());
  facts_.is_resumed = SSL_session_reused(ssl()) == 1;
  const unsigned char* alpn = nullptr;
  unsigned int alpn_size = 0;
  SSL_get0_alpn_selected(ssl(), &alpn, &alpn_size);
  facts_.alpn.assign(reinterpret_cast<const char*>(alpn), alpn_size);
  co_return Result<void>{};
}

std::unexpected<Error> TlsStream::broken(Error error) {
  read_over_ = std::unexpected(error);
  write_failure_ = error;
  return std::unexpected(error);
}

std::optional<Result<std::size_t>> TlsStream::try_read(MutableBytes into) {
  if (read_over_) return read_over_;
  ERR_clear_error();
  std::size_t got = 0;
  const int done = SSL_read_ex(ssl(), into.data(), into.size(), &got);
  const int why = done == 1 ? SSL_ERROR_NONE : SSL_get_error(ssl(), done);
  is_drained_ = why == SSL_ERROR_WANT_READ;
  if (why == SSL_ERROR_ZERO_RETURN) {
    // An end of the connection alone may be anyone's doing. Writing may go on: some peers close that half only.
    if (channel_->below_ended()) {
      read_over_ = fail(Errc::reset, "the connection ended without TLS's own end");
    } else {
      read_over_ = std::size_t{0};
    }
  } else if (why != SSL_ERROR_NONE && why != SSL_ERROR_WANT_READ) {
    read_over_ = broken(channel_->failure("a TLS record is wrong"));
  }
  // An answer to a key update, or an alert. What does not go at once goes with the next write.
  if (!channel_->outbox().empty() && held_ == 0) (void)channel_->try_flush();
  if (why == SSL_ERROR_NONE) return got;
  if (why == SSL_ERROR_WANT_READ) return std::nullopt;
  return read_over_;
}

rt::Task<Result<std::size_t>> TlsStream::read(MutableBytes into, Instant deadline) {
  while (true) {
    const auto got = try_read(into);
    if (got) co_return *got;
    CO_TRY_OK(co_await channel_->below().readable(deadline, nullptr));
  }
}

rt::ReadOperation TlsStream::readable(Instant deadline, rt::CancelSource* cancel) {
  const bool is_ready = read_over_ || (!is_drained_ && SSL_has_pending(ssl()) == 1);
  return is_ready ? at_once_.readable(deadline, cancel) : channel_->below().readable(deadline, cancel);
}

std::size_t TlsStream::record_bytes() {
  return sent_since_pause_ < first_bytes ? first_record_bytes : record_bytes_max;
}

// Makes records of the first batch_bytes of `pieces`, which stay where they are: they are held until the records are
// sent. Small pieces share a record.
Result<void> TlsStream::seal(std::span<const ByteView> pieces) {
  const Instant now = loop_.now();
  if (now - last_write_ > pause) sent_since_pause_ = 0;
  last_write_ = now;
  char* mixed = nullptr;
  std::size_t offset = 0;  // in the front piece
  Result<void> result;
  while (result && held_ < batch_bytes && !pieces.empty()) {
    const std::size_t room = std::min(record_bytes(), batch_bytes - held_);
    ByteView record = pieces.front().substr(offset, room);
    offset += record.size();
    if (offset == pieces.front().size() && record.size() < room && pieces.size() > 1) {
      if (mixed == nullptr) mixed = static_cast<char*>(take_memory(record_bytes_max));
      std::memcpy(mixed, record.data(), record.size());
      std::size_t filled = record.size();
      while (filled < room) {
        if (offset == pieces.front().size()) {
          if (pieces.size() == 1) break;
          pieces = pieces.subspan(1);
          offset = 0;
        }
        const ByteView part = pieces.front().substr(offset, room - filled);
        if (!part.empty()) std::memcpy(mixed + filled, part.data(), part.size());
        filled += part.size();
        offset += part.size();
      }
      record = {mixed, filled};
    }
    if (offset == pieces.front().size()) {
      pieces = pieces.subspan(1);
      offset = 0;
    }
    if (record.empty()) continue;
    ERR_clear_error();
    std::size_t written = 0;
    const int done = SSL_write_ex(ssl(), record.data(), record.size(), &written);
    if (done != 1) result = broken(channel_->failure("TLS cannot send"));
    held_ += record.size();
    sent_since_pause_ += record.size();
  }
  if (mixed != nullptr) give_memory(mixed, record_bytes_max);
  return result;
}

Result<std::size_t> TlsStream::try_write(std::span<ByteView> pieces) {
  std::size_t taken = 0;
  while (true) {
    if (write_failure_) return std::unexpected(*write_failure_);
    const Result<bool> sent = channel_->try_flush();
    if (!sent) return broken(sent.error());
    if (!*sent) return taken;
    taken += held_;
    use_up(pieces, std::exchange(held_, 0));
    if (pieces.empty()) return taken;
    TRY_OK(seal(pieces));
  }
}

rt::Task<Result<void>> TlsStream::write(std::span<ByteView> pieces, Instant deadline) {
  while (true) {
    if (write_failure_) co_return std::unexpected(*write_failure_);
    const Result<void> sent = co_await channel_->flush(deadline);
    if (!sent) co_return broken(sent.error());
    use_up(pieces, std::exchange(held_, 0));
    if (pieces.empty()) co_return Result<void>{};
    CO_TRY_OK(seal(pieces));
  }
}

void TlsStream::finish_writing() {
  if (std::exchange(has_ended_, true)) return;
  // Where something was held back or failed, the peer shall not take the end for a good one.
  if (write_failure_ || held_ > 0 || SSL_is_init_finished(ssl()) != 1) return;
  ERR_clear_error();
  SSL_shutdown(ssl());
  ERR_clear_error();
  const Result<bool> sent = channel_->try_flush();
  if (sent && *sent) return channel_->below().finish_writing();
  if (sent) closing_.spawn(send_end(channel_, loop_.now() + end_time_max));
}

void TlsStream::reset() {
  has_ended_ = true;
  (void)broken({.code = Errc::reset, .text = "the connection was reset"});
  channel_->outbox().clear();
  channel_->below().reset();
}

}  // namespace gust::net
