#include <algorithm>
#include <utility>

#include "base/text.h"
#include "http/framing.h"
#include "http/server_exchange_internal.h"
#include "net/stream.h"
#include "rt/loop.h"

namespace gust::http {
namespace {

ByteCount bytes_of(std::span<const Slice> content) {
  ByteCount bytes = 0;
  for (const Slice& slice : content) bytes += slice.size();
  return bytes;
}

std::unexpected<Error> misuse(std::string_view static_text) { return fail(Errc::bug, static_text); }

// An idle connection keeps the memory of heads up to this.
constexpr std::size_t front_kept_bytes = 1024;
constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

ServerExchange::ServerExchange(net::Stream& stream, Input& input, Arena& arena, const ServerLimits& limits)
    : Exchange(arena),
      stream_(stream),
      input_(input),
      limits_(limits),
      output_(stream, {limits.write_time_max, limits.write_rate_min, limits.write_batch_bytes}),
      content_(stream, input, Side::viewer),
      body_(*this),
      tunnel_(stream, input, facts_.bytes_received, facts_.bytes_sent) {}

void ServerExchange::begin(rt::Loop& loop, BodyFraming framing, std::size_t head_bytes, Instant began, bool is_last) {
  loop_ = &loop;
  request_framing_ = framing;
  facts_ = {};
  facts_.is_on_used_connection = std::exchange(has_served_, true);
  facts_.began = began;
  facts_.bytes_received = head_bytes;
  finished_ = false;
  closing_ = is_last || wants_close(request_.version, request_.fields);
  aborted_ = false;
  const Field* const expectation = request_.fields.find(Name::expect);
  expects_continue_ =
      expectation != nullptr && equal_fold(expectation->value, "100-continue") && request_.version == Version::http_1_1;
  body_asked_ = false;
  drops_content_ = false;
  sends_chunks_ = false;
  sends_to_close_ = false;
  left_to_send_ = 0;
  body_wire_bytes_ = 0;
  failure_.reset();
  content_.begin(framing, limits_.body_bytes_max, limits_.chunked,
                 {.total_max = limits_.body_time_max, .rate_min = limits_.body_rate_min});
}

void ServerExchange::release() {
  request_.fields.release();
  if (front_.capacity() > front_kept_bytes) std::string().swap(front_);
}

rt::Endpoint ServerExchange::local() const { return stream_.local(); }
rt::Endpoint ServerExchange::peer() const { return stream_.peer(); }
const net::TlsFacts* ServerExchange::tls() const { return stream_.tls(); }

// Whether the body may never come unless we ask for it: a viewer that has begun to send it does not wait for us.
bool ServerExchange::holds_body_back() const {
  return expects_continue_ && !request_framing_.is_empty() && input_.empty() && content_.wire_bytes() == 0;
}

rt::Task<Result<Slice>> ServerExchange::Body::read(Instant deadline) {
  ServerExchange& exchange = exchange_;
  exchange.body_asked_ = true;
  if (exchange.expects_continue_ && !exchange.is_begun()) {
    exchange.expects_continue_ = false;
    exchange.front_.assign(go_on);
    exchange.is_continuing_ = true;
    const auto told = co_await exchange.send({}, {});
    exchange.is_continuing_ = false;
    exchange.continued_.notify_all();
    CO_TRY_OK(told);
  }
  auto result = co_await exchange.content_.read(deadline);
  exchange.facts_.bytes_received += exchange.content_.wire_bytes() - exchange.body_wire_bytes_;
  exchange.body_wire_bytes_ = exchange.content_.wire_bytes();
  co_return result;
}

// Writes front_, the content and `back`.
rt::Task<Result<void>> ServerExchange::send(std::span<const Slice> content, ByteView back) {
  if (failure_) return rt::Task<Result<void>>::ready(std::unexpected(*failure_));
  const ByteCount before = output_.bytes_sent();
  rt::Task<Result<void>> written = output_.write(front_, content, back);
  if (!written.is_ready()) return send_rest(std::move(written), before, bytes_of(content));
  return rt::Task<Result<void>>::ready(note_sent(written.take(), before, bytes_of(content)));
}

rt::Task<Result<void>> ServerExchange::send_rest(rt::Task<Result<void>> rest, ByteCount before,
                                                 ByteCount content_bytes) {
  const auto written = co_await std::move(rest);
  co_return note_sent(written, before, content_bytes);
}

Result<void> ServerExchange::note_sent(const Result<void>& written, ByteCount before, ByteCount content_bytes) {
  const ByteCount sent = output_.bytes_sent() - before;
  facts_.bytes_sent += sent;
  facts_.content_bytes_sent += sent <= front_.size() ? 0 : std::min(sent - front_.size(), content_bytes);
  if (written) return {};
  failure_ = written.error();
  if (failure_->code != Errc::cancelled) failure_->side = Side::viewer;
  facts_.viewer_left = failure_->code != Errc::cancelled;
  return std::unexpected(*failure_);
}

rt::Task<Result<void>> ServerExchange::inform(const ResponseHead& head) {
  if (is_begun() || head.status < 100 || head.status > 199 || head.status == 101) {
    co_return misuse("an interim response out of place");
  }
  if (request_.version == Version::http_1_0) co_return Result<void>();
  while (is_continuing_) co_await continued_.wait_uncancelled();
  front_.clear();
  CO_TRY_OK(write_response_head(front_, head, BodyFraming::no_body(), Persistence::implied));
  if (head.status == 100) expects_continue_ = false;
  co_return co_await send({}, {});
}

// Decides how the content goes out, and gives what the head says of it.
BodyFraming ServerExchange::wire_framing(const ResponseHead& head, BodyFraming asked) {
  const bool length_unknown = asked.kind == BodyFraming::chunked || asked.kind == BodyFraming::until_close;
  const bool is_1_0 = request_.version == Version::http_1_0;
  drops_content_ = is_without_content(request_.method, head.status);
  // A head that was refused may have left them.
  sends_to_close_ = sends_chunks_ = false;
  left_to_send_ = 0;
  if (drops_content_) {
    // HEAD is told what GET would be; 204 and 304 have no length of their own, only what the fields say.
    const bool tells = request_.method == Method::head && head.status != 204 && head.status != 304 &&
                       asked.kind != BodyFraming::none && !head.fields.has(Name::content_length);
    if (!tells || (length_unknown && is_1_0)) return BodyFraming::no_body();
    return length_unknown ? BodyFraming::of_chunks() : BodyFraming::of_length(asked.bytes);
  }
  sends_to_close_ = length_unknown && is_1_0;
  sends_chunks_ = length_unknown && !is_1_0;
  closing_ = closing_ || sends_to_close_;
  if (sends_to_close_) return BodyFraming::to_close();
  if (sends_chunks_) return BodyFraming::of_chunks();
  left_to_send_ = asked.bytes;
  return BodyFraming::of_length(asked.bytes);
}

rt::Task<Result<void>> ServerExchange::start(const ResponseHead& head, BodyFraming framing,
                                             std::span<const Slice> first) {
  if (is_continuing_) return start_behind_continue(head, framing, first);
  const Result<void> begun = begin_answer(head, framing);
  if (!begun) return rt::Task<Result<void>>::ready(begun);
  return send_content(first);
}

rt::Task<Result<void>> ServerExchange::start_behind_continue(const ResponseHead& head, BodyFraming framing,
                                                             std::span<const Slice> first) {
  while (is_continuing_) co_await continued_.wait_uncancelled();
  co_return co_await start(head, framing, first);
}

// Puts the head in front_.
Result<void> ServerExchange::begin_answer(const ResponseHead& head, BodyFraming framing) {
  if (is_begun() || head.status < 200) return misuse("a final response out of place");
  if (failure_) return std::unexpected(*failure_);
  // What is left of the body may never come, or is more than we care to read: say so now.
  const ByteCount left = content_.bytes_left().value_or(0);
  closing_ = closing_ || holds_body_back() || (!body_asked_ && left > limits_.unread_body_bytes_max);

  const BodyFraming said = wire_framing(head, framing);
  const bool says_keep_alive = limits_.says_keep_alive || request_.version == Version::http_1_0;
  const Persistence persistence = closing_          ? Persistence::close
                                  : says_keep_alive ? Persistence::keep_alive
                                                    : Persistence::implied;
  front_.clear();
  // RFC 9110 section 10.1.1 lets a server leave the 100 out where the content has come or there is none. Botocore does
  // not: it takes the status that it reads first for that of the next answer on the connection too, and hangs.
  if (expects_continue_ && !closing_) front_.assign(go_on);
  TRY_OK(write_response_head(front_, head, said, persistence));
  expects_continue_ = false;
  facts_.status = head.status;
  facts_.first_byte_sent = loop_->now();
  return {};
}

rt::Task<Result<void>> ServerExchange::write(std::span<const Slice> content) {
  if (!is_begun() || finished_) return rt::Task<Result<void>>::ready(misuse("content outside of a response"));
  front_.clear();
  return send_content(content);
}

// Sends what is in front_ and the content behind it, framed.
rt::Task<Result<void>> ServerExchange::send_content(std::span<const Slice> content) {
  const ByteCount bytes = bytes_of(content);
  if (drops_content_ || bytes == 0) {
    if (front_.empty()) return rt::Task<Result<void>>::ready(Result<void>());
    return send({}, {});
  }
  if (sends_chunks_) {
    front_.append(ChunkLine(bytes).view());
    return send(content, chunk_end);
  }
  if (!sends_to_close_) {
    if (bytes > left_to_send_) {
      aborted_ = true;
      return rt::Task<Result<void>>::ready(misuse("more content than the response's length"));
    }
    left_to_send_ -= bytes;
  }
  return send(content, {});
}

rt::Task<Result<void>> ServerExchange::finish(const Fields* trailers) {
  if (!is_begun() || finished_ || aborted_) {
    return rt::Task<Result<void>>::ready(misuse("the end of a response out of place"));
  }
  if (failure_) return rt::Task<Result<void>>::ready(std::unexpected(*failure_));
  if (!drops_content_ && left_to_send_ > 0) {
    aborted_ = true;
    return rt::Task<Result<void>>::ready(misuse("less content than the response's length"));
  }
  if (sends_chunks_) return send_last_chunk(trailers);
  finished_ = true;
  return rt::Task<Result<void>>::ready(Result<void>());
}

rt::Task<Result<void>> ServerExchange::send_last_chunk(const Fields* trailers) {
  front_.assign(last_chunk_before_trailers);
  if (trailers != nullptr) CO_TRY_OK(write_trailers(front_, *trailers));
  CO_TRY_OK(co_await send({}, "\r\n"));
  finished_ = true;
  co_return Result<void>();
}

rt::Task<Result<Tunnel*>> ServerExchange::switch_protocols(const ResponseHead& head) {
  if (is_begun() || head.status != 101 || head.upgrade.empty()) co_return misuse("a switch of protocols out of place");
  if (request_.version != Version::http_1_1) co_return fail(Errc::unsupported, "HTTP/1.0 switches no protocols");
  if (failure_) co_return std::unexpected(*failure_);
  front_.clear();
  CO_TRY_OK(write_response_head(front_, head, BodyFraming::no_body(), Persistence::implied));
  facts_.status = head.status;
  facts_.first_byte_sent = loop_->now();
  closing_ = true;
  facts_.bytes_received += input_.view().size();
  CO_TRY_OK(co_await send({}, {}));
  finished_ = true;
  co_return &tunnel_;
}

rt::Task<void> ServerExchange::complete() {
  if (!is_begun() && !aborted_ && !failure_) {
    ResponseHead head;
    head.status = 500;
    closing_ = true;
    (void)co_await respond(head, std::span<const Slice>());
  }
  aborted_ = aborted_ || !finished_;
}

}  // namespace gust::http
