#include "base/text.h"
#include "http/framing.h"
#include "http/server_connection.h"
#include "http/status.h"
#include "http/stream_exchange_internal.h"

namespace gust::http {

StreamExchange::StreamExchange(const ServerLimits& limits)
    : Exchange(own_arena_), limits_(limits), reading_(limits.head, own_arena_) {}

void StreamExchange::add_trailer(ByteView name, ByteView value) {
  const auto added = reading_.add_trailer(name, value, trailers_);
  if (!added) incoming_.fail(added.error());
}

Result<void> StreamExchange::begin_request(Scheme scheme, Version version, bool has_content) {
  incoming_.set_pace({.total_max = limits_.body_time_max, .rate_min = limits_.body_rate_min});
  if (!has_content) incoming_.end();
  request_.version = version;
  TRY_OK(reading_.finish(scheme, request_));
  is_tunnel_ = !request_.upgrade.empty();
  const auto expectation = request_.fields.get(Name::expect);
  expects_continue_ = expectation && equal_fold(*expectation, "100-continue");
  return judge_framing(has_content);
}

Result<void> StreamExchange::judge_framing(bool has_content) {
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

void StreamExchange::keep_content(ByteView bytes) {
  incoming_.add(bytes);
  if (is_tunnel_ || incoming_.came() <= limits_.body_bytes_max) return;
  incoming_.fail({Errc::body_too_large, Side::viewer, Retry::never, "more content than the limit"});
}

BodyFraming StreamExchange::wire_framing(const ResponseHead& head, BodyFraming asked) {
  drops_content_ = is_without_content(request_.method, head.status);
  length_known_ = asked.kind == BodyFraming::none || asked.kind == BodyFraming::length;
  left_to_send_ = asked.bytes;
  if (!drops_content_) return length_known_ ? BodyFraming::of_length(asked.bytes) : BodyFraming::of_chunks();
  // HEAD is told what GET would be; 204 and 304 have no length of their own, only what the fields say.
  const bool tells = request_.method == Method::head && head.status != 204 && head.status != 304 &&
                     asked.kind == BodyFraming::length && !head.fields.has(Name::content_length);
  left_to_send_ = 0;
  return tells ? asked : BodyFraming::no_body();
}

rt::Task<void> StreamExchange::answer_for_handler() {
  if (is_begun() || aborted_ || failure_) co_return;
  ResponseHead head;
  head.status = 500;
  (void)co_await respond(head, std::span<const Slice>());
}

rt::Task<void> StreamExchange::refuse_by(Handler& handler, Error error) {
  const Refusal refusal{.error = error,
                        .status = status_of(error),
                        .local = local(),
                        .peer = peer(),
                        .bytes_received = facts_.bytes_received,
                        .began = facts_.began};
  ResponseHead head;
  head.status = refusal.status;
  std::string content;
  handler.refused(refusal, head, content);
  (void)co_await respond_text(head, content);
}

rt::Task<Result<Slice>> StreamExchange::Body::read(Instant deadline) {
  if (exchange_.expects_continue_ && !exchange_.is_begun()) {
    ResponseHead go_on;
    go_on.status = 100;
    CO_TRY_OK(co_await exchange_.send_continue(go_on));
  }
  co_return co_await exchange_.incoming_.read(deadline);
}

rt::Task<Result<std::size_t>> StreamExchange::Pipe::read(MutableBytes into, Instant deadline) {
  Http2Incoming& incoming = exchange_.incoming_;
  CO_TRY_OK(co_await incoming.wait(deadline));
  const std::size_t bytes = incoming.take(into);
  if (bytes == 0 && incoming.failure()) co_return std::unexpected(*incoming.failure());
  co_return bytes;
}

rt::Task<Result<void>> StreamExchange::Pipe::write(ByteView bytes, Instant deadline) {
  if (exchange_.has_ended_) co_return misuse("bytes behind the end of a tunnel");
  co_return co_await exchange_.write_to_tunnel(bytes, deadline);
}

void StreamExchange::Pipe::finish_writing() {
  if (!exchange_.has_ended_ && !exchange_.failure_) exchange_.end_tunnel();
}

}  // namespace gust::http
