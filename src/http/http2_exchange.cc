#include "base/text.h"
#include "http/framing.h"
#include "http/http2_exchange_internal.h"
#include "http/http2_session_internal.h"
#include "http/status.h"
#include "net/stream.h"
#include "rt/loop.h"

namespace gust::http {
namespace {

std::unexpected<Error> misuse(std::string_view static_text) { return fail(Errc::bug, static_text); }

}  // namespace

Http2Exchange::Http2Exchange(Http2Session& session, std::int32_t stream, const ServerLimits& limits)
    : Exchange(own_arena_), session_(session), stream_(stream), limits_(limits), reading_(limits.head, own_arena_) {}

Http2Exchange::~Http2Exchange() = default;

rt::Endpoint Http2Exchange::local() const { return session_.stream().local(); }
rt::Endpoint Http2Exchange::peer() const { return session_.stream().peer(); }
const net::TlsFacts* Http2Exchange::tls() const { return session_.stream().tls(); }
void Http2Exchange::close_after() { session_.drain(); }

// --- What came.

void Http2Exchange::add_field(ByteView name, ByteView value) { reading_.add(name, value, request_); }

void Http2Exchange::add_trailer(ByteView name, ByteView value) {
  const auto added = reading_.add_trailer(name, value, trailers_);
  if (!added) incoming_.fail(added.error());
}

Result<void> Http2Exchange::begin(rt::Loop& loop, Scheme scheme, bool has_content, std::size_t head_bytes,
                                  Instant began) {
  loop_ = &loop;
  facts_.began = began;
  facts_.bytes_received = head_bytes;
  facts_.is_on_used_connection = stream_ > 1;  // viewers' streams are counted from there (RFC 9113 section 5.1.1)
  incoming_.set_pace({.total_max = limits_.body_time_max, .rate_min = limits_.body_rate_min});
  if (!has_content) incoming_.end();
  TRY_OK(reading_.finish(scheme, request_));
  is_tunnel_ = !request_.upgrade.empty();
  const auto expectation = request_.fields.get(Name::expect);
  expects_continue_ = expectation && equal_fold(*expectation, "100-continue");
  return judge_framing(has_content);
}

Result<void> Http2Exchange::judge_framing(bool has_content) {
  TRY(const auto length, read_content_length(request_.fields, Side::viewer));
  if (is_tunnel_) {
    if (length || !has_content) return fail(Errc::bad_framing, Side::viewer, "a tunnel with an end or a length");
    incoming_.set_pace({});
    return {};
  }
  if (!has_content && length.value_or(0) != 0) {
    return fail(Errc::bad_framing, Side::viewer, "Content-Length of content that does not come");
  }
  if (length.value_or(0) > limits_.body_bytes_max) {
    return fail(Errc::body_too_large, Side::viewer, "Content-Length beyond the limit");
  }
  request_framing_ = length        ? BodyFraming::of_length(*length)
                     : has_content ? BodyFraming::of_chunks()
                                   : BodyFraming::no_body();
  return {};
}

void Http2Exchange::add_content(ByteView bytes) {
  facts_.bytes_received += bytes.size();
  incoming_.add(bytes);
  if (is_tunnel_ || incoming_.came() <= limits_.body_bytes_max) return;
  incoming_.fail({Errc::body_too_large, Side::viewer, Retry::never, "more content than the limit"});
}

void Http2Exchange::end_content() { incoming_.end(); }

void Http2Exchange::close(const Error& error) {
  is_open_ = false;
  incoming_.fail(error);
  if (!end_out_) fail_with(error);
}

void Http2Exchange::break_off(const Error& error) {
  close(error);
  if (!is_settled()) fail_with(error);
}

rt::Task<Result<Slice>> Http2Exchange::Body::read(Instant deadline) {
  Http2Exchange& exchange = exchange_;
  if (exchange.expects_continue_ && !exchange.is_begun() && exchange.is_open_) {
    exchange.expects_continue_ = false;
    ResponseHead go_on;
    go_on.status = 100;
    CO_TRY_OK(exchange.submit_interim(go_on));
  }
  co_return co_await exchange.incoming_.read(deadline);
}

const Fields& Http2Exchange::Body::trailers() const { return exchange_.trailers_; }

void Http2Exchange::open(ByteCount bytes) { session_.consume(stream_, bytes); }

// --- The end.

rt::Task<void> Http2Exchange::complete() {
  if (!is_begun() && !aborted_ && !failure_) {
    ResponseHead head;
    head.status = 500;
    (void)co_await respond(head, std::span<const Slice>());
  }
}

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
    pipe_.finish_writing();
    finished_ = end_out_;
  }
  if (is_open_ && !failure_) {
    if (!finished_) session_.reset(*this, NGHTTP2_INTERNAL_ERROR);
    if (finished_ && !incoming_.has_ended()) session_.reset(*this, NGHTTP2_NO_ERROR);
  }
  incoming_.drop();
}

rt::Task<void> Http2Exchange::refuse(Error error) {
  const Refusal refusal{.error = error,
                        .status = status_of(error),
                        .local = local(),
                        .peer = peer(),
                        .bytes_received = facts_.bytes_received,
                        .began = facts_.began};
  ResponseHead head;
  head.status = refusal.status;
  std::string content;
  session_.handler().refused(refusal, head, content);
  (void)co_await respond_text(head, content);
}

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
  co_return &pipe_;
}

rt::Task<Result<std::size_t>> Http2Exchange::Pipe::read(MutableBytes into, Instant deadline) {
  Http2Incoming& incoming = exchange_.incoming_;
  CO_TRY_OK(co_await incoming.wait(deadline));
  const std::size_t bytes = incoming.take(into);
  if (bytes == 0 && incoming.failure()) co_return std::unexpected(*incoming.failure());
  co_return bytes;
}

rt::Task<Result<void>> Http2Exchange::Pipe::write(ByteView bytes, Instant deadline) {
  if (exchange_.has_ended_) co_return misuse("bytes behind the end of a tunnel");
  const Slice slice = Slice::borrowed(bytes);
  CO_TRY_OK(exchange_.queue({&slice, 1}));
  co_return co_await exchange_.push(deadline);
}

void Http2Exchange::Pipe::finish_writing() {
  if (exchange_.has_ended_ || exchange_.failure_) return;
  exchange_.has_ended_ = true;
  if (exchange_.is_deferred_) exchange_.session_.resume(exchange_);
  exchange_.session_.pump();
  exchange_.session_.flush();
}

}  // namespace gust::http
