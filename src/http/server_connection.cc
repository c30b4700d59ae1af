#include "http/server_connection.h"

#include <algorithm>

#include "http/framing.h"
#include "http/server_exchange_internal.h"
#include "http/status.h"
#include "net/stream.h"
#include "rt/loop.h"

namespace gust::http {
namespace {

constexpr std::size_t first_input_bytes = 8 * 1024;

}  // namespace

struct ServerConnection::State {
  State(std::unique_ptr<net::Stream> its_stream, Scheme its_scheme, Handler& its_handler,
        const ServerLimits& its_limits)
      : stream(std::move(its_stream)),
        scheme(its_scheme),
        handler(its_handler),
        limits(its_limits),
        exchange(*stream, input, arena, limits) {}

  std::unique_ptr<net::Stream> stream;
  Scheme scheme;
  Handler& handler;
  const ServerLimits& limits;
  Input input{first_input_bytes};
  Arena arena;
  ServerExchange exchange;
  HeadScan scan;
  rt::Loop* loop = nullptr;
  rt::CancelSource* idle_cancel = nullptr;  // while serving
  bool draining = false;
  bool idle = true;
  bool has_begun_head = false;
  bool begins_http2 = false;
  Instant idle_since{};
  Instant began{};  // the head that is being read
  std::uint32_t requests = 0;

  // What reading came to: a request that has begun, a viewer to wait for, one that is gone, or bytes to refuse.
  enum class Found : std::uint8_t { request, nothing_yet, end, refusal, http2 };
  Error refused_for;  // with Found::refusal

  rt::Task<void> serve();
  void make_ready();
  Found look_for_request();
  bool is_http2_preface() const;
  Found refuse_for(Error error);
  void become_idle();
  Instant patience() const;
  Found judge_wait(const Result<std::size_t>& waited);
  Result<void> begin_exchange(std::size_t head_bytes);
  rt::Task<bool> consume_body();
  rt::Task<void> refuse();
  rt::Task<void> linger();
};

// One frame for a connection's whole life: what waits for nothing is a plain call.
rt::Task<void> ServerConnection::State::serve() {
  const rt::Context here = co_await rt::context();
  rt::CancelSource source(here.cancel);
  loop = here.loop;
  idle_cancel = &source;
  while (!draining) {
    make_ready();
    // Asked for bytes only once they are there: so an idle connection takes no buffer to find that there are none.
    Found found = input.empty() ? Found::nothing_yet : look_for_request();
    while (found == Found::nothing_yet) {
      if (input.empty()) become_idle();
      found = judge_wait(co_await stream->readable(patience(), has_begun_head ? nullptr : idle_cancel));
    }
    begins_http2 = found == Found::http2;
    if (found == Found::refusal) co_await refuse();
    if (found != Found::request) break;

    co_await handler.handle(exchange);
    if (!exchange.is_finished()) co_await exchange.complete();
    if (exchange.needs_reset()) {
      stream->reset();
      break;
    }
    const bool goes_on = exchange.may_go_on() && (exchange.content().is_at_end() || co_await consume_body());
    if (!goes_on) {
      co_await linger();
      break;
    }
    exchange.content().take_rest();
  }
  idle_cancel = nullptr;
  idle = false;
}

// Between two exchanges: nothing of the last one is left.
void ServerConnection::State::make_ready() {
  exchange.head().clear();
  arena.clear();
  input.compact();
  scan = {};
  has_begun_head = false;
}

// Does what can be done without waiting.
ServerConnection::State::Found ServerConnection::State::look_for_request() {
  while (true) {
    if (!input.empty()) {
      idle = false;
      if (!has_begun_head) began = loop->now();
      has_begun_head = true;
      const auto size = read_request_head(input.view(), scheme, limits.head, scan, exchange.head());
      if (!size) return is_http2_preface() ? Found::http2 : refuse_for(size.error());
      if (*size > 0) {
        const auto begun = begin_exchange(*size);
        return begun ? Found::request : refuse_for(begun.error());
      }
    }
    const auto got = stream->try_read(input.space());
    if (!got) return Found::nothing_yet;
    if (!*got || **got == 0) return Found::end;
    input.added(**got);
  }
}

// To the parser of HTTP/1.1 the front of the preface is a head of a version that it does not know.
bool ServerConnection::State::is_http2_preface() const {
  constexpr ByteView front = "PRI * HTTP/2.0\r\n\r\n";
  return limits.takes_http2_preface && scheme == Scheme::http && requests == 0 && input.view().starts_with(front);
}

ServerConnection::State::Found ServerConnection::State::refuse_for(Error error) {
  refused_for = error;
  return Found::refusal;
}

// Nothing of a request has come: holds no buffers meanwhile.
void ServerConnection::State::become_idle() {
  idle = true;
  idle_since = loop->now();
  input.release();
  exchange.release();
}

// Until when the viewer may take for what is waited for.
Instant ServerConnection::State::patience() const {
  if (has_begun_head) return began + limits.head_time_max;
  return idle_since + (requests == 0 ? limits.head_time_max : limits.idle_time_max);
}

ServerConnection::State::Found ServerConnection::State::judge_wait(const Result<std::size_t>& waited) {
  if (waited) return look_for_request();
  idle = false;
  if (!has_begun_head || waited.error().code != Errc::timed_out) return Found::end;
  return refuse_for({Errc::timed_out, Side::viewer, Retry::never, "the head took too long"});
}

Result<void> ServerConnection::State::begin_exchange(std::size_t head_bytes) {
  TRY(const BodyFraming framing, framing_of(exchange.request()));
  if (framing.kind == BodyFraming::length && framing.bytes > limits.body_bytes_max) {
    return fail(Errc::body_too_large, Side::viewer, "Content-Length beyond the limit");
  }
  input.take(head_bytes);
  ++requests;
  exchange.begin(*loop, framing, head_bytes, began, draining || requests >= limits.requests_max);
  return {};
}

// Reads what the handler left of the body, so that the next bytes are a head.
rt::Task<bool> ServerConnection::State::consume_body() {
  ContentReader& content = exchange.content();
  for (ByteCount consumed = 0; consumed <= limits.unread_body_bytes_max;) {
    const auto piece = co_await content.read(loop->now() + limits.body_time_max);
    if (!piece) co_return false;
    if (piece->empty()) co_return true;
    consumed += piece->size();
  }
  co_return false;
}

rt::Task<void> ServerConnection::State::refuse() {
  const Refusal refusal{.error = refused_for,
                        .status = status_of(refused_for),
                        .local = stream->local(),
                        .peer = stream->peer(),
                        .bytes_received = input.view().size(),
                        .began = began};
  ResponseHead head;
  head.status = refusal.status;
  std::string content;
  handler.refused(refusal, head, content);
  std::string text;
  if (!write_response_head(text, head, BodyFraming::of_length(content.size()), Persistence::close)) co_return;
  text.append(content);
  const auto written = co_await exchange.output().write(text, {}, {});
  if (written) co_await linger();
}

// Bytes of the viewer that no one has read turn a close into a reset, which may destroy the answer (RFC 9112 section
// 9.6). Whether more are under way cannot be known, so this is how every connection that we close ends.
rt::Task<void> ServerConnection::State::linger() {
  stream->finish_writing();
  const Instant until = loop->now() + limits.linger_time_max;
  for (ByteCount dropped = 0; dropped < limits.linger_bytes_max;) {
    input.clear();
    const auto got = co_await stream->read(input.space(), until);
    if (!got || *got == 0) co_return;
    dropped += *got;
  }
}

ServerConnection::ServerConnection(std::unique_ptr<net::Stream> stream, Scheme scheme, Handler& handler,
                                   const ServerLimits& limits)
    : state_(std::make_unique<State>(std::move(stream), scheme, handler, limits)) {}

ServerConnection::~ServerConnection() = default;

rt::Task<void> ServerConnection::serve() { return state_->serve(); }

void ServerConnection::drain() {
  state_->draining = true;
  state_->exchange.close_after();
  if (state_->idle && state_->idle_cancel != nullptr) state_->idle_cancel->cancel();
}

ServerConnection::Http2Start ServerConnection::take_http2_start() {
  if (!state_->begins_http2) return {};
  return {.stream = std::move(state_->stream), .begun = std::string(state_->input.view())};
}

bool ServerConnection::is_idle() const { return state_->idle && !state_->draining; }
Instant ServerConnection::idle_since() const { return state_->idle_since; }

}  // namespace gust::http
