#include "http/server_connection.h"

#include <algorithm>

#include "http/framing.h"
#include "http/server_exchange_internal.h"
#include "http/status.h"
#include "net/stream.h"
#include "rt/loop.h"
#include "rt/under.h"

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
  rt::Loop* loop = nullptr;
  rt::CancelSource* idle_cancel = nullptr;  // while serving
  bool draining = false;
  bool idle = true;
  Instant idle_since{};
  Instant began{};  // the head that is being read
  std::uint32_t requests = 0;

  rt::Task<bool> wait_for_request();
  rt::Task<Result<bool>> read_head();
  Result<void> begin_exchange(std::size_t head_bytes);
  rt::Task<bool> serve_one();
  rt::Task<bool> consume_body();
  rt::Task<void> refuse(Error error);
  rt::Task<void> linger();
};

// False when there will be no further request.
rt::Task<bool> ServerConnection::State::wait_for_request() {
  if (!input.empty()) co_return !draining;
  idle = true;
  idle_since = loop->now();
  if (draining) co_return false;
  const Duration patience = requests == 0 ? limits.head_time_max : limits.idle_time_max;
  const auto got = co_await rt::under(*idle_cancel, stream->read(input.space(), idle_since + patience));
  idle = false;
  if (!got || *got == 0) co_return false;
  input.added(*got);
  co_return true;
}

// True when a whole head was read; false when the viewer left before its end.
rt::Task<Result<bool>> ServerConnection::State::read_head() {
  began = loop->now();
  HeadScan scan;
  for (;;) {
    CO_TRY(const std::size_t size, read_request_head(input.view(), scheme, limits.head, scan, exchange.head()));
    if (size > 0) {
      CO_TRY_OK(begin_exchange(size));
      co_return true;
    }
    const auto got = co_await stream->read(input.space(), began + limits.head_time_max);
    if (!got && got.error().code == Errc::timed_out) {
      co_return fail(Errc::timed_out, Side::viewer, "the head took too long");
    }
    if (!got || *got == 0) co_return false;
    input.added(*got);
  }
}

Result<void> ServerConnection::State::begin_exchange(std::size_t head_bytes) {
  TRY(const BodyFraming framing, framing_of(exchange.request()));
  if (framing.kind == BodyFraming::length && framing.bytes > limits.body_bytes_max) {
    return fail(Errc::body_too_large, Side::viewer, "Content-Length beyond the limit");
  }
  input.take(head_bytes);
  ++requests;
  exchange.begin(framing, head_bytes, began, draining || requests >= limits.requests_max);
  return {};
}

// True when another request may follow.
rt::Task<bool> ServerConnection::State::serve_one() {
  exchange.head().clear();
  arena.clear();
  input.compact();
  if (!co_await wait_for_request()) co_return false;
  const auto got = co_await read_head();
  if (!got) co_await refuse(got.error());
  if (!got || !*got) co_return false;

  co_await handler.handle(exchange);
  co_await exchange.complete();
  if (exchange.needs_reset()) {
    stream->reset();
    co_return false;
  }
  if (exchange.may_go_on() && co_await consume_body()) co_return true;
  co_await linger();
  co_return false;
}

// Reads what the handler left of the body, so that the next bytes are a head.
rt::Task<bool> ServerConnection::State::consume_body() {
  ContentReader& content = exchange.content();
  for (ByteCount consumed = 0; consumed <= limits.unread_body_bytes_max;) {
    const auto piece = co_await content.read(loop->now() + limits.body_time_max);
    if (!piece) co_return false;
    if (piece->empty()) {
      content.take_rest();
      co_return true;
    }
    consumed += piece->size();
  }
  co_return false;
}

rt::Task<void> ServerConnection::State::refuse(Error error) {
  const Refusal refusal{.error = error,
                        .status = status_of(error),
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

rt::Task<void> ServerConnection::serve() {
  State& state = *state_;
  const rt::Context here = co_await rt::context();
  rt::CancelSource idle_cancel(here.cancel);
  state.loop = here.loop;
  state.idle_cancel = &idle_cancel;
  while (co_await state.serve_one()) {
  }
  state.idle_cancel = nullptr;
  state.idle = false;
}

void ServerConnection::drain() {
  state_->draining = true;
  state_->exchange.close_after();
  if (state_->idle && state_->idle_cancel != nullptr) state_->idle_cancel->cancel();
}

bool ServerConnection::is_idle() const { return state_->idle && !state_->draining; }
Instant ServerConnection::idle_since() const { return state_->idle_since; }

}  // namespace gust::http
