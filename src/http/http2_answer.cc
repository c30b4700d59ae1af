// The half of Http2Exchange that answers.

#include <algorithm>

#include "http/http2_exchange_internal.h"
#include "http/http2_session_internal.h"
#include "rt/loop.h"

namespace gust::http {
namespace {

using Done = rt::Task<Result<void>>;

}  // namespace

void Http2Exchange::head_is_out(std::size_t wire_bytes) {
  head_out_ = true;
  facts_.bytes_sent += wire_bytes;
  if (has_ended_ && trailers_to_send_ != nullptr) end_out_ = true;
}

Http2Exchange::Offer Http2Exchange::offer(std::size_t most) {
  const auto bytes = static_cast<std::size_t>(std::min<ByteCount>(most, pending_bytes_));
  const bool is_last = has_ended_ && bytes == pending_bytes_;
  is_deferred_ = bytes == 0 && !is_last;
  if (is_last && trailers_to_send_ == nullptr) end_out_ = true;
  return {.bytes = bytes, .is_last = is_last, .waits = is_deferred_};
}

void Http2Exchange::put_content(std::size_t bytes) {
  // From here on a reference is cheaper than a copy: it costs a piece of a vectored write.
  constexpr std::size_t referred_bytes_min = 2048;
  Http2Output& output = session_.output();
  facts_.bytes_sent += bytes + 9;
  facts_.content_bytes_sent += bytes;
  pending_bytes_ -= bytes;
  sent_ += bytes;
  while (bytes > 0) {
    const ByteView part = pending_.front().view().substr(pending_offset_, bytes);
    if (part.size() < referred_bytes_min) {
      output.copy(part);
    } else {
      output.refer(part);
      lent_until_ = output.added();
    }
    bytes -= part.size();
    pending_offset_ += part.size();
    if (pending_offset_ < pending_.front().size()) continue;
    pending_ = pending_.subspan(1);
    pending_offset_ = 0;
  }
}

// Everything the call under way gave is out of its hands.
bool Http2Exchange::is_settled() const {
  return pending_bytes_ == 0 && (!has_ended_ || end_out_) && session_.output().written() >= lent_until_;
}

void Http2Exchange::output_moved() {
  if (failure_ || is_settled()) moved_.notify_all();
}

void Http2Exchange::fail_with(const Error& error) {
  if (failure_) return;
  failure_ = error;
  facts_.viewer_left = error.code != Errc::cancelled && !finished_;
  pending_ = {};
  pending_bytes_ = 0;
  moved_.notify_all();
}

Result<void> Http2Exchange::submit_interim(const ResponseHead& head) {
  if (failure_) return std::unexpected(*failure_);
  TRY_OK(session_.heads().set_response(head, BodyFraming::no_body(), arena()));
  head_out_ = false;
  return session_.submit_interim(*this);
}

rt::Task<Result<void>> Http2Exchange::inform(const ResponseHead& head) {
  if (is_begun() || head.status < 100 || head.status > 199 || head.status == 101) {
    co_return misuse("an interim response out of place");
  }
  CO_TRY_OK(co_await session_.wait_room(never));
  if (head.status == 100) expects_continue_ = false;
  co_return submit_interim(head);
}

Result<void> Http2Exchange::begin_answer(const ResponseHead& head, BodyFraming framing) {
  if (is_begun() || head.status < 200) return misuse("a final response out of place");
  if (failure_) return std::unexpected(*failure_);
  const BodyFraming said = wire_framing(head, framing);
  TRY_OK(session_.heads().set_response(head, said, arena()));
  has_ended_ = drops_content_ || (length_known_ && left_to_send_ == 0);
  end_out_ = has_ended_;
  return submit_head(head.status);
}

// Sends what heads() holds.
Result<void> Http2Exchange::submit_head(std::uint16_t status) {
  head_out_ = false;
  facts_.status = status;
  facts_.first_byte_sent = loop_->now();
  const auto submitted = session_.submit_response(*this, !has_ended_);
  if (!submitted) fail_with(submitted.error());
  return submitted;
}

Done Http2Exchange::start(const ResponseHead& head, BodyFraming framing, std::span<const Slice> first) {
  if (!session_.has_room()) return start_with_room(head, framing, first);
  const Result<void> begun = begin_answer(head, framing);
  if (!begun) return Done::ready(begun);
  return send(first);
}

Done Http2Exchange::start_with_room(const ResponseHead& head, BodyFraming framing, std::span<const Slice> first) {
  const auto room = co_await session_.wait_room(never);
  if (!room) fail_with(room.error());
  CO_TRY_OK(begin_answer(head, framing));
  co_return co_await send(first);
}

Done Http2Exchange::write(std::span<const Slice> content) {
  if (!is_begun() || finished_) return Done::ready(misuse("content outside of a response"));
  return send(content);
}

// Makes `content` what is to be sent next.
Result<void> Http2Exchange::queue(std::span<const Slice> content) {
  if (failure_) return std::unexpected(*failure_);
  if (drops_content_) return {};
  ByteCount bytes = 0;
  for (const Slice& slice : content) bytes += slice.size();
  if (length_known_) {
    if (bytes > left_to_send_) {
      aborted_ = true;
      return misuse("more content than the response's length");
    }
    left_to_send_ -= bytes;
    has_ended_ = left_to_send_ == 0;
  }
  pending_ = content;
  pending_offset_ = 0;
  pending_bytes_ = bytes;
  return {};
}

Done Http2Exchange::send(std::span<const Slice> content) {
  const Result<void> queued = queue(content);
  if (!queued) return Done::ready(queued);
  return push(never);
}

// Sends what can be sent now, and waits for the rest.
Done Http2Exchange::push(Instant deadline) {
  if (!is_settled()) {
    if (is_deferred_) session_.resume(*this);
    session_.pump_content(pending_bytes_);
  }
  session_.flush();  // a head alone is settled, and may be all that there is
  if (failure_) return Done::ready(std::unexpected(*failure_));
  if (is_settled()) return Done::ready(Result<void>());
  return wait_settled(deadline);
}

// A reader that takes nothing, or next to nothing, is too slow; one whose turn does not come is not.
Done Http2Exchange::wait_settled(Instant deadline) {
  while (!failure_ && !is_settled()) {
    const ByteCount batch = std::min<ByteCount>(pending_bytes_, limits_.write_batch_bytes);
    const ByteCount wanted = sent_ + batch;
    const auto extra = std::chrono::seconds(batch / std::max<ByteCount>(limits_.write_rate_min, 1));
    const Instant until = loop_->now() + limits_.write_time_max + extra;
    const auto moved = co_await moved_.wait(std::min(deadline, until));
    if (moved || failure_ || is_settled()) continue;
    const bool is_slow = until <= deadline && sent_ < wanted && session_.is_held_by_window(stream_);
    if (moved.error().code == Errc::timed_out && until <= deadline && !is_slow) continue;
    fail_with({moved.error().code, Side::viewer, Retry::never, "the viewer did not take its answer"});
    session_.reset(*this, NGHTTP2_CANCEL);
  }
  // What is in the output already is not taken back.
  while (session_.output().written() < lent_until_) co_await moved_.wait_uncancelled();
  if (failure_) co_return std::unexpected(*failure_);
  co_return Result<void>();
}

Done Http2Exchange::finish(const Fields* trailers) {
  if (!is_begun() || finished_ || aborted_) return Done::ready(misuse("the end of a response out of place"));
  if (failure_) return Done::ready(std::unexpected(*failure_));
  if (!drops_content_ && length_known_ && left_to_send_ > 0) {
    aborted_ = true;
    return Done::ready(misuse("less content than the response's length"));
  }
  if (drops_content_ || length_known_) {
    finished_ = true;
    return Done::ready(Result<void>());
  }
  return finish_unknown(trailers);
}

Done Http2Exchange::finish_unknown(const Fields* trailers) {
  if (trailers != nullptr) {
    CO_TRY_OK(session_.heads().set_trailers(*trailers, arena()));
    trailers_to_send_ = session_.heads().size() > 0 ? trailers : nullptr;
  }
  has_ended_ = true;
  const auto done = co_await push(never);
  trailers_to_send_ = nullptr;
  finished_ = done.has_value();
  co_return done;
}

}  // namespace gust::http
