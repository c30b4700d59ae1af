#include <algorithm>

#include "http/content_reader_internal.h"
#include "net/stream.h"
#include "rt/loop.h"

namespace gust::http {
namespace {

constexpr std::size_t block_bytes = 64 * 1024;
// A block with less room than this is left for a new one.
constexpr std::size_t room_bytes_min = 4096;

}  // namespace

void ContentReader::begin(BodyFraming framing, ByteCount bytes_max, const ChunkedLimits& limits, const ReadPace& pace) {
  framing_ = framing;
  pace_ = pace;
  bytes_max_ = bytes_max;
  left_ = framing.bytes;
  content_bytes_ = 0;
  wire_bytes_ = 0;
  waited_ = {};
  finished_ = framing.is_empty();
  lends_buffered_ = false;
  failure_.reset();
  decoder_.reset();
  if (framing.kind == BodyFraming::chunked) decoder_.emplace(side_, limits);
  block_ = {};
  window_ = {};
}

const Fields& ContentReader::trailers() const {
  static const Fields none;
  return decoder_ ? decoder_->trailers() : none;
}

std::optional<ByteCount> ContentReader::bytes_left() const {
  if (finished_) return 0U;
  if (framing_.kind == BodyFraming::length) return left_;
  return std::nullopt;
}

void ContentReader::take_rest() {
  if (!window_.empty()) input_.replace(window_.view());
  window_ = {};
  block_ = {};
}

std::unexpected<Error> ContentReader::failed(Error error) {
  if (error.code != Errc::cancelled) error.side = side_;
  failure_ = error;
  return std::unexpected(error);
}

Result<void> ContentReader::count(std::size_t content_bytes) {
  content_bytes_ += content_bytes;
  if (content_bytes_ > bytes_max_)
    return failed({Errc::body_too_large, side_, Retry::never, "content beyond its limit"});
  return {};
}

Instant ContentReader::deadline_of_wait(Instant now, Instant asked) const {
  Instant deadline = asked;
  if (pace_.gap_max != Duration::max()) deadline = std::min(deadline, now + pace_.gap_max);
  if (pace_.total_max != Duration::max()) {
    const auto earned = std::chrono::seconds(wire_bytes_ / std::max<ByteCount>(pace_.rate_min, 1));
    deadline = std::min(deadline, now + pace_.total_max + earned - waited_);
  }
  return deadline;
}

// Room in the current block, or in a new one; at most `wanted` bytes.
MutableBytes ContentReader::room(ByteCount wanted) {
  const std::size_t most = static_cast<std::size_t>(std::min<ByteCount>(wanted, block_bytes));
  if (!block_ || block_->capacity() - block_used_ < std::min(most, room_bytes_min)) {
    block_ = BlockRef::make(most);
    block_used_ = 0;
  }
  return {block_->data() + block_used_, std::min(most, block_->capacity() - block_used_)};
}

rt::Task<Result<std::size_t>> ContentReader::receive(MutableBytes into, Instant deadline) {
  rt::Loop& loop = co_await rt::this_loop();
  const Instant before = loop.now();
  Result<std::size_t> got = co_await stream_.read(into, deadline_of_wait(before, deadline));
  waited_ += loop.now() - before;
  if (got) wire_bytes_ += *got;
  co_return got;
}

// Content out of what came with the head; an empty Slice where all of that is used up or the content is at its end.
Result<Slice> ContentReader::take_buffered() {
  while (!input_.empty() && !finished_) {
    ByteView content;
    if (decoder_) {
      const auto step = decoder_->read(input_.view());
      if (!step) return failed(step.error());
      content = step->content;
      finished_ = step->is_finished;
      wire_bytes_ += step->taken;
      input_.take(step->taken);
    } else {
      content = input_.view();
      if (framing_.kind == BodyFraming::length) content = content.substr(0, std::min<ByteCount>(left_, content.size()));
      left_ -= framing_.kind == BodyFraming::length ? content.size() : 0;
      finished_ = framing_.kind == BodyFraming::length && left_ == 0;
      wire_bytes_ += content.size();
      input_.take(content.size());
    }
    if (content.empty()) continue;
    TRY_OK(count(content.size()));
    return lends_buffered_ ? Slice::borrowed(content) : Slice::copy_of(content);
  }
  return Slice();
}

// Content out of the window; an empty Slice where the decoder wants more, or at the end.
Result<Slice> ContentReader::take_window() {
  while (!window_.empty() && !finished_) {
    if (!decoder_) {
      Slice content = std::exchange(window_, Slice());
      left_ -= framing_.kind == BodyFraming::length ? content.size() : 0;
      finished_ = framing_.kind == BodyFraming::length && left_ == 0;
      TRY_OK(count(content.size()));
      return content;
    }
    const auto step = decoder_->read(window_.view());
    if (!step) return failed(step.error());
    finished_ = step->is_finished;
    const std::size_t offset =
        step->content.empty() ? 0U : static_cast<std::size_t>(step->content.data() - window_.view().data());
    Slice content = step->content.empty() ? Slice() : window_.part(offset, step->content.size());
    window_.drop_front(step->taken);
    if (content.empty()) continue;
    TRY_OK(count(content.size()));
    return content;
  }
  return Slice();
}

rt::Task<Result<Slice>> ContentReader::read(Instant deadline) {
  if (failure_) co_return std::unexpected(*failure_);
  while (!finished_) {
    CO_TRY(Slice content, input_.empty() ? take_window() : take_buffered());
    if (!content.empty()) co_return content;
    if (finished_) break;
    const MutableBytes into = room(framing_.kind == BodyFraming::length ? left_ : block_bytes);
    const auto got = co_await receive(into, deadline);
    if (!got) co_return failed(got.error());
    if (*got == 0) {
      if (framing_.kind != BodyFraming::until_close) {
        co_return failed({Errc::short_body, side_, Retry::never, "the connection ended before the content"});
      }
      finished_ = true;
      break;
    }
    window_ = Slice(block_, block_used_, *got);
    block_used_ += *got;
  }
  co_return Slice();
}

}  // namespace gust::http
