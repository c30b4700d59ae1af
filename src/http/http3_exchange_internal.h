// Http3Exchange: one request stream of a viewer's HTTP/3 connection as the Exchange that its Handler answers.
//
// Source: RFC 9114 sections 4.1, 4.3 and 4.4; RFC 9110 section 10.1.1; RFC 9220 (extended CONNECT).
// Shape:  the session tells what came; the handler's calls hand heads and content to the session, which pulls content
// as
//         the peer's windows and priorities allow.
// Memory: QUIC sends again what was lost, so content is copied and kept until the peer has it, up to Http3Limits; a
//         write waits for room. The object lives until its handler is over and its stream is closed.
#pragma once

#include <deque>
#include <optional>

#include "http/stream_exchange_internal.h"
#include "net/quic_session.h"
#include "rt/signal.h"

namespace gust::http {

class Http3Session;

class Http3Exchange final : public StreamExchange {
 public:
  Http3Exchange(Http3Session& session, net::QuicStreamId stream, const ServerLimits& limits, Instant began);
  ~Http3Exchange() override;

  // --- For the session.
  net::QuicStreamId stream() const { return stream_; }
  // The head is whole; fails with what it is to be refused for.
  Result<void> begin(bool has_content);
  void add_content(ByteView bytes);
  void count_received(std::size_t bytes) { facts_.bytes_received += bytes; }
  // No more of the request comes; no more of the answer goes.
  void fail_reading(const Error& error) { incoming_.fail(error); }
  void fail_writing(const Error& error);
  // The stream is closed.
  void close();
  bool is_closed() const { return is_closed_; }
  bool has_left() const { return has_left_; }
  // Content for the library; `has_ended`: none comes behind it.
  std::size_t give(std::span<ByteView> into, bool& has_ended);
  void acknowledged(ByteCount bytes);
  void room_came() { moved_.notify_all(); }
  ByteCount kept_bytes() const { return kept_bytes_; }
  rt::Task<void> refuse(Error error);
  // Answers in the handler's place where it left something out, and waits until the viewer has the answer.
  rt::Task<void> complete();
  // Its handler is over.
  void leave();

  // --- Exchange.
  rt::Endpoint local() const override;
  rt::Endpoint peer() const override;
  const net::TlsFacts* tls() const override;
  rt::Task<Result<void>> inform(const ResponseHead& head) override;
  using Exchange::start;
  rt::Task<Result<void>> start(const ResponseHead& head, BodyFraming framing, std::span<const Slice> first) override;
  rt::Task<Result<void>> write(std::span<const Slice> content) override;
  rt::Task<Result<void>> finish(const Fields* trailers) override;
  rt::Task<Result<Tunnel*>> switch_protocols(const ResponseHead& head) override;
  void close_after() override;

 private:
  void open(ByteCount bytes) override;  // Window
  rt::Task<Result<void>> send_continue(const ResponseHead& head) override { return inform(head); }
  rt::Task<Result<void>> write_to_tunnel(ByteView bytes, Instant deadline) override;
  void end_tunnel() override { end_answer(); }
  Result<void> begin_answer(const ResponseHead& head, BodyFraming framing);
  rt::Task<Result<void>> send(std::span<const Slice> content, Instant deadline);
  rt::Task<Result<void>> send_counted(std::span<const Slice> content);
  void keep(ByteView bytes);
  void end_answer();
  Duration patience_for(ByteCount bytes) const;

  Http3Session& session_;
  net::QuicStreamId stream_;

  bool is_closed_ = false;
  bool has_left_ = false;
  // What the peer does not have yet: `given_` pieces of it are with the library.
  std::deque<Slice> kept_;
  std::size_t given_ = 0;
  ByteCount acknowledged_of_first_ = 0;
  ByteCount kept_bytes_ = 0;
  rt::Signal moved_;
};

}  // namespace gust::http
