// The half of Http2Session that sends, and what nghttp2 calls.

#include <algorithm>

#include "http/http2_exchange_internal.h"
#include "http/http2_session_internal.h"
#include "net/stream.h"
#include "rt/loop.h"

namespace gust::http {
namespace {

// A head may be added while less than this waits behind a batch that the viewer does not take.
constexpr ByteCount room_for_heads = 64_KiB;

}  // namespace

// `session` of these is the Http2Session, `frame` and bytes are nghttp2's and good for the call.
struct Http2Session::Calls {
  static Http2Session& of(void* user_data) { return *static_cast<Http2Session*>(user_data); }

  static int begin_frame(nghttp2_session*, const nghttp2_frame_hd* frame, void* user) {
    Http2Session& session = of(user);
    constexpr std::size_t frame_head_bytes = 9;
    if (frame->type == NGHTTP2_HEADERS) session.head_bytes_ = 0;
    if (frame->type == NGHTTP2_HEADERS || frame->type == NGHTTP2_CONTINUATION) {
      session.head_bytes_ += frame->length + frame_head_bytes;
    }
    if (session.is_odd(*frame)) session.take_odd_frame();
    return session.doom_or_go_on();
  }
  static int begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    return of(user).begin_head(*frame);
  }
  static int header(nghttp2_session*, const nghttp2_frame*, nghttp2_rcbuf* name, nghttp2_rcbuf* value, std::uint8_t,
                    void* user) {
    Http2Session& session = of(user);
    if (session.head_of_ == nullptr) return 0;
    if (session.head_is_trailer_) {
      session.head_of_->add_trailer(view_of(name), view_of(value));
    } else {
      session.head_of_->add_field(view_of(name), view_of(value));
    }
    return 0;
  }
  // A field that HTTP/2 does not allow makes its message malformed (RFC 9113 section 8.1.1).
  static int invalid_header(nghttp2_session*, const nghttp2_frame*, nghttp2_rcbuf*, nghttp2_rcbuf*, std::uint8_t,
                            void*) {
    return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  }
  static int data_chunk(nghttp2_session* library, std::uint8_t, std::int32_t stream, const std::uint8_t* bytes,
                        std::size_t size, void* user) {
    Http2Exchange* const exchange = of(user).find(stream);
    if (exchange == nullptr) {
      nghttp2_session_consume(library, stream, size);
    } else {
      exchange->add_content({reinterpret_cast<const char*>(bytes), size});
    }
    return 0;
  }
  static int frame_recv(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    of(user).frame_came(*frame);
    return of(user).doom_or_go_on();
  }
  static int frame_send(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    of(user).frame_went(*frame);
    return 0;
  }
  static int stream_close(nghttp2_session*, std::int32_t stream, std::uint32_t error_code, void* user) {
    of(user).stream_closed(stream, error_code);
    return 0;
  }

  static ssize_t read_content(nghttp2_session* library, std::int32_t stream, std::uint8_t*, std::size_t most,
                              std::uint32_t* flags, nghttp2_data_source*, void* user) {
    Http2Session& session = of(user);
    Http2Exchange* const exchange = session.find(stream);
    if (exchange == nullptr) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    const Http2Exchange::Offer offer = exchange->offer(most);
    if (offer.waits) return NGHTTP2_ERR_DEFERRED;
    *flags = NGHTTP2_DATA_FLAG_NO_COPY;
    if (!offer.is_last) return static_cast<ssize_t>(offer.bytes);
    *flags |= NGHTTP2_DATA_FLAG_EOF;
    if (const Fields* const trailers = exchange->trailers_to_send(); trailers != nullptr) {
      *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
      if (!session.heads_.set_trailers(*trailers, exchange->arena()) ||
          nghttp2_submit_trailer(library, stream, session.heads_.data(), session.heads_.size()) != 0) {
        return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
      }
    }
    return static_cast<ssize_t>(offer.bytes);
  }
  static int send_content(nghttp2_session*, nghttp2_frame* frame, const std::uint8_t* head, std::size_t size,
                          nghttp2_data_source*, void* user) {
    Http2Session& session = of(user);
    Http2Exchange* const exchange = session.find(frame->hd.stream_id);
    if (exchange == nullptr) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    session.output_.copy({reinterpret_cast<const char*>(head), 9});
    exchange->put_content(size);
    session.window_updates_free_ = std::min<std::uint32_t>(session.window_updates_free_ + 3, 10'000);
    return session.output_.is_full() ? NGHTTP2_ERR_PAUSE : 0;
  }

  static const nghttp2_session_callbacks* callbacks() {
    static const Http2Callbacks made = [] {
      Http2Callbacks result = make_http2_callbacks();
      nghttp2_session_callbacks* const to = result.get();
      nghttp2_session_callbacks_set_on_begin_frame_callback(to, begin_frame);
      nghttp2_session_callbacks_set_on_begin_headers_callback(to, begin_headers);
      nghttp2_session_callbacks_set_on_header_callback2(to, header);
      nghttp2_session_callbacks_set_on_invalid_header_callback2(to, invalid_header);
      nghttp2_session_callbacks_set_on_data_chunk_recv_callback(to, data_chunk);
      nghttp2_session_callbacks_set_on_frame_recv_callback(to, frame_recv);
      nghttp2_session_callbacks_set_on_frame_send_callback(to, frame_send);
      nghttp2_session_callbacks_set_on_stream_close_callback(to, stream_close);
      nghttp2_session_callbacks_set_send_data_callback(to, send_content);
      return result;
    }();
    return made.get();
  }
};

bool Http2Session::begin() {
  const Http2Options options = make_http2_options();
  nghttp2_option_set_no_auto_window_update(options.get(), 1);
  nghttp2_option_set_no_closed_streams(options.get(), 1);
  nghttp2_option_set_max_continuations(options.get(), limits_.http2.continuations_max);
  nghttp2_option_set_builtin_recv_extension_type(options.get(), NGHTTP2_PRIORITY_UPDATE);
  nghttp2_session* made = nullptr;
  if (nghttp2_session_server_new3(&made, Calls::callbacks(), this, options.get(), memory_.library()) != 0) return false;
  library_.reset(made);
  idle_since_ = loop().now();
  const nghttp2_settings_entry settings[] = {
      {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits_.http2.streams_max},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, limits_.http2.stream_window_bytes},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<std::uint32_t>(limits_.head.head_bytes_max)},
      {NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL, 1},
      {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1}};
  const auto window = static_cast<std::int32_t>(limits_.http2.connection_window_bytes);
  if (nghttp2_submit_settings(made, NGHTTP2_FLAG_NONE, settings, std::size(settings)) != 0 ||
      nghttp2_session_set_local_window_size(made, NGHTTP2_FLAG_NONE, 0, window) != 0) {
    return false;
  }
  pump();
  flush();
  return !broken_;
}

void Http2Session::frame_went(const nghttp2_frame& frame) {
  constexpr std::size_t frame_head_bytes = 9;
  if (frame.hd.type == NGHTTP2_HEADERS) {
    if (Http2Exchange* const exchange = find(frame.hd.stream_id); exchange != nullptr) {
      exchange->head_is_out(frame.hd.length + frame_head_bytes);
    }
  }
  // Those that the viewer made us send; the others are our own (SECURITY.md, MadeYouReset).
  if (frame.hd.type == NGHTTP2_RST_STREAM) {
    const std::uint32_t code = frame.rst_stream.error_code;
    if (code != NGHTTP2_NO_ERROR && code != NGHTTP2_INTERNAL_ERROR && code != NGHTTP2_CANCEL) take_reset();
  }
}

Result<void> Http2Session::submit_response(Http2Exchange& exchange, bool has_content) {
  nghttp2_data_provider content{};
  content.read_callback = Calls::read_content;
  if (nghttp2_submit_response(library_.get(), exchange.stream(), heads_.data(), heads_.size(),
                              has_content ? &content : nullptr) != 0) {
    return fail(Errc::out_of_memory, "no memory for a head");
  }
  return send_head(exchange);
}

Result<void> Http2Session::submit_interim(Http2Exchange& exchange) {
  if (nghttp2_submit_headers(library_.get(), NGHTTP2_FLAG_NONE, exchange.stream(), nullptr, heads_.data(),
                             heads_.size(), nullptr) < 0) {
    return fail(Errc::out_of_memory, "no memory for a head");
  }
  TRY_OK(send_head(exchange));
  flush();
  return {};
}

// A head refers to its caller's memory: it is encoded before the call is over. Heads go before all content.
Result<void> Http2Session::send_head(const Http2Exchange& exchange) {
  while (!broken_ && !exchange.is_head_out() && send_some() > 0) {
  }
  if (exchange.is_head_out()) return {};
  return fail(Errc::reset, Side::viewer, "the stream is over");
}

void Http2Session::resume(Http2Exchange& exchange) {
  (void)nghttp2_session_resume_data(library_.get(), exchange.stream());
}

void Http2Session::reset(Http2Exchange& exchange, std::uint32_t error_code) {
  (void)nghttp2_submit_rst_stream(library_.get(), NGHTTP2_FLAG_NONE, exchange.stream(), error_code);
  pump();
  flush();
}

void Http2Session::consume(std::int32_t stream, ByteCount bytes) {
  (void)nghttp2_session_consume(library_.get(), stream, bytes);
  if (is_in_library_ || is_receiving_ || nghttp2_session_want_write(library_.get()) == 0) return;
  pump();
  flush();
}

// Moves one frame of nghttp2's, or content until the output is full; gives 0 where there is no more to move.
std::ptrdiff_t Http2Session::send_some() {
  const std::uint8_t* bytes = nullptr;
  is_in_library_ = true;
  const auto size = nghttp2_session_mem_send(library_.get(), &bytes);
  is_in_library_ = false;
  if (size < 0) break_off({Errc::out_of_memory, Side::own, Retry::never, "HTTP/2's memory is used up"});
  if (size > 0) output_.copy({reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)});
  return size;
}

void Http2Session::pump() {
  if (is_in_library_) return;
  while (!broken_ && !output_.is_full() && send_some() > 0) {
  }
  if (doom_ && !is_receiving_) end_with(*doom_);
}

void Http2Session::pump_content(ByteCount bytes) {
  constexpr ByteCount small_bytes_max = 8_KiB;
  content_waits_ = is_receiving_ && (content_waits_ || bytes > small_bytes_max);
  if (!content_waits_) pump();
}

bool Http2Session::has_room() const {
  return broken_ || (output_.is_sending() ? output_.waiting_bytes() < room_for_heads : !output_.is_full());
}

rt::Task<Result<void>> Http2Session::wait_room(Instant deadline) {
  if (!output_.is_sending() && output_.is_full() && !is_in_library_) write_now();
  while (!has_room()) CO_TRY_OK(co_await moved_.wait(deadline));
  co_return Result<void>();
}

void Http2Session::flush() {
  if (!is_receiving_ && !is_in_library_ && !is_writing_ && !broken_) write_now();
}

void Http2Session::write_now() {
  while (!broken_ && output_.has_batch()) {
    output_.take_batch();
    while (output_.is_sending()) {
      const auto taken = stream_.try_write(output_.batch());
      if (!taken) return break_off(taken.error());
      if (*taken == 0) {
        is_writing_ = true;
        writing_.spawn(write_all());
        return output_moved();
      }
      output_.wrote(*taken);
    }
    output_moved();
    pump();
  }
}

rt::Task<void> Http2Session::write_all() {
  while (!broken_) {
    if (!output_.is_sending()) {
      pump();
      if (!output_.has_batch()) break;
      output_.take_batch();
    }
    const ByteCount bytes = output_.batch_bytes();
    const auto extra = std::chrono::seconds(bytes / std::max<ByteCount>(limits_.write_rate_min, 1));
    const auto written = co_await stream_.write(output_.batch(), loop().now() + limits_.write_time_max + extra);
    if (!written) {
      is_writing_ = false;
      break_off(written.error());
      break;
    }
    output_.wrote(bytes);
    output_moved();
  }
  is_writing_ = false;
  if (broken_) output_.give_up();
  output_moved();
}

void Http2Session::output_moved() {
  for (Http2Exchange* exchange : exchanges_) exchange->output_moved();
  moved_.notify_all();
}

rt::Task<void> Http2Session::wait_written() {
  while (is_writing_ && !broken_) {
    if (!co_await moved_.wait(never)) co_return;
  }
}

bool Http2Session::is_held_by_window(std::int32_t stream) const {
  return nghttp2_session_get_remote_window_size(library_.get()) <= 0 ||
         nghttp2_session_get_stream_remote_window_size(library_.get(), stream) <= 0;
}

}  // namespace gust::http
