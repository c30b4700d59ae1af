// Http2Session: the frames of one viewer's connection, by nghttp2, and the exchanges that live on it.
//
// Source: RFC 9113; RFC 9218 (priorities, which nghttp2 schedules by); RFC 8441; SECURITY.md "HTTP/2 and HTTP/3" for
// what
//         is counted and cut off.
// Shape:  receive() takes the bytes that came, begins the exchanges whose heads are whole, and sends what they answered
// at
//         once in one write. Whoever has more later calls pump() and flush(). What the stream does not take at once is
//         written by a task of the session; then content waits where it lies.
// Core:   one.
#pragma once

#include <list>
#include <optional>
#include <vector>

#include "http/http2_budget_internal.h"
#include "http/http2_head_list_internal.h"
#include "http/http2_library_internal.h"
#include "http/http2_output_internal.h"
#include "http/server_connection.h"
#include "rt/scope.h"

namespace gust::net {
class Stream;
}

namespace gust::http {

class Http2Exchange;

class Http2Session {
 public:
  Http2Session(net::Stream& stream, Scheme scheme, Handler& handler, const ServerLimits& limits,
               const rt::Context& context);
  ~Http2Session();
  Http2Session(const Http2Session&) = delete;
  Http2Session& operator=(const Http2Session&) = delete;

  // --- For the connection.
  // Sends our SETTINGS. False where there is no memory for it.
  bool begin();
  // Takes bytes of the viewer.
  void receive(ByteView bytes);
  // The connection is of no more use, and neither are its exchanges: nothing more is written.
  void break_off(const Error& error);
  // Tells the viewer why it ends (RFC 9113 section 7), and breaks the exchanges off.
  void end_with(std::uint32_t error_code);
  void end_in_order();   // nothing is under way
  void end_with_calm();  // the viewer does what floods do, or is too slow
  // Takes no more streams: the first of two GOAWAYs; the second by end_grace().
  void drain();
  void end_grace();
  // Joins what runs; all exchanges are over then.
  rt::Task<void> join();
  // Nothing is to be read any more: an error, or the orderly end when the last exchange is over.
  bool is_over() const;
  bool is_broken() const { return broken_; }
  bool is_draining() const { return draining_ || ending_; }
  bool has_exchanges() const { return !exchanges_.empty(); }
  Instant idle_since() const { return idle_since_; }
  std::uint64_t exchanges_begun() const { return begun_; }
  // When the head that is under way, if there is one, began; and when the grace of drain() is over.
  std::optional<Instant> head_began() const { return head_of_ == nullptr ? std::nullopt : std::optional(head_began_); }
  std::optional<Instant> grace_ends() const { return grace_ends_; }
  // Waits until what is to be written is, or cannot be.
  rt::Task<void> wait_written();
  // Gives memory back that an idle connection need not hold.
  void release();
  // What to call when the one who reads must look again.
  void set_reader(rt::CancelSource* reader) { reader_ = reader; }
  // What nghttp2 holds, and the content that nobody has read.
  ByteCount memory_held() const;

  // --- For exchanges.
  net::Stream& stream() { return stream_; }
  rt::Loop& loop() { return *context_.loop; }
  Handler& handler() { return handler_; }
  Http2Output& output() { return output_; }
  Http2HeadList& heads() { return heads_; }
  // Whether a head may be added to what waits to be written; else wait with wait_room().
  bool has_room() const;
  rt::Task<Result<void>> wait_room(Instant deadline);
  // Hands `heads()` to nghttp2, and what is queued to the output.
  Result<void> submit_response(Http2Exchange& exchange, bool has_content);
  Result<void> submit_interim(Http2Exchange& exchange);
  void resume(Http2Exchange& exchange);
  void reset(Http2Exchange& exchange, std::uint32_t error_code);
  // The reader of a body took bytes: the windows open again.
  void consume(std::int32_t stream, ByteCount bytes);
  // Moves what nghttp2 has to send to the output, as long as there is room.
  void pump();
  // As pump(), or by receive() when it has begun all exchanges: so that large content, and what comes behind it, goes
  // out by its priority and not by the order of its requests.
  void pump_content(ByteCount bytes);
  // Writes what is in the output, unless receive() will do so when it has all.
  void flush();
  // True where a stream, or the connection, has no window left to send into.
  bool is_held_by_window(std::int32_t stream) const;

 private:
  struct Calls;  // what nghttp2 calls

  Http2Exchange* find(std::int32_t stream) const;
  int begin_head(const nghttp2_frame& frame);
  void end_head(const nghttp2_frame& frame);
  void frame_came(const nghttp2_frame& frame);
  void frame_went(const nghttp2_frame& frame);
  void stream_closed(std::int32_t stream, std::uint32_t error_code);
  void tell_of_malformed(const Http2Exchange& exchange);
  bool is_odd(const nghttp2_frame_hd& frame);
  int doom_or_go_on() const { return doom_ ? NGHTTP2_ERR_CALLBACK_FAILURE : 0; }
  void take_odd_frame();
  void take_reset();
  void begin_exchanges();
  rt::Task<void> run(Http2Exchange& exchange, std::optional<Error> refused_for);
  void drop(Http2Exchange& exchange);
  Result<void> send_head(const Http2Exchange& exchange);
  std::ptrdiff_t send_some();
  void write_now();
  rt::Task<void> write_all();
  void output_moved();
  void wake_reader();

  net::Stream& stream_;
  Scheme scheme_;
  Handler& handler_;
  const ServerLimits& limits_;
  rt::Context context_;
  Http2Memory memory_;
  Http2Library library_;
  Http2Output output_;
  Http2HeadList heads_;
  rt::Scope handling_;
  rt::Scope writing_;
  rt::CancelSource* reader_ = nullptr;

  std::vector<Http2Exchange*> exchanges_;
  struct Begun {
    Http2Exchange* exchange;
    std::optional<Error> refused_for;
  };
  std::vector<Begun> to_begin_;
  // The head that is under way.
  Http2Exchange* head_of_ = nullptr;
  bool head_is_trailer_ = false;
  Instant head_began_{};
  std::size_t head_bytes_ = 0;  // on the wire
  std::uint64_t begun_ = 0;
  Instant idle_since_{};

  bool is_receiving_ = false;
  bool content_waits_ = false;  // for receive() to pump it
  bool is_in_library_ = false;  // which must not be asked to send then
  bool is_writing_ = false;     // write_all() runs
  bool broken_ = false;
  bool ending_ = false;  // the last GOAWAY is on its way
  bool draining_ = false;
  std::optional<Instant> grace_ends_;
  std::optional<std::uint32_t> doom_;  // the error code to end with when nghttp2 has come back
  Budget resets_;
  Budget odd_frames_;
  std::uint32_t window_updates_free_ = 0;
  rt::Signal moved_;
};

}  // namespace gust::http
