// Http2Exchange: one stream of a viewer's HTTP/2 connection as the Exchange that its Handler answers.
//
// Source: RFC 9113 sections 5.1, 8.1, 8.4 and 8.6; RFC 9110 section 10.1.1; RFC 8441 section 5.
// Shape:  the session tells what came (the lines under "For the session"); the handler's calls hand heads and content
// to
//         the session, which pulls content frame by frame as windows and priorities allow. A call is over when its
//         content was copied into the connection's output (small pieces) or the stream has taken it (all others).
// Memory: the object, its arena and its field list are the thread's pool's.
#pragma once

#include <optional>

#include "base/memory_pool.h"
#include "http/server_connection.h"
#include "http/stream_exchange_internal.h"
#include "rt/signal.h"

namespace gust::rt {
class Loop;
}

namespace gust::http {

class Http2Session;

class Http2Exchange final : public StreamExchange {
 public:
  Http2Exchange(Http2Session& session, std::int32_t stream, const ServerLimits& limits);
  ~Http2Exchange() override;

  static void* operator new(std::size_t bytes) { return take_memory(bytes); }
  static void operator delete(void* memory, std::size_t bytes) { give_memory(memory, bytes); }

  // --- For the session.
  std::int32_t stream() const { return stream_; }
  // The head is whole; fails with what it is to be refused for.
  Result<void> begin(rt::Loop& loop, Scheme scheme, bool has_content, std::size_t head_bytes, Instant began);
  void add_content(ByteView bytes);
  // A frame came for the stream; `wire_bytes` that are not content.
  void count_received(std::size_t wire_bytes) { facts_.bytes_received += wire_bytes; }
  // The stream is over; `error` for what is not whole.
  void close(const Error& error);
  // The connection is over.
  void break_off(const Error& error);
  // A HEADERS frame of ours, of so many bytes, is in the output.
  void head_is_out(std::size_t wire_bytes);
  bool is_head_out() const { return head_out_; }
  // Its handler has begun.
  void set_running() { is_running_ = true; }
  bool is_running() const { return is_running_; }
  // How much content may go into a frame of up to `most` bytes.
  struct Offer {
    std::size_t bytes = 0;
    bool is_last = false;
    bool waits = false;  // there is nothing to send yet
  };
  Offer offer(std::size_t most);
  // Puts the content of one frame behind its 9 bytes in the output.
  void put_content(std::size_t bytes);
  // Null where the content ends the stream.
  const Fields* trailers_to_send() const { return trailers_to_send_; }
  // Some output has been written, or no more will be.
  void output_moved();
  // Answers in the handler's place where it left something out: for an exchange that is not answered.
  rt::Task<void> complete();
  // An answer that comes before the end of its request's content: viewers lose it to a reset that comes with it (curl
  // 7.88 does), so the rest is read and dropped for a while, and within a bound, before they are told that it is not
  // wanted (RFC 9113 section 8.1).
  bool wants_rest_dropped() const;
  rt::Task<void> drop_rest();
  // The handler is over: resets what it left open.
  void leave();
  // What came and nobody has read.
  ByteCount held() const { return incoming_.held(); }
  // Answers a head that was refused with `error`.
  rt::Task<void> refuse(Error error);

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
  rt::Task<Result<void>> send_continue(const ResponseHead& head) override;
  rt::Task<Result<void>> write_to_tunnel(ByteView bytes, Instant deadline) override;
  void end_tunnel() override;
  Result<void> begin_answer(const ResponseHead& head, BodyFraming framing);
  Result<void> submit_head(std::uint16_t status);
  Result<void> submit_interim(const ResponseHead& head);
  rt::Task<Result<void>> start_with_room(const ResponseHead& head, BodyFraming framing, std::span<const Slice> first);
  Result<void> queue(std::span<const Slice> content);
  rt::Task<Result<void>> send(std::span<const Slice> content);
  rt::Task<Result<void>> push(Instant deadline);
  bool is_settled() const;
  rt::Task<Result<void>> wait_settled(Instant deadline);
  rt::Task<Result<void>> finish_unknown(const Fields* trailers);
  void fail_with(const Error& error);

  Http2Session& session_;
  std::int32_t stream_;
  rt::Loop* loop_ = nullptr;

  bool is_open_ = true;  // nghttp2 knows the stream
  bool is_running_ = false;
  bool head_out_ = false;
  bool end_out_ = false;
  bool is_deferred_ = false;  // nghttp2 waits to be told of more content
  // What the call under way has left to send.
  std::span<const Slice> pending_;
  std::size_t pending_offset_ = 0;  // in the first slice
  ByteCount pending_bytes_ = 0;
  ByteCount sent_ = 0;        // content that went into frames
  ByteCount lent_until_ = 0;  // of the output
  const Fields* trailers_to_send_ = nullptr;
  rt::Signal moved_;
};

}  // namespace gust::http
