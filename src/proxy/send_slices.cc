#include "proxy/send_slices.h"

#include <array>
#include <memory>
#include <optional>

#include "base/arena.h"
#include "proxy/content_writer.h"
#include "proxy/passage.h"
#include "proxy/slice_walk.h"
#include "proxy/slicing.h"
#include "proxy/steps.h"
#include "rt/scope.h"

namespace gust::proxy {
namespace {

// One slice on its way.
struct Coming {
  Coming(const Passage& first, std::uint64_t number, ByteView version)
      : passage(first.core, first.exchange, arena), number(number) {
    passage.begin_like(first);
    Slicing& slicing = passage.slicing.emplace();
    slicing.object_key = first.slicing->object_key;
    slicing.number = number;
    slicing.is_further = true;
    slicing.wanted_version = version;
    passage.keyed.key = slice_key(passage, number, arena);
  }

  Arena arena;
  Passage passage;
  const std::uint64_t number;
  bool is_over = false;
};

class SliceSource {
 public:
  SliceSource(Passage& first, rt::Scope& scope)
      : first_(first), scope_(scope), version_(version_of(*first.entry, first.arena)) {}

  // Begins to bring a slice, if it is not at hand or on its way.
  void begin(std::uint64_t number) {
    if (number == first_.slicing->number || is(current_, number) || is(next_, number)) return;
    next_ = std::make_unique<Coming>(first_, number, version_);
    scope_.spawn(bring(*next_));
  }

  // Waits for the slice. Null: it did not come, or it does not go with the first one.
  rt::Task<Passage*> take(std::uint64_t number) {
    if (number == first_.slicing->number) co_return &first_;
    if (!is(current_, number)) {
      begin(number);
      current_ = std::move(next_);
    }
    while (!current_->is_over) {
      if (!co_await arrival_.wait(never)) co_return nullptr;
    }
    Passage& slice = current_->passage;
    if (!is_sliced(slice)) co_return nullptr;
    if (!version_.empty() && version_of(*slice.entry, slice.arena) == version_) co_return &slice;
    first_.slicing->is_outdated = true;
    first_.version_met = version_of(*slice.entry, first_.arena);
    co_return nullptr;
  }

  // The slices of this version that the answer has met, up to `last`, are not to be found any more.
  void forget(SliceWalk met, std::uint64_t last) {
    cache::Cache& cache = first_.core.node().cache();
    const Instant now = first_.core.loop().now();
    cache.forget(first_.keyed.key, first_.entry);
    for (auto piece = met.next(); piece && piece->slice != last; piece = met.next()) {
      Arena arena;
      const cache::Key key = slice_key(first_, piece->slice, arena);
      const cache::Lookup found = cache.peek(key, now);
      if (found.entry && version_of(*found.entry, arena) == version_) cache.forget(key, found.entry);
    }
  }

 private:
  static bool is(const std::unique_ptr<Coming>& coming, std::uint64_t number) {
    return coming && coming->number == number;
  }

  rt::Task<void> bring(Coming& coming) {
    if (lookup(coming.passage) == Next::step) co_await fetch(coming.passage);
    coming.is_over = true;
    arrival_.notify_all();
  }

  Passage& first_;
  rt::Scope& scope_;
  const ByteView version_;
  std::unique_ptr<Coming> current_;  // over, once take() has given it
  std::unique_ptr<Coming> next_;
  rt::Signal arrival_;
};

rt::Task<bool> send_all(SliceSource& source, Passage& first, ContentWriter& writer,
                        std::span<const http::ByteRange> parts, const http::Byteranges& frames) {
  SliceWalk walk(parts, first.core.node().settings().slice_bytes);
  const SliceWalk from_begin = walk;
  auto piece = walk.next();
  // A fill is not held up for a slice that the answer does not take.
  if (piece && piece->slice != first.slicing->number) first.first_cursor.reset();
  // The one before stays until the next of the same slice is there, so that a window is not left without a reader.
  std::array<std::optional<cache::BodyCursor>, 2> cursors;
  std::size_t turn = 0;
  while (piece) {
    const auto after = walk.next();
    Passage* slice = co_await source.take(piece->slice);
    if (slice == nullptr) {
      if (first.slicing->is_outdated) source.forget(from_begin, piece->slice);
      if (first.exchange.is_begun()) writer.break_off();
      co_return false;
    }
    if (piece->begins_part && !frames.frames.empty()) writer.put(frames.frames[piece->part]);
    cache::BodyCursor& cursor = cursors[turn].emplace(slice->entry->body(), piece->offset, piece->bytes);
    turn = 1 - turn;
    cursors[turn].reset();
    slice->first_cursor.reset();
    if (after) source.begin(after->slice);
    if (!co_await writer.send(cursor)) co_return false;
    if (!after || after->slice != piece->slice) cursors[1 - turn].reset();
    piece = after;
  }
  if (!frames.frames.empty()) writer.put(frames.frames.back());
  co_return co_await writer.finish();
}

}  // namespace

rt::Task<bool> send_slices(Passage& passage, ContentWriter& writer, std::span<const http::ByteRange> parts,
                           const http::Byteranges& frames) {
  rt::Scope scope(co_await rt::context());
  SliceSource source(passage, scope);
  const bool sent = co_await send_all(source, passage, writer, parts, frames);
  scope.cancel();
  co_await scope.join();
  co_return sent;
}

}  // namespace gust::proxy
