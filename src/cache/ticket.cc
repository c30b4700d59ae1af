#include "cache/cache.h"
#include "cache/index_internal.h"
#include "http/message.h"

namespace gust::cache {

Ticket::Ticket(Ticket&& other) noexcept = default;

void Ticket::replace_by(Ticket& other) noexcept {
  if (this == &other) return;
  give_up();
  index_ = other.index_;
  fill_ = std::move(other.fill_);
  writer_ = std::move(other.writer_);
}

const EntryRef& Ticket::stale() const { return fill_->stale; }
std::uint64_t Ticket::epoch() const { return fill_->epoch; }

bool Ticket::is_purged() const {
  const std::scoped_lock lock(fill_->stripe.mutex);
  return index_->is_cleared(*fill_);
}

std::size_t Ticket::readers() const { return writer_ ? writer_.body()->readers() : 0; }

// The one way out of the waiting stage; `change` runs under the stripe's mutex.
template <typename Change>
void Ticket::settle(Change change, bool ends) {
  Dropped dropped;
  {
    const std::scoped_lock lock(fill_->stripe.mutex);
    change(*fill_, dropped);
    if (ends) {
      --fill_->stripe.counters.fills;
      index_->detach(*fill_, dropped);
    }
  }
  fill_->waiters.notify_all();
  if (ends) fill_ = nullptr;
}

Result<EntryRef> Ticket::store(const EntryDraft& draft) {
  const ByteView key_text = draft.variant != nullptr ? draft.variant->text : ByteView(fill_->key_text);
  const ByteView path_and_query = draft.variant != nullptr ? draft.variant->path_and_query : fill_->path_and_query;
  const StorableHead stored(draft);
  const bool is_too_long = draft.content_bytes && *draft.content_bytes > index_->limits.object_bytes_max;
  BodyRef body;
  EntryRef entry;
  const auto make_both = [&] {
    if (!body) body = Body::make(index_->ledger, draft.content_bytes);
    if (body) entry = Entry::make(index_->ledger, draft, stored, key_text, path_and_query, fill_->epoch, body);
    return entry != nullptr;
  };
  if (is_too_long || !index_->make_room(Slabs::bytes_max, make_both)) {
    body = nullptr;
    pass();
    return gust::fail(Errc::would_exceed_limit, "no memory to store this response");
  }
  writer_ = BodyWriter(std::move(body), index_->limits.object_bytes_max);
  settle(
      [&](Fill& fill, Dropped& dropped) {
        if (draft.variant != nullptr) index_->become_variant(fill, *draft.variant, draft.vary, dropped);
        fill.entry = entry;
        fill.entry_epoch = entry->epoch();
        fill.stage = draft.storing.verdict == Storing::store ? Fill::Stage::serving : Fill::Stage::alone;
        if (index_->is_cleared_by_head(fill, draft.upstream_epoch)) index_->detach(fill, dropped);
      },
      false);
  return entry;
}

rt::Task<Result<void>> Ticket::append(ByteView bytes, Instant deadline) {
  while (true) {
    bytes.remove_prefix(writer_.write(bytes));
    if (bytes.empty()) co_return Result<void>();
    if (writer_.is_windowed()) {
      CO_TRY_OK(co_await writer_.wait_for_room(deadline));
    } else {
      find_room(true);
    }
  }
}

Result<void> Ticket::append_uncopied(ByteCount bytes) {
  while (true) {
    bytes -= writer_.count(bytes);
    if (bytes == 0) return {};
    if (writer_.is_windowed()) return gust::fail(Errc::would_exceed_limit, "no memory for all of this body");
    find_room(false);
  }
}

// For the next segment; where there is none, the body becomes windowed.
void Ticket::find_room(bool is_written) {
  const auto begin_segment = [&] { return writer_.begin_segment(is_written); };
  const bool may_grow = writer_.body()->bytes() < index_->limits.object_bytes_max;
  if (may_grow && index_->make_room(writer_.bytes_wanted(), begin_segment)) return;
  // No more of it can be kept: those who read along go on in the window, others begin anew.
  writer_.become_windowed(index_->limits.window_bytes);
  settle(
      [&](Fill& fill, Dropped& dropped) {
        fill.stage = Fill::Stage::alone;
        index_->detach(fill, dropped);
      },
      false);
}

Result<void> Ticket::finish() {
  const Result<void> whole = writer_.finish();
  const auto change = [&](Fill& fill, Dropped& dropped) {
    Counters& counters = fill.stripe.counters;
    if (!whole) {
      fill.stage = Fill::Stage::given_up;
      ++counters.fills_failed;
      return;
    }
    ++(index_->install(fill, fill.entry, dropped) ? counters.fills_stored : counters.fills_unstored);
  };
  settle(change, true);
  writer_ = BodyWriter();
  return whole;
}

void Ticket::pass() {
  settle(
      [](Fill& fill, Dropped&) {
        fill.stage = Fill::Stage::alone;
        ++fill.stripe.counters.fills_passed;
      },
      true);
}

EntryRef Ticket::refresh(const EntryDraft& confirmation) {
  http::ResponseHead merged;
  merge_head(*fill_->stale, *confirmation.head, merged);
  EntryDraft draft = confirmation;
  draft.head = &merged;
  const StorableHead stored(draft);
  EntryRef entry;
  const auto make_within = [&](Slabs::Room room) {
    entry = Entry::make_refreshed(index_->ledger, *fill_->stale, draft, stored, fill_->epoch, room);
    return entry != nullptr;
  };
  const bool has_memory = index_->make_room(Slabs::bytes_max, [&] { return make_within(Slabs::Room::bound); });
  if (!has_memory) make_within(Slabs::Room::beyond);  // one head, for this answer
  settle(
      [&](Fill& fill, Dropped& dropped) {
        fill.entry = entry;
        fill.entry_epoch = entry->epoch();
        fill.is_refreshed = true;
        fill.stage = draft.storing.verdict == Storing::store ? Fill::Stage::serving : Fill::Stage::alone;
        ++fill.stripe.counters.fills_refreshed;
        const bool is_cleared = index_->is_cleared_by_head(fill, draft.upstream_epoch);
        if (draft.storing.verdict != Storing::pass && has_memory && !is_cleared) {
          index_->install(fill, entry, dropped);
        } else {
          index_->remove_stale(fill, dropped);
        }
      },
      true);
  return entry;
}

void Ticket::hold_stale(Instant until) {
  settle(
      [&](Fill& fill, Dropped&) {
        index_->hold_stale(fill, until);
        fill.entry = fill.stale;
        fill.entry_epoch = fill.epoch;
        fill.is_refreshed = true;
        fill.stage = Fill::Stage::serving;
        ++fill.stripe.counters.fills_held;
      },
      true);
}

void Ticket::fail(const Error& error) {
  if (writer_) writer_.fail(error);
  settle(
      [&](Fill& fill, Dropped&) {
        fill.stage = writer_ ? Fill::Stage::given_up : Fill::Stage::failed;
        fill.error = error;
        ++fill.stripe.counters.fills_failed;
      },
      true);
  writer_ = BodyWriter();
}

void Ticket::give_up() {
  if (!fill_) return;
  if (writer_) {
    fail({Errc::cancelled, Side::own, Retry::always, "the fill of this response ended early"});
    return;
  }
  settle(
      [](Fill& fill, Dropped&) {
        fill.stage = Fill::Stage::given_up;
        ++fill.stripe.counters.fills_given_up;
      },
      true);
}

}  // namespace gust::cache
