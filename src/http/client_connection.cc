#include "http/client_connection.h"

#include <algorithm>
#include <optional>
#include <string>

#include "base/text.h"
#include "http/content_reader_internal.h"
#include "http/framing.h"
#include "http/head_writer.h"
#include "http/output_internal.h"
#include "http/stream_tunnel_internal.h"
#include "net/stream.h"
#include "rt/loop.h"
#include "rt/scope.h"
#include "rt/under.h"

namespace gust::http {
namespace {

// A head with a small body behind it comes in one read.
constexpr std::size_t first_input_bytes = 16 * 1024;
// After a failed write: the origin may have said why before it closed.
constexpr Duration last_words_time_max = std::chrono::seconds{1};

enum class Came : std::uint8_t { go_on, final_head };

// The body on its way out, beside the wait for the response and perhaps beside the response itself.
struct Sending {
  rt::Scope* scope = nullptr;        // in which it runs
  rt::CancelSource* wake = nullptr;  // ends the wait for the response when `done` is set; null without such a wait
  rt::CancelSource* halt = nullptr;  // ends the sending; null before it begins and when it is done
  bool is_stopped = false;
  bool done = false;
  bool source_failed = false;  // the trouble is not the origin's
  Result<void> outcome;

  void stop() {
    is_stopped = true;
    if (halt != nullptr) halt->cancel();
  }
};

}  // namespace

struct ClientConnection::State : std::enable_shared_from_this<State> {
  State(std::unique_ptr<net::Stream> its_stream, const ClientLimits& its_limits)
      : stream(std::move(its_stream)),
        limits(its_limits),
        output(*stream, {}),
        body(*this),
        tunnel(*stream, input, facts.bytes_received, facts.bytes_sent) {
    set_limits(its_limits);
  }

  class Body final : public BodyReader {
   public:
    explicit Body(State& state) : state_(state) {}
    rt::Task<Result<Slice>> read(Instant deadline) override;
    const Fields& trailers() const override { return state_.content.trailers(); }

   private:
    State& state_;
  };

  std::unique_ptr<net::Stream> stream;
  ClientLimits limits;
  Input input{first_input_bytes};
  Output output;
  ContentReader content{*stream, input, Side::origin};
  Body body;
  StreamTunnel tunnel;
  std::string front;
  HeadScan scan;
  ResponseHead head;
  ByteView head_text;
  BodyFraming framing;
  ClientFacts facts;
  Method method = Method::get;
  std::uint32_t exchanges = 0;
  std::uint32_t interim_responses = 0;
  InterimSink* interim = nullptr;  // of the exchange under way
  std::optional<Sending> sending;  // of the exchange under way, where it has a body
  bool told_to_go_on = false;      // 100 has come
  bool has_head = false;           // the final one
  bool request_wants_close = false;
  std::string upgrade;    // what the request asks the connection to become; empty: nothing
  bool is_noisy = false;  // something came while idle

  void set_limits(const ClientLimits& its_limits);
  void begin(const RequestHead& request);
  rt::Task<Result<void>> exchange(const RequestHead& request, BodyFraming request_framing, BodyReader* request_body,
                                  Instant deadline, rt::Scope* sender);
  rt::Task<Result<void>> exchange_with_body(BodyFraming request_framing, BodyReader& request_body, Instant deadline,
                                            rt::Scope* sender);
  static rt::Task<void> send_body(std::shared_ptr<State> state, BodyReader& source, BodyFraming as, Instant deadline);
  rt::Task<void> end_sending();
  rt::Task<Result<void>> send_content(BodyReader& source, BodyFraming as, Instant deadline, bool& source_failed);
  rt::Task<Result<Came>> read_head(Instant deadline, bool until_go_on);
  Result<std::optional<Came>> take_head(std::size_t bytes, bool until_go_on);
  rt::Task<Result<std::size_t>> receive(Instant deadline);
  std::unexpected<Error> failed(Error error) const;
};

void ClientConnection::State::set_limits(const ClientLimits& its_limits) {
  limits = its_limits;
  WritePace pace;
  pace.time_max = limits.write_time_max;
  output.set_pace(pace);
}

void ClientConnection::State::begin(const RequestHead& request) {
  input.clear();
  scan = {};
  head.clear();
  framing = {};
  facts = {};
  method = request.method.known() == Method::other ? Method(Method::get) : request.method;
  interim_responses = 0;
  sending.reset();
  told_to_go_on = false;
  has_head = false;
  request_wants_close = wants_close(Version::http_1_1, request.fields);
  upgrade = request.upgrade;
  content.begin(BodyFraming::no_body(), 0, limits.chunked, {});
}

// The error on the origin's side, with its retry mark.
std::unexpected<Error> ClientConnection::State::failed(Error error) const {
  if (error.code == Errc::cancelled) return std::unexpected(error);
  error.side = Side::origin;
  const bool is_loss = error.code == Errc::reset || error.code == Errc::closed;
  if (is_loss && facts.bytes_received == 0 && exchanges > 1) error.retry = Retry::if_reused;
  return std::unexpected(error);
}

rt::Task<Result<std::size_t>> ClientConnection::State::receive(Instant deadline) {
  rt::Loop& loop = co_await rt::this_loop();
  const MutableBytes space = input.space();
  Result<std::size_t> got = fail(Errc::cancelled, "no wait yet");
  if (sending && sending->wake != nullptr && !sending->done) {
    got = co_await rt::under(*sending->wake, stream->read(space, deadline));
  }
  const bool has_turn = !sending || sending->done;
  if (!got && got.error().code == Errc::cancelled && has_turn) {
    if (sending && sending->source_failed) co_return std::unexpected(sending->outcome.error());
    const Duration patience = facts.bytes_received > 0 ? limits.read_time_max : limits.first_byte_time_max;
    const bool is_broken = sending && !sending->outcome;
    const Instant until = loop.now() + (is_broken ? std::min(patience, last_words_time_max) : patience);
    got = co_await stream->read(space, std::min(deadline, until));
    if (is_broken && (!got || *got == 0)) co_return failed(sending->outcome.error());
  }
  if (!got) co_return failed(got.error());
  if (*got == 0) co_return failed({Errc::closed, Side::origin, Retry::never, "the origin closed without a response"});
  if (facts.bytes_received == 0) facts.first_byte = loop.now();
  facts.bytes_received += *got;
  input.added(*got);
  co_return got;
}

// A head is whole: says whether it is the final one, or one to wait for; nothing for one to pass over.
Result<std::optional<Came>> ClientConnection::State::take_head(std::size_t bytes, bool until_go_on) {
  TRY(framing, framing_of(head, method));
  head_text = input.view().substr(0, bytes);
  input.take(bytes);
  if (head.status >= 200) return Came::final_head;
  if (head.status == 101) {
    const auto became = head.fields.get(Name::upgrade);
    if (!upgrade.empty() && became && equal_fold(*became, upgrade)) return Came::final_head;
    return failed({Errc::bad_framing, Side::origin, Retry::never, "a switch that no one asked for"});
  }
  const bool is_second_100 = head.status == 100 && std::exchange(told_to_go_on, told_to_go_on || head.status == 100);
  if (++interim_responses > limits.interim_responses_max || is_second_100) {
    return failed({Errc::would_exceed_limit, Side::origin, Retry::never, "too many interim responses"});
  }
  if (head.status == 100 && until_go_on) return Came::go_on;
  return std::nullopt;
}

rt::Task<Result<Came>> ClientConnection::State::read_head(Instant deadline, bool until_go_on) {
  rt::Loop& loop = co_await rt::this_loop();
  Instant whole_by = never;  // once the head has begun
  for (;;) {
    CO_TRY(const std::size_t bytes, read_response_head(input.view(), limits.head, scan, head));
    if (bytes > 0) {
      CO_TRY(const auto came, take_head(bytes, until_go_on));
      if (came == Came::final_head) co_return *came;
      if (interim != nullptr && head.status != 100) co_await interim->pass_on(head);
      scan = {};
      input.compact();
      if (came) co_return *came;
      whole_by = never;
    } else {
      if (!input.empty() && whole_by == never) whole_by = loop.now() + limits.head_time_max;
      CO_TRY_OK(co_await receive(std::min(deadline, whole_by)));
    }
  }
}

rt::Task<Result<void>> ClientConnection::State::send_content(BodyReader& source, BodyFraming as, Instant deadline,
                                                             bool& source_failed) {
  const bool chunks = as.kind == BodyFraming::chunked;
  ByteCount left = as.bytes;
  for (;;) {
    source_failed = true;  // until the piece is ours
    CO_TRY(const Slice piece, co_await source.read(deadline));
    if (piece.empty()) break;
    if (!chunks && piece.size() > left) co_return fail(Errc::bug, "more content than the request's length");
    source_failed = false;
    left -= chunks ? 0 : piece.size();
    const ChunkLine line(piece.size());
    const std::span<const Slice> one(&piece, 1);
    CO_TRY_OK(co_await output.write(chunks ? line.view() : ByteView(), one, chunks ? chunk_end : ByteView(), deadline));
  }
  if (!chunks && left > 0) co_return fail(Errc::short_body, Side::viewer, "less content than the request's length");
  source_failed = false;
  if (chunks) {
    std::string end(last_chunk_before_trailers);
    CO_TRY_OK(write_trailers(end, source.trailers()));
    CO_TRY_OK(co_await output.write(end, {}, "\r\n", deadline));
  }
  co_return Result<void>();
}

rt::Task<void> ClientConnection::State::send_body(std::shared_ptr<State> state, BodyReader& source, BodyFraming as,
                                                  Instant deadline) {
  Sending& sending = *state->sending;
  if (!sending.is_stopped) {
    const rt::Context here = co_await rt::context();
    rt::CancelSource halt(here.cancel);
    sending.halt = &halt;
    sending.outcome = co_await rt::under(halt, state->send_content(source, as, deadline, sending.source_failed));
    sending.halt = nullptr;
    state->facts.request_sent = sending.outcome.has_value();
  }
  // The origin would wait for the rest, and the viewer for the origin.
  if (state->has_head && sending.source_failed && !sending.is_stopped) state->stream->reset();
  sending.done = true;
  if (sending.wake != nullptr) sending.wake->cancel();
}

rt::Task<void> ClientConnection::State::end_sending() {
  if (!sending || sending->done) co_return;
  sending->stop();
  co_await sending->scope->join();
}

rt::Task<Result<void>> ClientConnection::State::exchange_with_body(BodyFraming request_framing,
                                                                   BodyReader& request_body, Instant deadline,
                                                                   rt::Scope* sender) {
  const rt::Context here = co_await rt::context();
  rt::Scope own(here);
  rt::Scope& scope = sender != nullptr ? *sender : own;
  rt::CancelSource wake(here.cancel);
  sending.emplace();
  sending->scope = &scope;
  sending->wake = &wake;
  scope.spawn(send_body(shared_from_this(), request_body, request_framing, deadline));
  const auto came = co_await read_head(deadline, false);
  sending->wake = nullptr;
  // Without a sender a final response says that the rest is not wanted (RFC 9112 section 9.3).
  if (!came || sender == nullptr) {
    co_await end_sending();
    co_await own.join();
  }
  if (!came) co_return std::unexpected(came.error());
  co_return Result<void>();
}

rt::Task<Result<void>> ClientConnection::State::exchange(const RequestHead& request, BodyFraming request_framing,
                                                         BodyReader* request_body, Instant deadline,
                                                         rt::Scope* sender) {
  begin(request);
  ++exchanges;
  rt::Loop& loop = co_await rt::this_loop();
  // What came unasked behind the answer before would be taken for this one's: a connection that went from one request
  // to the next at once has been watched by nobody.
  char unasked = 0;
  if (exchanges > 1 && stream->try_read({&unasked, 1})) {
    co_return failed({Errc::reset, Side::origin, Retry::never, "the origin sent, or closed, between two requests"});
  }
  front.clear();
  CO_TRY_OK(write_request_head(front, request, request_framing, Persistence::implied));
  if (const auto written = co_await output.write(front, {}, {}, deadline); !written) co_return failed(written.error());

  const bool has_body = !request_framing.is_empty() && request_body != nullptr;
  bool sends_body = has_body;
  const auto expectation = request.fields.get(Name::expect);
  if (has_body && expectation && equal_fold(*expectation, "100-continue")) {
    const Instant until = std::min(deadline, loop.now() + limits.expect_time_max);
    const auto came = co_await read_head(until, true);
    if (!came && (came.error().code != Errc::timed_out || until == deadline)) co_return std::unexpected(came.error());
    sends_body = !came || *came == Came::go_on;
  } else if (!has_body) {
    facts.request_sent = true;
  }
  if (sends_body) {
    CO_TRY_OK(co_await exchange_with_body(request_framing, *request_body, deadline, sender));
  } else if (!has_body) {
    CO_TRY_OK(co_await read_head(deadline, false));
  }
  has_head = true;
  content.begin(framing, limits.body_bytes_max, limits.chunked, {.gap_max = limits.read_time_max});
  co_return Result<void>();
}

rt::Task<Result<Slice>> ClientConnection::State::Body::read(Instant deadline) {
  State& state = state_;
  const bool came_with_head = !state.input.empty();  // counted already
  const ByteCount before = state.content.wire_bytes();
  auto result = co_await state.content.read(deadline);
  if (!came_with_head) state.facts.bytes_received += state.content.wire_bytes() - before;
  co_return result;
}

ClientConnection::ClientConnection(std::unique_ptr<net::Stream> stream, const ClientLimits& limits)
    : state_(std::make_shared<State>(std::move(stream), limits)) {}

ClientConnection::~ClientConnection() {
  if (state_->sending && !state_->sending->done) state_->sending->stop();
}

rt::Task<void> ClientConnection::end_sending() { return state_->end_sending(); }

void ClientConnection::set_limits(const ClientLimits& limits) { state_->set_limits(limits); }

rt::Task<Result<void>> ClientConnection::exchange(const RequestHead& head, BodyFraming framing, BodyReader* body,
                                                  Instant deadline, rt::Scope* sender, InterimSink* interim) {
  state_->interim = interim;
  const ByteCount before = state_->output.bytes_sent();
  auto result = co_await state_->exchange(head, framing, body, deadline, sender);
  state_->facts.bytes_sent = state_->output.bytes_sent() - before;
  co_return result;
}

const ResponseHead& ClientConnection::head() const { return state_->head; }
ByteView ClientConnection::head_text() const { return state_->head_text; }
BodyFraming ClientConnection::framing() const { return state_->framing; }
Tunnel& ClientConnection::tunnel() { return state_->tunnel; }
BodyReader& ClientConnection::body() { return state_->body; }
bool ClientConnection::has_all_content() const {
  const auto left = state_->content.bytes_left();
  return left && *left <= state_->input.view().size();
}
void ClientConnection::lend_content() { state_->content.lend_buffered(); }
const ClientFacts& ClientConnection::facts() const { return state_->facts; }

bool ClientConnection::is_reusable() const {
  const State& state = *state_;
  if (state.is_noisy || state.head.status == 101) return false;
  if (state.exchanges == 0) return true;
  const bool response_is_whole = state.has_head && state.content.is_finished() && !state.content.has_failed() &&
                                 state.framing.kind != BodyFraming::until_close;
  const bool nothing_behind = state.input.empty() && !state.content.has_rest();
  return response_is_whole && nothing_behind && state.facts.request_sent && !state.request_wants_close &&
         !wants_close(state.head.version, state.head.fields);
}

rt::Task<void> ClientConnection::watch(Instant until) {
  State& state = *state_;
  char byte = 0;
  const auto got = co_await state.stream->read({&byte, 1}, until);
  const bool is_over = got || (got.error().code != Errc::timed_out && got.error().code != Errc::cancelled);
  state.is_noisy = state.is_noisy || is_over;
}

rt::Endpoint ClientConnection::local() const { return state_->stream->local(); }
rt::Endpoint ClientConnection::peer() const { return state_->stream->peer(); }
void ClientConnection::reset() { state_->stream->reset(); }

}  // namespace gust::http
