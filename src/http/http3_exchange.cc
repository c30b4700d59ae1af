#include <algorithm>

#include "http/http3_exchange_internal.h"
#include "http/http3_session_internal.h"
#include "http/server_connection.h"
#include "net/tls_facts.h"
#include "rt/loop.h"

namespace gust::http {
namespace {

using Done = rt::Task<Result<void>>;

ByteCount bytes_of(std::span<const Slice> content) {
  ByteCount bytes = 0;
  for (const Slice& slice : content) bytes += slice.size();
  return bytes;
}

}  // namespace

Http3Exchange::Http3Exchange(Http3Session& session, net::QuicStreamId stream, const ServerLimits& limits, Instant began)
    : StreamExchange(limits), session_(session), stream_(stream) {
  facts_.began = began;
}
Http3Exchange::~Http3Exchange() = default;

rt::Endpoint Http3Exchange::local() const { return session_.connection().local(); }
rt::Endpoint Http3Exchange::peer() const { return session_.connection().peer(); }
const net::TlsFacts* Http3Exchange::tls() const { return &session_.connection().tls(); }
void Http3Exchange::close_after() { session_.drain(); }

// --- What came.

Result<void> Http3Exchange::begin(bool has_content) {
  return begin_request(Scheme::https, Version::http_3, has_content);
}

void Http3Exchange::add_content(ByteView bytes) {
  if (!has_left_) return keep_content(bytes);
  incoming_.add(bytes);
  incoming_.drop();
}

void Http3Exchange::open(ByteCount bytes) { session_.consume(stream_, bytes); }

// --- What goes out.

void Http3Exchange::fail_writing(const Error& error) {
  if (failure_) return;
  failure_ = error;
  facts_.viewer_left = error.code != Errc::cancelled && !finished_;
  moved_.notify_all();
}

void Http3Exchange::close() {
  is_closed_ = true;
  session_.kept_less(kept_bytes_);
  kept_bytes_ = 0;
  kept_.clear();
  given_ = 0;
  const bool is_whole = finished_ || has_ended_;
  if (!is_whole) fail_writing({Errc::reset, Side::viewer, Retry::never, "the viewer's stream is closed"});
  incoming_.fail({Errc::reset, Side::viewer, Retry::never, "the viewer's stream is closed"});
  moved_.notify_all();
}

std::size_t Http3Exchange::give(std::span<ByteView> into, bool& has_ended) {
  std::size_t count = 0;
  while (count < into.size() && given_ < kept_.size()) into[count++] = kept_[given_++].view();
  has_ended = has_ended_ && given_ == kept_.size();
  return count;
}

void Http3Exchange::acknowledged(ByteCount bytes) {
  acknowledged_of_first_ += bytes;
  while (given_ > 0 && acknowledged_of_first_ >= kept_.front().size()) {
    const std::size_t size = kept_.front().size();
    acknowledged_of_first_ -= size;
    kept_bytes_ -= size;
    session_.kept_less(size);
    kept_.pop_front();
    --given_;
  }
  moved_.notify_all();
}

void Http3Exchange::keep(ByteView bytes) {
  kept_.push_back(Slice::copy_of(bytes));
  kept_bytes_ += bytes.size();
  session_.kept_more(bytes.size());
}

// Of a reader: so much time, and a second more for each write_rate_min bytes.
Duration Http3Exchange::patience_for(ByteCount bytes) const {
  return limits_.write_time_max + std::chrono::seconds(bytes / std::max<ByteCount>(limits_.write_rate_min, 1));
}

Done Http3Exchange::send(std::span<const Slice> content, Instant deadline) {
  constexpr std::size_t piece_bytes_max = 16 * 1024;
  for (const Slice& slice : content) {
    for (ByteView rest = slice.view(); !rest.empty();) {
      while (!failure_ && !session_.has_room_for(*this)) {
        const auto waited = co_await moved_.wait(deadline);
        if (waited) continue;
        if (!failure_) fail_writing({waited.error().code, Side::viewer, Retry::never, "the viewer reads too slowly"});
      }
      if (failure_) co_return std::unexpected(*failure_);
      const ByteView piece = rest.substr(0, piece_bytes_max);
      keep(piece);
      rest.remove_prefix(piece.size());
      session_.resume(*this);
    }
  }
  co_return Result<void>();
}

Done Http3Exchange::send_counted(std::span<const Slice> content) {
  const ByteCount bytes = bytes_of(content);
  if (drops_content_ || bytes == 0) co_return Result<void>();
  if (length_known_) {
    if (bytes > left_to_send_) co_return misuse("more content than its length");
    left_to_send_ -= bytes;
  }
  CO_TRY_OK(co_await send(content, session_.loop().now() + patience_for(bytes)));
  facts_.bytes_sent += bytes;
  facts_.content_bytes_sent += bytes;
  if (length_known_ && left_to_send_ == 0) end_answer();
  co_return Result<void>();
}

// With the last content, so that its packet says that it is the last.
void Http3Exchange::end_answer() {
  has_ended_ = true;
  session_.resume(*this);
}

Done Http3Exchange::inform(const ResponseHead& head) {
  if (is_begun() || head.status < 100 || head.status > 199 || head.status == 101) {
    co_return misuse("an interim response out of place");
  }
  if (head.status == 100) expects_continue_ = false;
  if (failure_) co_return std::unexpected(*failure_);
  co_return session_.submit_interim(*this, head);
}

Result<void> Http3Exchange::begin_answer(const ResponseHead& head, BodyFraming framing) {
  if (is_begun() || head.status < 200) return misuse("a final response out of place");
  if (failure_) return std::unexpected(*failure_);
  const BodyFraming said = wire_framing(head, framing);
  has_ended_ = drops_content_ || (length_known_ && left_to_send_ == 0);
  TRY_OK(session_.submit_response(*this, head, said, !has_ended_));
  facts_.status = head.status;
  facts_.first_byte_sent = session_.loop().now();
  return {};
}

Done Http3Exchange::start(const ResponseHead& head, BodyFraming framing, std::span<const Slice> first) {
  const auto begun = begin_answer(head, framing);
  if (!begun || bytes_of(first) == 0) return Done::ready(begun);
  return send_counted(first);
}

Done Http3Exchange::write(std::span<const Slice> content) {
  if (!is_begun() || finished_) return Done::ready(Result<void>(misuse("content out of place")));
  if (failure_) return Done::ready(Result<void>(std::unexpected(*failure_)));
  return send_counted(content);
}

Done Http3Exchange::finish(const Fields* trailers) {
  if (!is_begun() || finished_) return Done::ready(Result<void>(misuse("the end of an answer out of place")));
  if (failure_) return Done::ready(Result<void>(std::unexpected(*failure_)));
  if (length_known_ && !drops_content_ && left_to_send_ > 0) {
    aborted_ = true;
    return Done::ready(Result<void>(misuse("less content than its length")));
  }
  if (!has_ended_ && trailers && !trailers->empty()) {
    const auto submitted = session_.submit_trailers(*this, *trailers);
    if (!submitted) return Done::ready(submitted);
  }
  finished_ = true;
  if (!has_ended_) end_answer();
  return Done::ready(Result<void>());
}

rt::Task<void> Http3Exchange::complete() {
  co_await answer_for_handler();
  // What is kept is bounded in time too: by a peer that takes it at a least rate.
  const Instant until = session_.loop().now() + patience_for(kept_bytes_);
  while (finished_ && !aborted_ && kept_bytes_ > 0 && !failure_ && !is_closed_) {
    if (co_await moved_.wait(until)) continue;
    finished_ = false;
    fail_writing({Errc::timed_out, Side::viewer, Retry::never, "the viewer reads too slowly"});
  }
}

rt::Task<void> Http3Exchange::refuse(Error error) { return refuse_by(session_.handler(), error); }

void Http3Exchange::leave() {
  if (is_tunnel_ && is_begun() && !failure_ && !aborted_ && facts_.status == 101) {
    tunnel().finish_writing();
    finished_ = true;
  }
  has_left_ = true;
  const bool is_whole = finished_ && !aborted_ && !failure_;
  if (!is_closed_) session_.end_stream(*this, is_whole, incoming_.has_ended());
  incoming_.drop();
}

// --- A tunnel.

rt::Task<Result<Tunnel*>> Http3Exchange::switch_protocols(const ResponseHead& head) {
  if (is_begun() || head.status != 101 || head.upgrade.empty() || !is_tunnel_) {
    co_return misuse("a switch of protocols out of place");
  }
  if (failure_) co_return std::unexpected(*failure_);
  CO_TRY_OK(session_.submit_response(*this, head, BodyFraming::no_body(), true));
  facts_.status = head.status;
  facts_.first_byte_sent = session_.loop().now();
  co_return &tunnel();
}

rt::Task<Result<void>> Http3Exchange::write_to_tunnel(ByteView bytes, Instant deadline) {
  const Slice slice = Slice::borrowed(bytes);
  CO_TRY_OK(co_await send({&slice, 1}, deadline));
  facts_.bytes_sent += bytes.size();
  facts_.content_bytes_sent += bytes.size();
  co_return Result<void>();
}

}  // namespace gust::http
