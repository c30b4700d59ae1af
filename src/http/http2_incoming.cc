#include <algorithm>
#include <cstring>

#include "http/http2_incoming_internal.h"
#include "rt/loop.h"

namespace gust::http {
namespace {

constexpr std::size_t block_bytes = 16 * 1024;

}  // namespace

void Http2Incoming::add(ByteView bytes) {
  came_ += bytes.size();
  held_ += bytes.size();
  while (!bytes.empty()) {
    if (!block_ || block_used_ == block_->capacity()) {
      block_ = BlockRef::make(block_bytes);
      block_used_ = 0;
    }
    const ByteView part = bytes.substr(0, block_->capacity() - block_used_);
    char* const at = block_->data() + block_used_;
    std::memcpy(at, part.data(), part.size());
    const bool goes_on = first_ < slices_.size() && slices_.back().view().data() + slices_.back().size() == at;
    const std::size_t before = goes_on ? slices_.back().size() : 0;
    if (goes_on) slices_.pop_back();
    slices_.emplace_back(block_, block_used_ - before, before + part.size());
    block_used_ += part.size();
    bytes.remove_prefix(part.size());
  }
  arrived_.notify_all();
}

void Http2Incoming::end() {
  ended_ = true;
  arrived_.notify_all();
}

void Http2Incoming::fail(const Error& error) {
  if (!failure_ && !ended_) failure_ = error;
  arrived_.notify_all();
}

Slice Http2Incoming::take_first() {
  Slice slice = std::move(slices_[first_++]);
  if (first_ == slices_.size()) {
    slices_.clear();
    first_ = 0;
  }
  held_ -= slice.size();
  window_.open(slice.size());
  return slice;
}

rt::Task<Result<void>> Http2Incoming::wait(Instant deadline) {
  if (is_settled()) co_return Result<void>();
  rt::Loop& loop = co_await rt::this_loop();
  while (!is_settled()) {
    const Instant began = loop.now();
    Instant until = deadline;
    const bool is_paced = pace_.total_max != Duration::max();
    if (is_paced) {
      const Duration earned = std::chrono::seconds(came_ / std::max<ByteCount>(pace_.rate_min, 1));
      until = std::min(until, began + pace_.total_max + earned - waited_);
    }
    const auto waited = co_await arrived_.wait(until);
    waited_ += loop.now() - began;
    if (waited) continue;
    Error error = waited.error();
    // Only the peer's own slowness stays: the caller may have more patience another time.
    if (error.code == Errc::timed_out && until < deadline) {
      error.side = Side::viewer;
      fail(error);
    }
    co_return std::unexpected(error);
  }
  co_return Result<void>();
}

rt::Task<Result<Slice>> Http2Incoming::read(Instant deadline) {
  CO_TRY_OK(co_await wait(deadline));
  if (held_ > 0) co_return take_first();
  if (failure_) co_return std::unexpected(*failure_);
  co_return Slice();
}

std::size_t Http2Incoming::take(MutableBytes into) {
  if (held_ == 0 || into.empty()) return 0;
  Slice& first = slices_[first_];
  const std::size_t bytes = std::min(into.size(), first.size());
  std::memcpy(into.data(), first.view().data(), bytes);
  if (bytes == first.size()) {
    take_first();
    return bytes;
  }
  first.drop_front(bytes);
  held_ -= bytes;
  window_.open(bytes);
  return bytes;
}

void Http2Incoming::drop() {
  while (held_ > 0) take_first();
  block_ = {};
}

}  // namespace gust::http
