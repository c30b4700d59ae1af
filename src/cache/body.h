// Body: the content of a stored response, a chain of segments that one writer fills while many read.
//
// Source: DESIGN.md decisions 3 and 5.
// Shape:  bytes are copied in once, into blocks of up to 64 KiB, and are never moved; readers borrow them. What is
//         published is a byte count, so a reader never sees a byte before it is there. Waiting holds no lock.
// Core:   writer and readers may be on different cores; each Body has one writer at a time.
// Memory: every segment is charged to the ledger while it exists. A stored body's writer never waits for readers. When
//         memory runs out half way, the body becomes *windowed*: segments go when all readers have passed them, and the
//         writer waits while the slowest is more than the window behind.
//         A body that is known to be small lies in one block with its Body, and the first segment of one of unknown
//         length in a block, both of the slabs (cache/slabs.h). All others are runs of pages (base/page_region.h). Once
//         the body is complete, readers are lent these, so that the kernel may send them by reference. Until then the
//         bytes are to be copied: most objects are asked for once, and the pages of what was not lent can be used again
//         at once.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <span>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "cache/ledger.h"
#include "cache/waiters.h"
#include "rt/task.h"

namespace gust::cache {

inline constexpr std::size_t segment_bytes_max = 64 * 1024;

class Body {
 public:
  enum class State : std::uint8_t { filling, complete, failed };

  // `bytes_expected`: the Content-Length, if known, so that the last segment is no larger than needed. Null where there
  // is no memory.
  static std::shared_ptr<Body> make(const std::shared_ptr<Ledger>& ledger, std::optional<ByteCount> bytes_expected);
  // Used by make().
  Body(char* tail, Ledger& ledger, std::optional<ByteCount> bytes_expected, std::size_t bytes_in_place);
  ~Body();
  Body(const Body&) = delete;
  Body& operator=(const Body&) = delete;

  State state() const { return state_.load(std::memory_order_acquire); }
  // Bytes that can be read now; of all, once complete.
  ByteCount bytes() const { return published_.load(std::memory_order_acquire); }
  // Readers of a body that is being filled. Those that came after its end are not counted.
  std::size_t readers() const { return reader_count_.load(std::memory_order_relaxed); }
  // What a complete one takes of the ledger: its share of slabs, and its pages.
  ByteCount bytes_taken() const;

  // --- Moves (cache/slabs.h), of complete bodies.

  // Says to whom the blocks belong that can be moved.
  void set_owner(Slabs::Owner owner);
  bool lies_in(const Slabs::Found& block) const;
  // The same bytes elsewhere, in one block; null where there is no hole for it, or for a body with pages.
  std::shared_ptr<Body> copy(const std::shared_ptr<Ledger>& ledger) const;

 private:
  friend class BodyWriter;
  friend class BodyCursor;

  enum class Place : std::uint8_t {
    in_place,  // behind the Body
    slab,
    pages,  // of the ledger's region
    heap,   // where the system gives no pages
  };
  // Segment i begins where i - 1 ended. Written before it is counted, and dropped only in a window.
  struct Segment {
    char* data = nullptr;  // null: dropped
    std::uint32_t capacity = 0;
    Place place = Place::in_place;
    bool was_lent = false;  // and was given to someone who may lend it on; set by atomic_ref, by readers on any core
    ByteCount begin = 0;
  };
  // Segments lie in rows that double, so that none moves and any is found at once: 2 in place, then 2, 4, 8, ...
  static constexpr std::size_t rows_max = 32;
  using Rows = std::array<std::unique_ptr<Segment[]>, rows_max>;

  Segment& segment(std::size_t index);
  const Segment& segment(std::size_t index) const;
  // The segment that holds `offset`, which is below bytes().
  std::size_t find_segment(ByteCount offset) const;
  void end(State state);
  void free(Segment& segment);

  bool is_in_one_block() const;

  char* const tail_;
  Ledger& ledger_;  // lives as long as the Body's block
  const std::optional<ByteCount> bytes_expected_;
  const std::size_t bytes_in_place_;
  std::array<Segment, 2> first_row_;
  std::unique_ptr<Rows> rows_;
  std::atomic<std::size_t> segments_ = 0;
  std::atomic<ByteCount> published_ = 0;
  std::atomic<State> state_ = State::filling;
  std::atomic<std::size_t> reader_count_ = 0;
  Error error_;                 // written before state_ becomes failed
  ByteCount taken_ = 0;         // the writer's: by segments, of the ledger
  std::size_t first_kept_ = 0;  // the writer's: segments before it have been dropped

  std::mutex readers_mutex_;
  class BodyCursor* readers_ = nullptr;  // those that began before the end
  std::atomic<ByteCount> dropped_ = 0;   // bytes before it are gone; changed under readers_mutex_, before the end
  Waiters arrival_;                      // of bytes or the end: for readers
  Waiters departure_;                    // of a reader, or its advance in a window: for the writer
};

using BodyRef = std::shared_ptr<Body>;

// The one writer. Destroyed without finish(): the body fails with `cancelled`.
class BodyWriter {
 public:
  BodyWriter() = default;
  // Unless windowed, begins no segment once `bytes_max` bytes are there.
  explicit BodyWriter(BodyRef body, ByteCount bytes_max = ~ByteCount{0})
      : body_(std::move(body)), bytes_max_(bytes_max) {}
  BodyWriter(BodyWriter&& other) noexcept = default;
  BodyWriter& operator=(BodyWriter&& other) noexcept;
  ~BodyWriter() {
    if (body_) fail_if_filling();
  }

  explicit operator bool() const { return body_ != nullptr; }
  const BodyRef& body() const { return body_; }

  // Copies and publishes the front of `bytes`, as much as memory (or the window) lets it, and gives how much that was.
  std::size_t write(ByteView bytes) { return put(bytes.data(), bytes.size()); }
  // The same without a copy: `bytes` of which none is written (Ticket::append_uncopied).
  ByteCount count(ByteCount bytes) { return put(nullptr, bytes); }
  // When write() stopped for want of memory: what the next segment costs, and another try. True: there is room now.
  // `is_written`: it will be, not counted alone.
  ByteCount bytes_wanted() const;
  bool begin_segment(bool is_written);
  // From here on memory is kept for `window` bytes only. For bodies that will not be stored.
  void become_windowed(ByteCount window);
  bool is_windowed() const { return window_ != 0; }
  // Windowed: waits until there is room.
  //   fails   closed (no reader is left), timed_out, cancelled
  rt::Task<Result<void>> wait_for_room(Instant deadline);

  // All bytes are there.
  //   fails   short_body, long_body: not what Content-Length said (BODY-2); readers then see that error
  Result<void> finish();
  // Readers get what came, then `error`.
  void fail(const Error& error);

 private:
  std::size_t next_capacity() const;
  std::size_t put(const char* from, std::size_t bytes);
  bool next_is_pages(std::size_t capacity) const;
  bool take_memory_for(Body::Segment& segment, bool is_written);
  bool has_room();
  ByteCount drop_passed();
  void fail_if_filling();

  BodyRef body_;
  ByteCount bytes_max_ = 0;
  std::size_t room_ = 0;  // in the last segment
  ByteCount window_ = 0;  // 0: not windowed
};

// One reader, from an offset. Stays where it is made: a local of the task that sends.
class BodyCursor {
 public:
  static constexpr ByteCount to_end = ~ByteCount{0};

  // Reads `bytes` bytes from `offset`, or what there is of them.
  explicit BodyCursor(BodyRef body, ByteCount offset = 0, ByteCount bytes = to_end);
  ~BodyCursor();
  BodyCursor(const BodyCursor&) = delete;
  BodyCursor& operator=(const BodyCursor&) = delete;

  // The next bytes that are there, without waiting or moving: fills the front of `slices` and gives how many it used.
  //   keeps   the slices are borrowed: good until advance() passes them or the cursor goes
  std::size_t peek(std::span<Slice> slices) const;
  // `bytes` of what peek() gave have been sent; in a window their memory may go now.
  void advance(ByteCount bytes);
  // True when all that was asked for has been passed. False while more may come.
  bool at_end() const;
  ByteCount position() const { return position_.load(std::memory_order_relaxed); }

  // Waits until peek() gives something or at_end() holds.
  //   fails   the fill's own Error; closed (the bytes were dropped before this cursor came); timed_out, cancelled
  rt::Task<Result<void>> wait(Instant deadline);

 private:
  friend class BodyWriter;
  friend class Body;
  ByteCount readable_end() const;

  BodyRef body_;
  const ByteCount end_;
  std::atomic<ByteCount> position_;  // read by the writer in a window
  std::size_t segment_ = 0;          // holds position_, once it is published
  bool is_listed_ = false;
  bool is_too_late_ = false;
  BodyCursor* previous_ = nullptr;  // under readers_mutex_
  BodyCursor* next_ = nullptr;
};

}  // namespace gust::cache
