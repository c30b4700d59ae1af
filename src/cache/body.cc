#include "cache/body.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "cache/slab_allocator.h"
#include "rt/loop.h"

namespace gust::cache {
namespace {

constexpr std::size_t first_segment_bytes = 4 * 1024;
// A first block of at least this is made of pages: below, what rounding up takes weighs more than what a send by
// reference saves.
constexpr std::size_t first_pages_bytes_min = 32 * 1024;
// Beside a segment's bytes: the allocator's header, and the Segment with its share of an unfilled row.
constexpr ByteCount segment_overhead_bytes = 64;
static_assert(segment_bytes_max == PageRegion::run_bytes_max);

}  // namespace

std::shared_ptr<Body> Body::make(const std::shared_ptr<Ledger>& ledger, std::optional<ByteCount> bytes_expected) {
  const bool is_small = bytes_expected && *bytes_expected < first_pages_bytes_min;
  const std::size_t in_place = is_small ? static_cast<std::size_t>(*bytes_expected) : 0;
  // One with pages stays where it is.
  const Slabs::Kind kind = is_small || !bytes_expected ? Slabs::Kind::movable : Slabs::Kind::pinned;
  return make_in_slab<Body>(ledger, in_place, kind, Slabs::Room::bound, *ledger, bytes_expected, in_place);
}

Body::Body(char* tail, Ledger& ledger, std::optional<ByteCount> bytes_expected, std::size_t bytes_in_place)
    : tail_(tail), ledger_(ledger), bytes_expected_(bytes_expected), bytes_in_place_(bytes_in_place) {}

Body::~Body() {
  const std::size_t count = segments_.load(std::memory_order_acquire);
  for (std::size_t i = first_kept_; i < count; ++i) free(segment(i));
}

void Body::free(Segment& segment) {
  switch (segment.place) {
    case Place::in_place:
      return;
    case Place::slab:
      ledger_.slabs().give_back(segment.data);
      break;
    case Place::pages:
      ledger_.pages().give_back(segment.data, segment.capacity, segment.was_lent);
      ledger_.refund(segment.capacity + segment_overhead_bytes);
      break;
    case Place::heap:
      ::operator delete(segment.data);
      ledger_.refund(segment.capacity + segment_overhead_bytes);
      break;
  }
  segment.data = nullptr;
}

ByteCount Body::bytes_taken() const { return Slabs::block_bytes(bytes_in_slab<Body> + bytes_in_place_) + taken_; }

bool Body::is_in_one_block() const {
  const std::size_t count = segments_.load(std::memory_order_acquire);
  return count == 0 || (count == 1 && first_row_[0].place <= Place::slab);
}

void Body::set_owner(Slabs::Owner owner) {
  if (!is_in_one_block()) return;
  Slabs::set_owner(block_of<Body>(tail_), owner);
  if (first_row_[0].place == Place::slab) Slabs::set_owner(first_row_[0].data, owner);
}

bool Body::lies_in(const Slabs::Found& block) const {
  return block.holds(tail_ - 1) || block.holds(first_row_[0].data);
}

std::shared_ptr<Body> Body::copy(const std::shared_ptr<Ledger>& ledger) const {
  if (!is_in_one_block()) return nullptr;
  const auto size = static_cast<std::size_t>(bytes());
  auto result =
      make_in_slab<Body>(ledger, size, Slabs::Kind::movable, Slabs::Room::holes, *ledger, ByteCount{size}, size);
  if (!result) return nullptr;
  BodyWriter writer(result);
  if (size > 0) writer.write({first_row_[0].data, size});
  [[maybe_unused]] const auto whole = writer.finish();
  return result;
}

const Body::Segment& Body::segment(std::size_t index) const {
  if (index < first_row_.size()) return first_row_[index];
  const auto row = static_cast<std::size_t>(std::bit_width(index)) - 1;
  return (*rows_)[row][index - (std::size_t{1} << row)];
}

Body::Segment& Body::segment(std::size_t index) { return const_cast<Segment&>(std::as_const(*this).segment(index)); }

std::size_t Body::find_segment(ByteCount offset) const {
  std::size_t low = 0;
  std::size_t high = segments_.load(std::memory_order_acquire);
  while (high - low > 1) {
    const std::size_t middle = low + (high - low) / 2;
    (segment(middle).begin <= offset ? low : high) = middle;
  }
  return low;
}

void Body::end(State state) {
  state_.store(state, std::memory_order_release);
  arrival_.notify_all();
}

// --- Writer

BodyWriter& BodyWriter::operator=(BodyWriter&& other) noexcept {
  if (this != &other) {
    fail_if_filling();
    body_ = std::move(other.body_);
    bytes_max_ = other.bytes_max_;
    room_ = other.room_;
    window_ = other.window_;
  }
  return *this;
}

void BodyWriter::fail_if_filling() {
  if (body_ && body_->state() == Body::State::filling) {
    fail({Errc::cancelled, Side::own, Retry::never, "the fill of this response ended early"});
  }
}

std::size_t BodyWriter::next_capacity() const {
  const ByteCount written = body_->bytes();
  if (body_->bytes_expected_ && *body_->bytes_expected_ > written) {
    const auto left =
        static_cast<std::size_t>(std::min<ByteCount>(*body_->bytes_expected_ - written, segment_bytes_max));
    return next_is_pages(left) ? PageRegion::rounded(left) : left;
  }
  const std::size_t doublings = std::min<std::size_t>(body_->segments_.load(std::memory_order_relaxed), 4);
  return first_segment_bytes << doublings;
}

bool BodyWriter::next_is_pages(std::size_t capacity) const {
  return capacity >= first_pages_bytes_min || is_windowed() || body_->segments_.load(std::memory_order_relaxed) > 0;
}

ByteCount BodyWriter::bytes_wanted() const { return next_capacity() + segment_overhead_bytes; }

bool BodyWriter::begin_segment(bool is_written) {
  const std::size_t index = body_->segments_.load(std::memory_order_relaxed);
  Body::Segment next;
  next.begin = body_->bytes();
  if (index == 0 && body_->bytes_in_place_ > 0) {
    next.data = body_->tail_;
    next.capacity = static_cast<std::uint32_t>(body_->bytes_in_place_);
  } else if (is_windowed() || body_->bytes() < bytes_max_) {
    next.capacity = static_cast<std::uint32_t>(next_capacity());
    if (!take_memory_for(next, is_written)) return false;
  } else {
    return false;
  }
  if (index >= body_->first_row_.size() && std::has_single_bit(index)) {
    if (!body_->rows_) body_->rows_ = std::make_unique<Body::Rows>();
    (*body_->rows_)[static_cast<std::size_t>(std::bit_width(index)) - 1] = std::make_unique<Body::Segment[]>(index);
  }
  body_->segment(index) = next;
  body_->segments_.store(index + 1, std::memory_order_release);
  room_ = next.capacity;
  return true;
}

bool BodyWriter::take_memory_for(Body::Segment& segment, bool is_written) {
  Ledger& ledger = body_->ledger_;
  if (!next_is_pages(segment.capacity)) {
    segment.place = Body::Place::slab;
    segment.data = static_cast<char*>(ledger.slabs().take(segment.capacity, Slabs::Kind::movable));
    body_->taken_ += segment.data != nullptr ? Slabs::block_bytes(segment.capacity) : 0;
    return segment.data != nullptr;
  }
  const ByteCount cost = segment.capacity + segment_overhead_bytes;
  if (is_windowed()) {
    ledger.overdraw(cost);
  } else if (!ledger.try_charge(cost)) {
    return false;
  }
  body_->taken_ += cost;
  segment.place = Body::Place::pages;
  segment.data = ledger.pages().take(segment.capacity, is_written);
  if (segment.data == nullptr) {
    segment.place = Body::Place::heap;
    segment.data = static_cast<char*>(::operator new(segment.capacity));
  }
  return true;
}

std::size_t BodyWriter::put(const char* from, std::size_t bytes) {
  std::size_t written = 0;
  while (written < bytes) {
    if (room_ == 0 && (!has_room() || !begin_segment(from != nullptr))) break;
    const Body::Segment& last = body_->segment(body_->segments_.load(std::memory_order_relaxed) - 1);
    const std::size_t count = std::min(room_, bytes - written);
    if (from != nullptr) std::memcpy(last.data + (last.capacity - room_), from + written, count);
    room_ -= count;
    written += count;
    body_->published_.store(body_->bytes() + count, std::memory_order_release);
  }
  if (written > 0) body_->arrival_.notify_all();
  return written;
}

void BodyWriter::become_windowed(ByteCount window) { window_ = std::max<ByteCount>(window, 1); }

bool BodyWriter::has_room() {
  return !is_windowed() || (body_->readers() > 0 && body_->bytes() - drop_passed() < window_);
}

// Gives back the segments that every reader has passed. Returns the place of the slowest reader.
ByteCount BodyWriter::drop_passed() {
  ByteCount slowest = body_->bytes();
  const std::scoped_lock lock(body_->readers_mutex_);
  for (const BodyCursor* reader = body_->readers_; reader != nullptr; reader = reader->next_) {
    slowest = std::min(slowest, reader->position_.load(std::memory_order_acquire));
  }
  const std::size_t count = body_->segments_.load(std::memory_order_relaxed);
  while (body_->first_kept_ + 1 < count && body_->segment(body_->first_kept_ + 1).begin <= slowest) {
    Body::Segment& passed = body_->segment(body_->first_kept_);
    body_->free(passed);
    ++body_->first_kept_;
    body_->dropped_.store(body_->segment(body_->first_kept_).begin, std::memory_order_relaxed);
  }
  return slowest;
}

rt::Task<Result<void>> BodyWriter::wait_for_room(Instant deadline) {
  rt::Loop& loop = co_await rt::this_loop();
  while (true) {
    Waiters::Place place(body_->departure_, loop);
    if (body_->readers() == 0) co_return gust::fail(Errc::closed, Side::viewer, "no viewer is left to read this body");
    if (has_room()) co_return Result<void>();
    CO_TRY_OK(co_await place.wait(deadline));
  }
}

Result<void> BodyWriter::finish() {
  const ByteCount written = body_->bytes();
  if (body_->bytes_expected_ && written != *body_->bytes_expected_) {
    const bool is_short = written < *body_->bytes_expected_;
    const Error error{is_short ? Errc::short_body : Errc::long_body, Side::origin, Retry::never,
                      "the body is not as long as Content-Length said"};
    fail(error);
    return std::unexpected(error);
  }
  body_->end(Body::State::complete);
  return {};
}

void BodyWriter::fail(const Error& error) {
  body_->error_ = error;
  body_->end(Body::State::failed);
}

// --- Reader

BodyCursor::BodyCursor(BodyRef body, ByteCount offset, ByteCount bytes)
    : body_(std::move(body)), end_(bytes > to_end - offset ? to_end : offset + bytes), position_(offset) {
  if (body_->state() == Body::State::complete) {
    is_too_late_ = offset < body_->dropped_.load(std::memory_order_relaxed);
    return;
  }
  const std::scoped_lock lock(body_->readers_mutex_);
  is_too_late_ = offset < body_->dropped_.load(std::memory_order_relaxed);
  if (is_too_late_) return;
  next_ = body_->readers_;
  if (next_ != nullptr) next_->previous_ = this;
  body_->readers_ = this;
  is_listed_ = true;
  body_->reader_count_.fetch_add(1, std::memory_order_relaxed);
}

BodyCursor::~BodyCursor() {
  if (!is_listed_) return;
  {
    const std::scoped_lock lock(body_->readers_mutex_);
    (previous_ != nullptr ? previous_->next_ : body_->readers_) = next_;
    if (next_ != nullptr) next_->previous_ = previous_;
    body_->reader_count_.fetch_sub(1, std::memory_order_relaxed);
  }
  body_->departure_.notify_all();
}

ByteCount BodyCursor::readable_end() const { return std::min(body_->bytes(), end_); }

std::size_t BodyCursor::peek(std::span<Slice> slices) const {
  if (is_too_late_) return 0;
  ByteCount at = position();
  const ByteCount end = readable_end();
  if (at >= end) return 0;
  // Counted after the bytes: every segment that holds some of them is among these.
  const std::size_t count = body_->segments_.load(std::memory_order_acquire);
  std::size_t index = segment_;
  if (index + 1 < count && body_->segment(index + 1).begin <= at) index = body_->find_segment(at);
  const bool lends = body_->state() == Body::State::complete;
  std::size_t used = 0;
  for (; used < slices.size() && at < end; ++index, ++used) {
    Body::Segment& segment = body_->segment(index);
    const ByteCount segment_end = index + 1 < count ? std::min(body_->segment(index + 1).begin, end) : end;
    const ByteView bytes{segment.data + (at - segment.begin), static_cast<std::size_t>(segment_end - at)};
    if (lends && segment.place == Body::Place::pages) {
      // Seen by whoever frees the segment: it goes with the body, behind the last reader.
      const std::atomic_ref<bool> was_lent(segment.was_lent);
      if (!was_lent.load(std::memory_order_relaxed)) was_lent.store(true, std::memory_order_relaxed);
      slices[used] = Slice::lent(bytes);
    } else {
      slices[used] = Slice::borrowed(bytes);
    }
    at = segment_end;
  }
  return used;
}

void BodyCursor::advance(ByteCount bytes) {
  const ByteCount to = position() + bytes;
  const std::size_t count = body_->segments_.load(std::memory_order_acquire);
  if (segment_ + 1 < count && body_->segment(segment_ + 1).begin <= to) segment_ = body_->find_segment(to);
  position_.store(to, std::memory_order_release);
  if (is_listed_) body_->departure_.notify_all();
}

bool BodyCursor::at_end() const {
  if (position() >= end_) return true;
  return body_->state() == Body::State::complete && position() >= body_->bytes();
}

rt::Task<Result<void>> BodyCursor::wait(Instant deadline) {
  if (is_too_late_) co_return fail(Errc::closed, "the front of this body is gone");
  rt::Loop& loop = co_await rt::this_loop();
  while (true) {
    Waiters::Place place(body_->arrival_, loop);
    const Body::State state = body_->state();  // before the bytes: at an end they are final
    if (position() < readable_end() || at_end()) co_return Result<void>();
    if (state == Body::State::failed) co_return std::unexpected(body_->error_);
    CO_TRY_OK(co_await place.wait(deadline));
  }
}

}  // namespace gust::cache
