#include <openssl/err.h>

#include <algorithm>
#include <cstring>

#include "base/memory_pool.h"
#include "net/tls_channel_internal.h"

namespace gust::net {
namespace {

constexpr std::size_t piece_bytes = 16 * 1024;
// More than any flight of a handshake or batch of records; what a peer makes us say without reading it ends here.
constexpr std::size_t outbox_bytes_max = 512 * 1024;

}  // namespace

void Outbox::add(ByteView bytes) {
  bytes_ += bytes.size();
  while (!bytes.empty()) {
    if (pieces_.empty() || pieces_.back().end == piece_bytes) {
      pieces_.push_back({static_cast<char*>(take_memory(piece_bytes)), 0, 0});
    }
    Piece& last = pieces_.back();
    const std::size_t here = std::min(bytes.size(), piece_bytes - last.end);
    std::memcpy(last.memory + last.end, bytes.data(), here);
    last.end += here;
    bytes.remove_prefix(here);
  }
}

std::span<ByteView> Outbox::front(std::array<ByteView, pieces_max>& room) const {
  const std::size_t count = std::min(room.size(), pieces_.size());
  for (std::size_t i = 0; i < count; ++i) {
    room[i] = {pieces_[i].memory + pieces_[i].begin, pieces_[i].end - pieces_[i].begin};
  }
  return std::span(room).first(count);
}

void Outbox::take(std::size_t bytes) {
  bytes_ -= bytes;
  std::size_t done = 0;
  while (done < pieces_.size()) {
    Piece& piece = pieces_[done];
    const std::size_t here = std::min(bytes, piece.end - piece.begin);
    piece.begin += here;
    bytes -= here;
    if (piece.begin < piece.end) break;
    give_memory(piece.memory, piece_bytes);
    ++done;
  }
  pieces_.erase(pieces_.begin(), pieces_.begin() + static_cast<std::ptrdiff_t>(done));
  if (pieces_.empty()) std::vector<Piece>().swap(pieces_);
}

void Outbox::clear() {
  for (const Piece& piece : pieces_) give_memory(piece.memory, piece_bytes);
  pieces_.clear();
  bytes_ = 0;
}

TlsChannel::TlsChannel(std::unique_ptr<Stream> below, Owned<SSL> ssl) : below_(std::move(below)), ssl_(std::move(ssl)) {
  BIO* const bio = BIO_new(bio_method());
  CHECK(bio != nullptr);
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);
  SSL_set_mode(ssl_.get(), SSL_MODE_RELEASE_BUFFERS);
  SSL_set_read_ahead(ssl_.get(), 1);
  // Ours to judge: OpenSSL would end both halves.
  SSL_set_options(ssl_.get(), SSL_OP_IGNORE_UNEXPECTED_EOF);
}

const BIO_METHOD* TlsChannel::bio_method() {
  static const Owned<BIO_METHOD> method = [] {
    Owned<BIO_METHOD> made(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "gustfront stream"));
    CHECK(made);
    BIO_meth_set_read_ex(made.get(), read_below);
    BIO_meth_set_write_ex(made.get(), write_out);
    BIO_meth_set_ctrl(made.get(), control);
    return made;
  }();
  return method.get();
}

int TlsChannel::read_below(BIO* bio, char* into, std::size_t size, std::size_t* got) {
  TlsChannel& channel = *static_cast<TlsChannel*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  if (channel.below_ended_ || channel.below_failure_) return 0;
  const auto read = channel.below_->try_read({into, size});
  if (!read) {
    BIO_set_retry_read(bio);
    return 0;
  }
  if (!*read) {
    channel.below_failure_ = read->error();
    return 0;
  }
  channel.below_ended_ = **read == 0;
  *got = **read;
  return channel.below_ended_ ? 0 : 1;
}

int TlsChannel::write_out(BIO* bio, const char* bytes, std::size_t size, std::size_t* taken) {
  TlsChannel& channel = *static_cast<TlsChannel*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  if (channel.outbox_.bytes() + size > outbox_bytes_max) return 0;
  channel.outbox_.add({bytes, size});
  *taken = size;
  return 1;
}

long TlsChannel::control(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_FLUSH) return 1;
  if (command == BIO_CTRL_EOF) return static_cast<TlsChannel*>(BIO_get_data(bio))->below_ended_ ? 1 : 0;
  return 0;
}

Result<bool> TlsChannel::try_flush() {
  if (is_flushing_) return false;
  std::array<ByteView, Outbox::pieces_max> room;
  while (!outbox_.empty()) {
    TRY(const std::size_t taken, below_->try_write(outbox_.front(room)));
    if (taken == 0) return false;
    outbox_.take(taken);
  }
  return true;
}

rt::Task<Result<void>> TlsChannel::flush(Instant deadline) {
  is_flushing_ = true;
  Result<void> done;
  std::array<ByteView, Outbox::pieces_max> room;
  while (done && !outbox_.empty()) {
    const std::span<ByteView> pieces = outbox_.front(room);
    std::size_t before = 0;
    for (const ByteView piece : pieces) before += piece.size();
    done = co_await below_->write(pieces, deadline);
    std::size_t left = 0;
    for (const ByteView piece : pieces) left += piece.size();
    outbox_.take(before - left);
  }
  is_flushing_ = false;
  co_return done;
}

Error TlsChannel::failure(std::string_view otherwise) {
  if (below_failure_) return *below_failure_;
  if (below_ended_) {
    ERR_clear_error();
    return {.code = Errc::reset, .text = "the connection ended without TLS's own end"};
  }
  return {.code = Errc::reset, .text = take_openssl_reason(otherwise)};
}

}  // namespace gust::net
