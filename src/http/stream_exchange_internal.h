// StreamExchange: what the Exchanges of HTTP/2 and HTTP/3 have in common: a request that comes as field lines and
// pieces of content on a stream of its own, how its content is framed, and how an answer's is.
//
// Source: RFC 9113 section 8.1, RFC 9114 section 4.1; RFC 9110 section 10.1.1; RFC 8441 section 5, RFC 9220.
// Shape:  the session tells what came; how an answer's heads and content get to the viewer is the derived class's.
// Core:   that of its connection.
#pragma once

#include <optional>

#include "base/arena.h"
#include "http/exchange.h"
#include "http/http2_incoming_internal.h"
#include "http/http2_request_internal.h"
#include "http/tunnel.h"

namespace gust::http {

struct ServerLimits;

// A call that its caller should not have made.
inline std::unexpected<Error> misuse(std::string_view static_text) { return fail(Errc::bug, static_text); }

class StreamExchange : public Exchange, private Http2Incoming::Window {
 public:
  // --- For the session.
  void add_field(ByteView name, ByteView value) { reading_.add(name, value, request_); }
  void add_trailer(ByteView name, ByteView value);
  void end_content() { incoming_.end(); }
  bool is_answered() const { return finished_; }

  // --- Exchange.
  BodyReader& body() override { return body_; }
  void abort() override { aborted_ = true; }

 protected:
  explicit StreamExchange(const ServerLimits& limits);
  ~StreamExchange() override = default;

  // The head is whole; fails with what it is to be refused for.
  Result<void> begin_request(Scheme scheme, Version version, bool has_content);
  // Keeps what came, and fails the reading where that is more than the limit.
  void keep_content(ByteView bytes);
  // Decides whether content goes out, and gives what the head says of it.
  BodyFraming wire_framing(const ResponseHead& head, BodyFraming asked);
  // 500 in the handler's place where it gave no answer.
  rt::Task<void> answer_for_handler();
  // Answers a head that was refused with `error`.
  rt::Task<void> refuse_by(Handler& handler, Error error);
  Tunnel& tunnel() { return pipe_; }

  // The viewer's content has been waited for: `head` is the 100 that it expects.
  virtual rt::Task<Result<void>> send_continue(const ResponseHead& head) = 0;
  virtual rt::Task<Result<void>> write_to_tunnel(ByteView bytes, Instant deadline) = 0;
  virtual void end_tunnel() = 0;

  const ServerLimits& limits_;

 private:
  Arena own_arena_;
  Http2Request reading_;

 protected:
  Http2Incoming incoming_{*this};
  Fields trailers_;
  bool aborted_ = false;
  bool expects_continue_ = false;  // and has not been told
  bool drops_content_ = false;     // HEAD, 204, 304
  bool length_known_ = false;
  bool is_tunnel_ = false;
  bool has_ended_ = false;        // what was given is the last of the content
  ByteCount left_to_send_ = 0;    // where the length is known
  std::optional<Error> failure_;  // of sending

 private:
  class Body final : public BodyReader {
   public:
    explicit Body(StreamExchange& exchange) : exchange_(exchange) {}
    rt::Task<Result<Slice>> read(Instant deadline) override;
    const Fields& trailers() const override { return exchange_.trailers_; }

   private:
    StreamExchange& exchange_;
  };
  class Pipe final : public Tunnel {
   public:
    explicit Pipe(StreamExchange& exchange) : exchange_(exchange) {}
    rt::Task<Result<std::size_t>> read(MutableBytes into, Instant deadline) override;
    rt::Task<Result<void>> write(ByteView bytes, Instant deadline) override;
    void finish_writing() override;

   private:
    StreamExchange& exchange_;
  };

  Result<void> judge_framing(bool has_content);

  Body body_{*this};
  Pipe pipe_{*this};
};

}  // namespace gust::http
