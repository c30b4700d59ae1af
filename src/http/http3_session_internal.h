// Http3Session: the frames of one viewer's connection, by nghttp3, and the exchanges that live on it.
//
// Source: RFC 9114; RFC 9204 (QPACK); RFC 9218 (priorities, which nghttp3 schedules by); RFC 9220; SECURITY.md "HTTP/2
// and
//         HTTP/3".
// Shape:  the QUIC connection tells what came and asks for output; a whole head begins an exchange in a task of the
//         session. A request counts against the peer's streams until its handler is over, also when the peer has reset
//         it long ago.
// Core:   one.
#pragma once

#include <nghttp3/nghttp3.h>

#include <map>
#include <memory>
#include <optional>

#include "http/http3_exchange_internal.h"
#include "http/http3_limits.h"
#include "net/quic_session.h"
#include "rt/operation.h"
#include "rt/scope.h"
#include "rt/signal.h"

namespace gust::http {

class Handler;
struct ServerLimits;

class Http3Session final : public net::QuicSession, private rt::Timer {
 public:
  // All outlive it.
  Http3Session(net::QuicConnection& connection, Handler& handler, const ServerLimits& limits,
               const Http3Limits& http3_limits);
  ~Http3Session() override;

  // --- QuicSession.
  net::QuicOutcome<void> begin() override;
  net::QuicOutcome<std::size_t> received(net::QuicStreamId stream, ByteView bytes, bool is_last) override;
  net::QuicOutcome<void> acknowledged(net::QuicStreamId stream, ByteCount bytes) override;
  net::QuicOutcome<void> peer_reset(net::QuicStreamId stream, net::QuicErrorCode code) override;
  net::QuicOutcome<void> closed(net::QuicStreamId stream, std::optional<net::QuicErrorCode> code) override;
  net::QuicOutcome<void> window_opened(net::QuicStreamId stream) override;
  net::QuicOutcome<Output> output(std::span<ByteView> into) override;
  net::QuicOutcome<void> took(net::QuicStreamId stream, std::size_t bytes) override;
  void held_by_window(net::QuicStreamId stream) override;
  void not_writable(net::QuicStreamId stream) override;
  bool is_idle() const override { return exchanges_.empty() && !is_draining_; }
  void drain() override;
  rt::Task<void> end(Error why) override;

  // --- For exchanges.
  net::QuicConnection& connection() { return connection_; }
  rt::Loop& loop() { return connection_.loop(); }
  Handler& handler() { return handler_; }
  Result<void> submit_response(Http3Exchange& exchange, const ResponseHead& head, BodyFraming framing,
                               bool has_content);
  Result<void> submit_interim(Http3Exchange& exchange, const ResponseHead& head);
  Result<void> submit_trailers(Http3Exchange& exchange, const Fields& trailers);
  // There is content to pull, or its end.
  void resume(Http3Exchange& exchange);
  // A reader took bytes of a body: the windows open again.
  void consume(net::QuicStreamId stream, ByteCount bytes);
  bool has_room_for(const Http3Exchange& exchange) const;
  void kept_more(ByteCount bytes) { kept_bytes_ += bytes; }
  void kept_less(ByteCount bytes);
  // The handler is over: what it left open is reset, what is not read yet is declined.
  void end_stream(Http3Exchange& exchange, bool answer_is_whole, bool request_is_whole);

 private:
  struct Calls;  // what nghttp3 calls

  net::QuicOutcome<void> judge(int library_error);
  Http3Exchange* find(net::QuicStreamId stream) const;
  std::size_t refuse_malformed(net::QuicStreamId stream);
  void begin_head(net::QuicStreamId stream);
  void end_head(net::QuicStreamId stream, bool is_last);
  rt::Task<void> run(Http3Exchange& exchange, std::optional<Error> refused_for);
  rt::Task<void> end_in_order();
  void drop_where_over(Http3Exchange& exchange);
  void release_stream();
  bool count_reset();
  void fire() override;
  void watch();

  net::QuicConnection& connection_;
  Handler& handler_;
  const ServerLimits& limits_;
  const Http3Limits& http3_limits_;
  nghttp3_conn* library_ = nullptr;
  rt::Scope handling_;
  rt::Scope ending_;
  std::map<net::QuicStreamId, std::unique_ptr<Http3Exchange>> exchanges_;
  // Request streams whose head has not ended, since when.
  std::map<net::QuicStreamId, Instant> heads_;
  ByteCount kept_bytes_ = 0;
  std::uint64_t begun_ = 0;
  Instant idle_since_{};
  Instant resets_since_{};
  std::uint32_t resets_ = 0;
  bool is_draining_ = false;
  bool has_ended_ = false;
  rt::Signal one_over_;
};

}  // namespace gust::http
