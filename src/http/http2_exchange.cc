#include "http/http2_exchange_internal.h"
#include "http/http2_session_internal.h"
#include "net/stream.h"
#include "rt/loop.h"

namespace gust::http {
Http2Exchange::Http2Exchange(Http2Session& session, std::int32_t stream, const ServerLimits& limits)
    : StreamExchange(limits), session_(session), stream_(stream) {}

Http2Exchange::~Http2Exchange() = default;

rt::Endpoint Http2Exchange::local() const { return session_.stream().local(); }
rt::Endpoint Http2Exchange::peer() const { return session_.stream().peer(); }
const net::TlsFacts* Http2Exchange::tls() const { return session_.stream().tls(); }
void Http2Exchange::close_after() { session_.drain(); }

// --- What came.

Result<void> Http2Exchange::begin(rt::Loop& loop, Scheme scheme, bool has_content, std::size_t head_bytes,
                                  Instant began) {
  loop_ = &loop;
  facts_.began = began;
  facts_.bytes_received = head_bytes;
  facts_.is_on_used_connection = stream_ > 1;  // viewers' streams are counted from there (RFC 9113 section 5.1.1)
  return begin_request(scheme, Version::http_2, has_content);
}

void Http2Exchange::add_content(ByteView bytes) {
  facts_.bytes_received += bytes.size();
  keep_content(bytes);
}

void Http2Exchange::close(const Error& error) {
  is_open_ = false;
  incoming_.fail(error);
  if (!end_out_) fail_with(error);
}

void Http2Exchange::break_off(const Error& error) {
  close(error);
  if (!is_settled()) fail_with(error);
}

// Of a stream that is closed the reading fails by itself.
rt::Task<Result<void>> Http2Exchange::send_continue(const ResponseHead& head) {
  if (!is_open_) return rt::Task<Result<void>>::ready(Result<void>());
  expects_continue_ = false;
  return rt::Task<Result<void>>::ready(submit_interim(head));
}

void Http2Exchange::open(ByteCount bytes) { session_.consume(stream_, bytes); }

// --- The end.

rt::Task<void> Http2Exchange::complete() { return answer_for_handler(); }

bool Http2Exchange::wants_rest_dropped() const {
  return finished_ && is_open_ && !failure_ && !is_tunnel_ && !incoming_.has_ended();
}

rt::Task<void> Http2Exchange::drop_rest() {
  const Instant until = loop_->now() + limits_.linger_time_max;
  for (ByteCount dropped = 0; dropped <= limits_.unread_body_bytes_max;) {
    const auto piece = co_await incoming_.read(until);
    if (!piece || piece->empty()) co_return;
    dropped += piece->size();
  }
  (void)co_await rt::sleep_until(until);
}

void Http2Exchange::leave() {
  if (is_tunnel_ && head_out_ && !failure_ && !aborted_) {
    tunnel().finish_writing();
    finished_ = end_out_;
  }
  if (is_open_ && !failure_) {
    if (!finished_) session_.reset(*this, NGHTTP2_INTERNAL_ERROR);
    if (finished_ && !incoming_.has_ended()) session_.reset(*this, NGHTTP2_NO_ERROR);
  }
  incoming_.drop();
}

rt::Task<void> Http2Exchange::refuse(Error error) { return refuse_by(session_.handler(), error); }

// --- A tunnel.

rt::Task<Result<Tunnel*>> Http2Exchange::switch_protocols(const ResponseHead& head) {
  if (is_begun() || head.status != 101 || head.upgrade.empty() || !is_tunnel_) {
    co_return misuse("a switch of protocols out of place");
  }
  CO_TRY_OK(co_await session_.wait_room(never));
  if (failure_) co_return std::unexpected(*failure_);
  CO_TRY_OK(session_.heads().set_response(head, BodyFraming::no_body(), arena()));
  CO_TRY_OK(submit_head(head.status));
  session_.pump();
  session_.flush();
  co_return &tunnel();
}

rt::Task<Result<void>> Http2Exchange::write_to_tunnel(ByteView bytes, Instant deadline) {
  const Slice slice = Slice::borrowed(bytes);
  CO_TRY_OK(queue({&slice, 1}));
  co_return co_await push(deadline);
}

void Http2Exchange::end_tunnel() {
  has_ended_ = true;
  if (is_deferred_) session_.resume(*this);
  session_.pump();
  session_.flush();
}

}  // namespace gust::http
