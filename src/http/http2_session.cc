#include <algorithm>

#include "http/http2_exchange_internal.h"
#include "http/http2_session_internal.h"
#include "http/status.h"
#include "net/stream.h"
#include "rt/loop.h"

namespace gust::http {
namespace {

constexpr Error viewer_gone{Errc::reset, Side::viewer, Retry::never, "the stream or its connection is over"};

}  // namespace

Http2Session::Http2Session(net::Stream& stream, Scheme scheme, Handler& handler, const ServerLimits& limits,
                           const rt::Context& context)
    : stream_(stream),
      scheme_(scheme),
      handler_(handler),
      limits_(limits),
      context_(context),
      memory_(limits.http2.library_bytes_max),
      handling_(context),
      writing_(context),
      resets_(limits.http2.resets_max, std::chrono::minutes(1)),
      odd_frames_(limits.http2.odd_frames_max, std::chrono::seconds(1)) {}

Http2Session::~Http2Session() = default;

Http2Exchange* Http2Session::find(std::int32_t stream) const {
  return static_cast<Http2Exchange*>(nghttp2_session_get_stream_user_data(library_.get(), stream));
}

// --- Reading.

void Http2Session::receive(ByteView bytes) {
  is_receiving_ = is_in_library_ = true;
  const auto taken =
      nghttp2_session_mem_recv(library_.get(), reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  is_in_library_ = false;
  if (taken < 0 && !doom_) {
    doom_ = taken == NGHTTP2_ERR_BAD_CLIENT_MAGIC ? NGHTTP2_PROTOCOL_ERROR
            : taken == NGHTTP2_ERR_FLOODED        ? NGHTTP2_ENHANCE_YOUR_CALM
                                                  : NGHTTP2_INTERNAL_ERROR;
  }
  if (!doom_) begin_exchanges();
  content_waits_ = false;
  pump();
  is_receiving_ = false;
  if (doom_) return end_with(*doom_);
  flush();
}

int Http2Session::begin_head(const nghttp2_frame& frame) {
  head_began_ = loop().now();
  head_is_trailer_ = frame.headers.cat != NGHTTP2_HCAT_REQUEST;
  if (head_is_trailer_) {
    head_of_ = find(frame.hd.stream_id);
    return 0;
  }
  if (exchanges_.size() >= limits_.http2.streams_max) {
    nghttp2_submit_rst_stream(library_.get(), NGHTTP2_FLAG_NONE, frame.hd.stream_id, NGHTTP2_REFUSED_STREAM);
    return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  }
  head_of_ = new Http2Exchange(*this, frame.hd.stream_id, limits_);
  exchanges_.push_back(head_of_);
  nghttp2_session_set_stream_user_data(library_.get(), frame.hd.stream_id, head_of_);
  return 0;
}

void Http2Session::end_head(const nghttp2_frame& frame) {
  Http2Exchange* const exchange = std::exchange(head_of_, nullptr);
  if (exchange == nullptr) return;
  if (head_is_trailer_) return exchange->count_received(head_bytes_);
  const bool has_content = (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) == 0;
  const auto begun = exchange->begin(loop(), scheme_, has_content, head_bytes_, head_began_);
  to_begin_.push_back({exchange, begun ? std::nullopt : std::optional(begun.error())});
}

void Http2Session::frame_came(const nghttp2_frame& frame) {
  const bool ends = (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
  if (frame.hd.type == NGHTTP2_HEADERS) {
    end_head(frame);
  } else if (frame.hd.type == NGHTTP2_RST_STREAM) {
    const Http2Exchange* const exchange = find(frame.hd.stream_id);
    if (exchange == nullptr || !exchange->is_answered()) take_reset();
    return;
  } else if (frame.hd.type != NGHTTP2_DATA) {
    return;
  }
  Http2Exchange* const exchange = find(frame.hd.stream_id);
  const bool is_data = frame.hd.type == NGHTTP2_DATA;
  if (is_data && frame.hd.length > 0 && frame.hd.length == frame.data.padlen && !ends) take_odd_frame();
  if (exchange == nullptr) return;
  if (is_data) exchange->count_received(9);
  if (ends) exchange->end_content();
}

// Carries nothing: all but heads, content, what ends a stream, and the window updates that our DATA calls for. What
// nghttp2 drops by itself (unknown types, frames of closed streams) is not told of, and costs no more than its bytes.
bool Http2Session::is_odd(const nghttp2_frame_hd& frame) {
  switch (frame.type) {
    case NGHTTP2_HEADERS:
    case NGHTTP2_CONTINUATION:
    case NGHTTP2_RST_STREAM:
      return false;
    case NGHTTP2_DATA:
      return frame.length == 0 && (frame.flags & NGHTTP2_FLAG_END_STREAM) == 0;
    case NGHTTP2_WINDOW_UPDATE:
      if (window_updates_free_ == 0) return true;
      --window_updates_free_;
      return false;
    default:
      return true;
  }
}

void Http2Session::take_odd_frame() {
  if (!odd_frames_.take(loop().now())) doom_ = NGHTTP2_ENHANCE_YOUR_CALM;
}

void Http2Session::take_reset() {
  if (!resets_.take(loop().now())) doom_ = NGHTTP2_ENHANCE_YOUR_CALM;
}

void Http2Session::stream_closed(std::int32_t stream, std::uint32_t error_code) {
  Http2Exchange* const exchange = find(stream);
  if (exchange == nullptr) return;
  exchange->close(viewer_gone);
  if (exchange->is_running()) return;
  // One whose handler has not begun goes at once: the work of a rapid reset is never taken up.
  const auto waiting = std::ranges::find(to_begin_, exchange, &Begun::exchange);
  if (waiting != to_begin_.end()) waiting->exchange = nullptr;
  if (waiting == to_begin_.end() && error_code == NGHTTP2_PROTOCOL_ERROR) tell_of_malformed(*exchange);
  drop(*exchange);
}

// Counted and logged as what HTTP/1.1 answers with 400; here the viewer is told by the reset (RFC 9113 section 8.1.1).
void Http2Session::tell_of_malformed(const Http2Exchange& exchange) {
  const Error error{Errc::bad_field, Side::viewer, Retry::never, "a head that HTTP/2 does not allow"};
  ResponseHead unsent;
  std::string unsent_content;
  handler_.refused({.error = error,
                    .status = status_of(error),
                    .local = exchange.local(),
                    .peer = exchange.peer(),
                    .bytes_received = head_bytes_,
                    .began = head_began_},
                   unsent, unsent_content);
}

// --- Exchanges.

void Http2Session::begin_exchanges() {
  for (std::size_t i = 0; i < to_begin_.size(); ++i) {
    const Begun begun = to_begin_[i];
    if (begun.exchange == nullptr) continue;
    to_begin_[i].exchange = nullptr;
    ++begun_;
    if (begun_ >= limits_.http2.requests_max && !draining_) drain();
    begun.exchange->set_running();
    handling_.spawn_now(run(*begun.exchange, begun.refused_for));
  }
  to_begin_.clear();
}

rt::Task<void> Http2Session::run(Http2Exchange& exchange, std::optional<Error> refused_for) {
  if (refused_for) {
    co_await exchange.refuse(*refused_for);
  } else {
    co_await handler_.handle(exchange);
  }
  if (!exchange.is_answered()) co_await exchange.complete();
  if (exchange.wants_rest_dropped()) co_await exchange.drop_rest();
  exchange.leave();
  drop(exchange);
}

void Http2Session::drop(Http2Exchange& exchange) {
  if (head_of_ == &exchange) head_of_ = nullptr;  // its trailers may be under way
  nghttp2_session_set_stream_user_data(library_.get(), exchange.stream(), nullptr);
  std::erase(exchanges_, &exchange);
  delete &exchange;
  if (!exchanges_.empty()) return;
  idle_since_ = loop().now();
  if (draining_ && !is_in_library_) end_with(NGHTTP2_NO_ERROR);
}

// --- The end.

void Http2Session::break_off(const Error& error) {
  if (broken_) return;
  broken_ = true;
  for (Http2Exchange* exchange : exchanges_) exchange->break_off(error);
  if (is_writing_) {
    writing_.cancel();
  } else {
    output_.give_up();
    output_moved();
  }
  wake_reader();
}

void Http2Session::end_with(std::uint32_t error_code) {
  if (broken_ || ending_) return;
  ending_ = true;
  nghttp2_session_terminate_session(library_.get(), error_code);
  for (Http2Exchange* exchange : exchanges_) exchange->break_off(viewer_gone);
  pump();
  flush();
  wake_reader();
}

void Http2Session::end_in_order() { end_with(NGHTTP2_NO_ERROR); }
void Http2Session::end_with_calm() { end_with(NGHTTP2_ENHANCE_YOUR_CALM); }

void Http2Session::drain() {
  if (draining_ || broken_ || ending_) return;
  draining_ = true;
  if (exchanges_.empty() && !is_in_library_) return end_with(NGHTTP2_NO_ERROR);
  nghttp2_submit_shutdown_notice(library_.get());
  grace_ends_ = loop().now() + limits_.http2.goaway_grace;
  pump();
  flush();
  wake_reader();
}

void Http2Session::end_grace() {
  grace_ends_.reset();
  const std::int32_t last = nghttp2_session_get_last_proc_stream_id(library_.get());
  nghttp2_submit_goaway(library_.get(), NGHTTP2_FLAG_NONE, last, NGHTTP2_NO_ERROR, nullptr, 0);
  pump();
  flush();
}

rt::Task<void> Http2Session::join() {
  break_off(viewer_gone);
  co_await writing_.join();
  co_await handling_.join();
  // What is left never began.
  while (!exchanges_.empty()) drop(*exchanges_.back());
}

bool Http2Session::is_over() const { return broken_ || ending_ || nghttp2_session_want_read(library_.get()) == 0; }

void Http2Session::wake_reader() {
  if (reader_ != nullptr) reader_->cancel();
}

void Http2Session::release() {
  output_.release();
  heads_.release();
  std::vector<Http2Exchange*>().swap(exchanges_);
  std::vector<Begun>().swap(to_begin_);
}

ByteCount Http2Session::memory_held() const {
  ByteCount bytes = memory_.held();
  for (const Http2Exchange* exchange : exchanges_) bytes += exchange->held();
  return bytes;
}

}  // namespace gust::http
