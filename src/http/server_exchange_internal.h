// ServerExchange: the Exchange of HTTP/1.1, one object a connection, begun anew for each request.
//
// Source: RFC 9112 sections 6, 7 and 9; RFC 9110 section 10.1.1.
#pragma once

#include <optional>
#include <string>

#include "http/content_reader_internal.h"
#include "http/exchange.h"
#include "http/head_writer.h"
#include "http/output_internal.h"
#include "http/server_connection.h"
#include "http/stream_tunnel_internal.h"
#include "rt/signal.h"

namespace gust::rt {
class Loop;
}

namespace gust::http {

class ServerExchange final : public Exchange {
 public:
  ServerExchange(net::Stream& stream, Input& input, Arena& arena, const ServerLimits& limits);

  // --- For the connection.
  RequestHead& head() { return request_; }
  // `is_last`: the connection ends behind this exchange.
  void begin(rt::Loop& loop, BodyFraming framing, std::size_t head_bytes, Instant began, bool is_last);
  // Answers in the handler's place where it left something out: for an exchange that is not finished.
  rt::Task<void> complete();
  // Gives memory back that an idle connection need not hold.
  void release();
  // True when the answer is out and the connection may serve another request once the body is consumed.
  bool may_go_on() const { return finished_ && !closing_ && !failure_; }
  // True when only a reset tells the viewer that the response is not whole.
  bool needs_reset() const { return aborted_ && is_begun() && sends_to_close_; }
  ContentReader& content() { return content_; }
  Output& output() { return output_; }

  // --- Exchange.
  BodyReader& body() override { return body_; }
  rt::Endpoint local() const override;
  rt::Endpoint peer() const override;
  const net::TlsFacts* tls() const override;
  rt::Task<Result<void>> inform(const ResponseHead& head) override;
  using Exchange::start;
  rt::Task<Result<void>> start(const ResponseHead& head, BodyFraming framing, std::span<const Slice> first) override;
  rt::Task<Result<void>> write(std::span<const Slice> content) override;
  rt::Task<Result<void>> finish(const Fields* trailers) override;
  rt::Task<Result<Tunnel*>> switch_protocols(const ResponseHead& head) override;
  void abort() override { aborted_ = true; }
  void close_after() override { closing_ = true; }

 private:
  class Body final : public BodyReader {
   public:
    explicit Body(ServerExchange& exchange) : exchange_(exchange) {}
    rt::Task<Result<Slice>> read(Instant deadline) override;
    const Fields& trailers() const override { return exchange_.content_.trailers(); }

   private:
    ServerExchange& exchange_;
  };

  bool holds_body_back() const;
  BodyFraming wire_framing(const ResponseHead& head, BodyFraming asked);
  Result<void> begin_answer(const ResponseHead& head, BodyFraming framing);
  rt::Task<Result<void>> start_behind_continue(const ResponseHead& head, BodyFraming framing,
                                               std::span<const Slice> first);
  rt::Task<Result<void>> send(std::span<const Slice> content, ByteView back);
  rt::Task<Result<void>> send_rest(rt::Task<Result<void>> rest, ByteCount before, ByteCount content_bytes);
  Result<void> note_sent(const Result<void>& written, ByteCount before, ByteCount content_bytes);
  rt::Task<Result<void>> send_content(std::span<const Slice> content);
  rt::Task<Result<void>> send_last_chunk(const Fields* trailers);

  net::Stream& stream_;
  Input& input_;
  const ServerLimits& limits_;
  rt::Loop* loop_ = nullptr;  // of the exchange under way
  Output output_;
  ContentReader content_;
  Body body_;
  StreamTunnel tunnel_;
  std::string front_;  // heads and chunk lines to be sent; keeps its memory

  bool has_served_ = false;
  bool closing_ = false;
  bool aborted_ = false;
  bool expects_continue_ = false;  // and has not been told
  bool is_continuing_ = false;     // is being told: a body may be read beside its answer
  rt::Signal continued_;
  bool body_asked_ = false;
  bool drops_content_ = false;  // HEAD, 204, 304
  bool sends_chunks_ = false;
  bool sends_to_close_ = false;
  ByteCount left_to_send_ = 0;     // with a length
  ByteCount body_wire_bytes_ = 0;  // counted in facts_
  std::optional<Error> failure_;   // of sending
};

}  // namespace gust::http
