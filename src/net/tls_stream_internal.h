// TlsStream: the Stream that a TLS handshake gives, for both sides.
//
// Shape:  as any Stream. Plaintext that a try_write() or write() has turned into records which the Stream below has not
//         taken counts as not taken: it comes first in the next call, as with any bytes, and is then only sent.
//         A connection's first records fit into a packet each, so that a browser can use them as they come; then they
//         are of 16 KiB.
// Errors: reset where a record is wrong or the connection ends without close_notify (RFC 8446 section 6.1).
// Core:   one.
#pragma once

#include <memory>
#include <optional>

#include "net/at_once_internal.h"
#include "net/stream.h"
#include "net/tls_channel_internal.h"
#include "net/tls_facts.h"

namespace gust::rt {
class Scope;
}

namespace gust::net {

class TlsStream final : public Stream {
 public:
  // `closing` outlives it and runs what a close still has to send.
  TlsStream(std::unique_ptr<Stream> below, Owned<SSL> ssl, rt::Loop& loop, rt::Scope& closing);
  ~TlsStream() override;

  // To the end of the handshake. Once, before anything else.
  //   fails  reset (what the peer said or how it ended), timed_out, cancelled
  rt::Task<Result<void>> shake_hands(Instant deadline);
  SSL* ssl() { return channel_->ssl(); }
  TlsChannel& channel() { return *channel_; }
  TlsFacts& facts() { return facts_; }

  // --- Stream.
  rt::Task<Result<std::size_t>> read(MutableBytes into, Instant deadline) override;
  rt::Task<Result<void>> write(std::span<ByteView> pieces, Instant deadline) override;
  std::optional<Result<std::size_t>> try_read(MutableBytes into) override;
  Result<std::size_t> try_write(std::span<ByteView> pieces) override;
  rt::ReadOperation readable(Instant deadline, rt::CancelSource* cancel) override;
  void finish_writing() override;
  void reset() override;
  rt::Endpoint local() const override { return channel_->below().local(); }
  rt::Endpoint peer() const override { return channel_->below().peer(); }
  const TlsFacts* tls() const override { return &facts_; }

 private:
  Result<void> seal(std::span<const ByteView> pieces);
  std::size_t record_bytes();
  std::unexpected<Error> broken(Error error);

  rt::Loop& loop_;
  rt::Scope& closing_;
  std::shared_ptr<TlsChannel> channel_;  // with the task that sends the end
  TlsFacts facts_;
  AtOnce at_once_;
  std::optional<Result<std::size_t>> read_over_;  // what every further read gives
  std::optional<Error> write_failure_;
  std::size_t held_ = 0;     // plaintext in records that are not sent
  bool is_drained_ = false;  // what OpenSSL holds is less than a record
  bool has_ended_ = false;   // writing
  Instant last_write_{};
  std::size_t sent_since_pause_ = 0;
};

}  // namespace gust::net
