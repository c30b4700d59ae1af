#include <algorithm>

#include "http/exchange.h"
#include "http/http2_head_list_internal.h"
#include "http/http3_session_internal.h"
#include "http/server_connection.h"
#include "rt/loop.h"

namespace gust::http {
namespace {

using net::QuicErrorCode;
using net::QuicOutcome;
using net::QuicStreamId;

// A client's request streams are those whose two low bits are 0 (RFC 9000 section 2.1).
bool is_request(QuicStreamId stream) { return (stream & 3) == 0; }

ByteView view_of(nghttp3_rcbuf* buffer) {
  const nghttp3_vec bytes = nghttp3_rcbuf_get_buf(buffer);
  return {reinterpret_cast<const char*>(bytes.base), bytes.len};
}

// RFC 9114 section 8.1.
QuicErrorCode code_of(int library_error) {
  switch (library_error) {
    case NGHTTP3_ERR_QPACK_DECOMPRESSION_FAILED:
      return NGHTTP3_QPACK_DECOMPRESSION_FAILED;
    case NGHTTP3_ERR_QPACK_ENCODER_STREAM_ERROR:
      return NGHTTP3_QPACK_ENCODER_STREAM_ERROR;
    case NGHTTP3_ERR_QPACK_DECODER_STREAM_ERROR:
      return NGHTTP3_QPACK_DECODER_STREAM_ERROR;
    default:
      break;
  }
  return nghttp3_err_infer_quic_app_error_code(library_error);
}

std::vector<nghttp3_nv> natives_of(const Http2HeadList& list) {
  std::vector<nghttp3_nv> natives(list.size());
  std::ranges::transform(list.data(), list.data() + list.size(), natives.begin(), [](const nghttp2_nv& field) {
    return nghttp3_nv{field.name, field.value, field.namelen, field.valuelen, NGHTTP3_NV_FLAG_NONE};
  });
  return natives;
}

constexpr Error stream_gone{Errc::reset, Side::viewer, Retry::never, "the viewer gave its request up"};

// RFC 9114 section 4.1.2.
constexpr Error malformed{Errc::bad_framing, Side::viewer, Retry::never, "the request is malformed"};

}  // namespace

// `user` is the Http3Session in all of them.
struct Http3Session::Calls {
  static Http3Session& of(void* user) { return *static_cast<Http3Session*>(user); }

  static int acknowledged(nghttp3_conn*, std::int64_t stream, std::uint64_t bytes, void* user, void*) {
    if (Http3Exchange* const exchange = of(user).find(stream)) exchange->acknowledged(bytes);
    return 0;
  }
  static int data(nghttp3_conn*, std::int64_t stream, const std::uint8_t* data, std::size_t size, void* user, void*) {
    if (Http3Exchange* const exchange = of(user).find(stream)) {
      exchange->add_content({reinterpret_cast<const char*>(data), size});
    } else {
      of(user).consume(stream, size);
    }
    return 0;
  }
  static int deferred_consume(nghttp3_conn*, std::int64_t stream, std::size_t bytes, void* user, void*) {
    of(user).consume(stream, bytes);
    return 0;
  }
  static int begin_headers(nghttp3_conn*, std::int64_t stream, void* user, void*) {
    of(user).begin_head(stream);
    return 0;
  }
  static int header(nghttp3_conn*, std::int64_t stream, std::int32_t, nghttp3_rcbuf* name, nghttp3_rcbuf* value,
                    std::uint8_t, void* user, void*) {
    if (Http3Exchange* const exchange = of(user).find(stream)) exchange->add_field(view_of(name), view_of(value));
    return 0;
  }
  static int end_headers(nghttp3_conn*, std::int64_t stream, int is_last, void* user, void*) {
    of(user).end_head(stream, is_last != 0);
    return 0;
  }
  static int trailer(nghttp3_conn*, std::int64_t stream, std::int32_t, nghttp3_rcbuf* name, nghttp3_rcbuf* value,
                     std::uint8_t, void* user, void*) {
    if (Http3Exchange* const exchange = of(user).find(stream)) exchange->add_trailer(view_of(name), view_of(value));
    return 0;
  }
  static int end_stream(nghttp3_conn*, std::int64_t stream, void* user, void*) {
    if (Http3Exchange* const exchange = of(user).find(stream)) exchange->end_content();
    return 0;
  }
  static int stop_sending(nghttp3_conn*, std::int64_t stream, std::uint64_t code, void* user, void*) {
    if (Http3Exchange* const exchange = of(user).find(stream)) exchange->fail_reading(malformed);
    of(user).connection_.stop_reading(stream, code);
    return 0;
  }
  static int reset_stream(nghttp3_conn*, std::int64_t stream, std::uint64_t code, void* user, void*) {
    if (Http3Exchange* const exchange = of(user).find(stream)) exchange->fail_writing(malformed);
    of(user).connection_.reset_writing(stream, code);
    return 0;
  }
  static nghttp3_ssize read_content(nghttp3_conn*, std::int64_t stream, nghttp3_vec* into, std::size_t count,
                                    std::uint32_t* flags, void* user, void*) {
    Http3Exchange* const exchange = of(user).find(stream);
    if (!exchange) return NGHTTP3_ERR_CALLBACK_FAILURE;
    std::array<ByteView, 16> pieces;
    bool has_ended = false;
    const std::size_t given = exchange->give(std::span(pieces).first(std::min(count, pieces.size())), has_ended);
    for (std::size_t i = 0; i < given; ++i) {
      into[i] = {reinterpret_cast<std::uint8_t*>(const_cast<char*>(pieces[i].data())), pieces[i].size()};
    }
    if (has_ended) *flags |= NGHTTP3_DATA_FLAG_EOF;
    if (given == 0 && !has_ended) return NGHTTP3_ERR_WOULDBLOCK;
    return static_cast<nghttp3_ssize>(given);
  }
};

Http3Session::Http3Session(net::QuicConnection& connection, Handler& handler, const ServerLimits& limits,
                           const Http3Limits& http3_limits)
    : connection_(connection),
      handler_(handler),
      limits_(limits),
      http3_limits_(http3_limits),
      handling_(connection.loop()),
      ending_(connection.loop()),
      idle_since_(connection.loop().now()) {}

Http3Session::~Http3Session() {
  clear();
  exchanges_.clear();
  if (library_) nghttp3_conn_del(library_);
}

QuicOutcome<void> Http3Session::judge(int library_error) {
  if (library_error == 0) return {};
  return std::unexpected(code_of(library_error));
}

QuicOutcome<void> Http3Session::begin() {
  nghttp3_callbacks calls{};
  calls.acked_stream_data = Calls::acknowledged;
  calls.recv_data = Calls::data;
  calls.deferred_consume = Calls::deferred_consume;
  calls.begin_headers = Calls::begin_headers;
  calls.recv_header = Calls::header;
  calls.end_headers = Calls::end_headers;
  calls.recv_trailer = Calls::trailer;
  calls.stop_sending = Calls::stop_sending;
  calls.end_stream = Calls::end_stream;
  calls.reset_stream = Calls::reset_stream;
  nghttp3_settings settings;
  nghttp3_settings_default(&settings);
  settings.max_field_section_size = limits_.head.head_bytes_max;
  settings.qpack_max_dtable_capacity = http3_limits_.table_bytes_max;
  settings.qpack_encoder_max_dtable_capacity = http3_limits_.table_bytes_max;
  settings.qpack_blocked_streams = http3_limits_.blocked_heads_max;
  settings.enable_connect_protocol = 1;
  if (nghttp3_conn_server_new(&library_, &calls, &settings, nullptr, this) != 0) {
    library_ = nullptr;
    return std::unexpected(QuicErrorCode{NGHTTP3_H3_INTERNAL_ERROR});
  }
  const auto control = connection_.open_stream();
  const auto encoder = connection_.open_stream();
  const auto decoder = connection_.open_stream();
  // RFC 9114 section 6.2: a peer has to allow three.
  if (!control || !encoder || !decoder) return std::unexpected(QuicErrorCode{NGHTTP3_H3_GENERAL_PROTOCOL_ERROR});
  nghttp3_conn_bind_control_stream(library_, *control);
  nghttp3_conn_bind_qpack_streams(library_, *encoder, *decoder);
  nghttp3_conn_set_max_client_streams_bidi(library_, connection_.streams_allowed());
  connection_.wake_output();
  watch();
  return {};
}

Http3Exchange* Http3Session::find(QuicStreamId stream) const {
  const auto found = exchanges_.find(stream);
  return found == exchanges_.end() ? nullptr : found->second.get();
}

// --- What came.

QuicOutcome<std::size_t> Http3Session::received(QuicStreamId stream, ByteView bytes, bool is_last) {
  if (Http3Exchange* const exchange = find(stream)) {
    exchange->count_received(bytes.size());
  } else if (is_request(stream) && heads_.try_emplace(stream, loop().now()).second) {
    watch();
  }
  const nghttp3_ssize taken = nghttp3_conn_read_stream(
      library_, stream, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(), is_last ? 1 : 0);
  if (taken == NGHTTP3_ERR_MALFORMED_HTTP_MESSAGING) return refuse_malformed(stream);
  if (taken < 0) return std::unexpected(code_of(static_cast<int>(taken)));
  return static_cast<std::size_t>(taken);
}

// Content of another length than was said: the stream's trouble, and no one else's.
std::size_t Http3Session::refuse_malformed(QuicStreamId stream) {
  nghttp3_conn_shutdown_stream_read(library_, stream);
  nghttp3_conn_shutdown_stream_write(library_, stream);
  connection_.stop_reading(stream, NGHTTP3_H3_MESSAGE_ERROR);
  connection_.reset_writing(stream, NGHTTP3_H3_MESSAGE_ERROR);
  if (Http3Exchange* const exchange = find(stream)) {
    exchange->fail_reading(malformed);
    exchange->fail_writing(malformed);
  }
  return 0;
}

void Http3Session::begin_head(QuicStreamId stream) {
  const auto head = heads_.find(stream);
  const Instant began = head == heads_.end() ? loop().now() : head->second;
  exchanges_.try_emplace(stream, std::make_unique<Http3Exchange>(*this, stream, limits_, began));
}

void Http3Session::end_head(QuicStreamId stream, bool is_last) {
  heads_.erase(stream);
  Http3Exchange* const exchange = find(stream);
  if (!exchange) return;
  const auto begun = exchange->begin(!is_last);
  if (++begun_ >= limits_.requests_max) drain();
  handling_.spawn(run(*exchange, begun ? std::nullopt : std::optional(begun.error())));
}

rt::Task<void> Http3Session::run(Http3Exchange& exchange, std::optional<Error> refused_for) {
  if (refused_for) {
    co_await exchange.refuse(*refused_for);
  } else {
    co_await handler_.handle(exchange);
  }
  co_await exchange.complete();
  exchange.leave();
  drop_where_over(exchange);
}

void Http3Session::consume(QuicStreamId stream, ByteCount bytes) {
  connection_.open_window(stream, bytes);
  connection_.open_connection_window(bytes);
}

QuicOutcome<void> Http3Session::acknowledged(QuicStreamId stream, ByteCount bytes) {
  const int outcome = nghttp3_conn_add_ack_offset(library_, stream, bytes);
  return judge(outcome == NGHTTP3_ERR_STREAM_NOT_FOUND ? 0 : outcome);
}

// A minute's worth; false when the peer does what floods do.
bool Http3Session::count_reset() {
  if (loop().now() >= resets_since_ + std::chrono::minutes(1)) {
    resets_since_ = loop().now();
    resets_ = 0;
  }
  return ++resets_ <= http3_limits_.resets_max;
}

QuicOutcome<void> Http3Session::peer_reset(QuicStreamId stream, QuicErrorCode) {
  const int outcome = nghttp3_conn_shutdown_stream_read(library_, stream);
  if (outcome != 0) return judge(outcome);
  if (Http3Exchange* const exchange = find(stream)) exchange->fail_reading(stream_gone);
  return {};
}

QuicOutcome<void> Http3Session::closed(QuicStreamId stream, std::optional<QuicErrorCode> code) {
  const int outcome = nghttp3_conn_close_stream(library_, stream, code.value_or(NGHTTP3_H3_NO_ERROR));
  if (outcome != 0 && outcome != NGHTTP3_ERR_STREAM_NOT_FOUND) return judge(outcome);
  if (!is_request(stream)) return {};
  const bool was_in_head = heads_.erase(stream) > 0;
  Http3Exchange* const exchange = find(stream);
  // What the peer gave up, or made us give up (SECURITY.md, Rapid Reset and MadeYouReset).
  const bool is_early = code && *code != NGHTTP3_H3_NO_ERROR && (!exchange || !exchange->is_answered());
  if (!exchange) {
    release_stream();
  } else {
    exchange->close();
    // Its head never ended, so no handler has it.
    if (was_in_head) exchange->leave();
    drop_where_over(*exchange);
  }
  if (is_early && !count_reset()) return std::unexpected(QuicErrorCode{NGHTTP3_H3_EXCESSIVE_LOAD});
  return {};
}

void Http3Session::release_stream() {
  connection_.allow_streams(1);
  nghttp3_conn_set_max_client_streams_bidi(library_, connection_.streams_allowed());
}

void Http3Session::drop_where_over(Http3Exchange& exchange) {
  if (!exchange.is_closed() || !exchange.has_left()) {
    one_over_.notify_all();
    return;
  }
  exchanges_.erase(exchange.stream());
  release_stream();
  if (exchanges_.empty()) idle_since_ = loop().now();
  one_over_.notify_all();
  watch();
}

// --- What goes out.

QuicOutcome<void> Http3Session::window_opened(QuicStreamId stream) {
  return judge(nghttp3_conn_unblock_stream(library_, stream));
}

QuicOutcome<net::QuicSession::Output> Http3Session::output(std::span<ByteView> into) {
  std::array<nghttp3_vec, 16> vectors;
  std::int64_t stream = -1;
  int is_last = 0;
  const nghttp3_ssize count =
      nghttp3_conn_writev_stream(library_, &stream, &is_last, vectors.data(), std::min(vectors.size(), into.size()));
  if (count < 0) return std::unexpected(code_of(static_cast<int>(count)));
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    into[i] = {reinterpret_cast<const char*>(vectors[i].base), vectors[i].len};
  }
  return Output{.stream = stream, .pieces = static_cast<std::size_t>(count), .is_last = is_last != 0};
}

QuicOutcome<void> Http3Session::took(QuicStreamId stream, std::size_t bytes) {
  return judge(nghttp3_conn_add_write_offset(library_, stream, bytes));
}

void Http3Session::held_by_window(QuicStreamId stream) { nghttp3_conn_block_stream(library_, stream); }
void Http3Session::not_writable(QuicStreamId stream) {
  nghttp3_conn_shutdown_stream_write(library_, stream);
  if (Http3Exchange* const exchange = find(stream)) exchange->fail_writing(stream_gone);
}

Result<void> Http3Session::submit_response(Http3Exchange& exchange, const ResponseHead& head, BodyFraming framing,
                                           bool has_content) {
  Http2HeadList list;
  TRY_OK(list.set_response(head, framing, exchange.arena()));
  const std::vector<nghttp3_nv> natives = natives_of(list);
  const nghttp3_data_reader reader{.read_data = Calls::read_content};
  if (nghttp3_conn_submit_response(library_, exchange.stream(), natives.data(), natives.size(),
                                   has_content ? &reader : nullptr) != 0) {
    return fail(Errc::reset, Side::viewer, "the viewer's stream is closed");
  }
  connection_.wake_output();
  return {};
}

Result<void> Http3Session::submit_interim(Http3Exchange& exchange, const ResponseHead& head) {
  Http2HeadList list;
  TRY_OK(list.set_response(head, BodyFraming::no_body(), exchange.arena()));
  const std::vector<nghttp3_nv> natives = natives_of(list);
  if (nghttp3_conn_submit_info(library_, exchange.stream(), natives.data(), natives.size()) != 0) {
    return fail(Errc::reset, Side::viewer, "the viewer's stream is closed");
  }
  connection_.wake_output();
  return {};
}

Result<void> Http3Session::submit_trailers(Http3Exchange& exchange, const Fields& trailers) {
  Http2HeadList list;
  TRY_OK(list.set_trailers(trailers, exchange.arena()));
  if (list.size() == 0) return {};
  const std::vector<nghttp3_nv> natives = natives_of(list);
  if (nghttp3_conn_submit_trailers(library_, exchange.stream(), natives.data(), natives.size()) != 0) {
    return fail(Errc::reset, Side::viewer, "the viewer's stream is closed");
  }
  return {};
}

void Http3Session::resume(Http3Exchange& exchange) {
  nghttp3_conn_resume_stream(library_, exchange.stream());
  connection_.wake_output();
}

// A stream that keeps nothing may always keep a little, so that none waits for others alone.
bool Http3Session::has_room_for(const Http3Exchange& exchange) const {
  if (exchange.kept_bytes() == 0) return true;
  return exchange.kept_bytes() < http3_limits_.stream_output_bytes &&
         kept_bytes_ < http3_limits_.connection_output_bytes;
}

void Http3Session::kept_less(ByteCount bytes) {
  const bool was_full = kept_bytes_ >= http3_limits_.connection_output_bytes;
  kept_bytes_ -= bytes;
  if (!was_full || kept_bytes_ >= http3_limits_.connection_output_bytes) return;
  for (const auto& [stream, exchange] : exchanges_) exchange->room_came();
}

void Http3Session::end_stream(Http3Exchange& exchange, bool answer_is_whole, bool request_is_whole) {
  if (has_ended_) return;
  if (!answer_is_whole) {
    nghttp3_conn_shutdown_stream_write(library_, exchange.stream());
    connection_.reset_writing(exchange.stream(), NGHTTP3_H3_INTERNAL_ERROR);
  }
  // RFC 9114 section 4.1: an answer that needs no more of the request says so.
  if (!request_is_whole) {
    nghttp3_conn_shutdown_stream_read(library_, exchange.stream());
    connection_.stop_reading(exchange.stream(), NGHTTP3_H3_NO_ERROR);
  }
}

// --- Time and the end.

// Heads that are late, and a connection without requests: looked at when the first could be.
void Http3Session::watch() {
  Instant due = never;
  for (const auto& [stream, began] : heads_) due = std::min(due, began + limits_.head_time_max);
  if (exchanges_.empty() && heads_.empty() && !is_draining_) due = idle_since_ + limits_.idle_time_max;
  if (due == never || has_ended_) return clear();
  set(loop(), due);
}

void Http3Session::fire() {
  const Instant now = loop().now();
  for (auto& [stream, began] : heads_) {
    if (began + limits_.head_time_max > now) continue;
    began = never - limits_.head_time_max;  // once
    connection_.stop_reading(stream, NGHTTP3_H3_REQUEST_INCOMPLETE);
    connection_.reset_writing(stream, NGHTTP3_H3_REQUEST_INCOMPLETE);
  }
  if (exchanges_.empty() && heads_.empty() && !is_draining_ && idle_since_ + limits_.idle_time_max <= now) drain();
  watch();
}

void Http3Session::drain() {
  if (is_draining_ || has_ended_) return;
  is_draining_ = true;
  nghttp3_conn_submit_shutdown_notice(library_);
  connection_.wake_output();
  ending_.spawn(end_in_order());
}

// RFC 9114 section 5.2: what the peer began before it heard of the first GOAWAY is still served.
rt::Task<void> Http3Session::end_in_order() {
  if (!co_await rt::sleep_until(loop().now() + http3_limits_.goaway_grace) || has_ended_) co_return;
  nghttp3_conn_shutdown(library_);
  connection_.wake_output();
  while (!exchanges_.empty() && !has_ended_) {
    if (!co_await one_over_.wait(never)) co_return;
  }
  if (!has_ended_) connection_.close(NGHTTP3_H3_NO_ERROR);
}

rt::Task<void> Http3Session::end(Error why) {
  has_ended_ = true;
  clear();
  std::vector<Http3Exchange*> all;
  for (const auto& [stream, exchange] : exchanges_) all.push_back(exchange.get());
  for (Http3Exchange* exchange : all) {
    exchange->fail_reading(why);
    exchange->fail_writing(why);
    exchange->close();
    if (heads_.contains(exchange->stream())) exchange->leave();
    drop_where_over(*exchange);
  }
  ending_.cancel();
  while (!exchanges_.empty()) {
    // Who ends us waits no longer: neither do the handlers.
    if (!co_await one_over_.wait(never)) break;
  }
  handling_.cancel();
  co_await handling_.join();
  co_await ending_.join();
}

}  // namespace gust::http
