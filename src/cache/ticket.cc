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
  // A variant's key stands in its fill too.
  StorableHead stored(draft);
  const ByteCount head_bytes =
      Entry::bytes_of_head(draft, stored, key_text) + (draft.variant != nullptr ? key_text.size() : 0);
  const bool is_too_long = draft.content_bytes && *draft.content_bytes > index_->limits.object_bytes_max;
  if (is_too_long || !index_->charge(head_bytes)) {
    pass();
    return gust::fail(Errc::would_exceed_limit, "no memory to store this response");
  }
  auto body = std::make_shared<Body>(index_->ledger, draft.content_bytes);
  EntryRef entry = Entry::make(draft, std::move(stored), key_text, path_and_query, fill_->epoch, body,
                               Charge(index_->ledger, head_bytes));
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
      find_room();
    }
  }
}

Result<void> Ticket::append_uncopied(ByteCount bytes) {
  while (true) {
    bytes -= writer_.count(bytes);
    if (bytes == 0) return {};
    if (writer_.is_windowed()) return gust::fail(Errc::would_exceed_limit, "no memory for all of this body");
    find_room();
  }
}

// For the next segment; where there is none, the body becomes windowed.
void Ticket::find_room() {
  const ByteCount wanted = writer_.bytes_wanted();
  if (writer_.body()->bytes() < index_->limits.object_bytes_max && index_->charge(wanted)) {
    writer_.grant(wanted);
    return;
  }
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
  StorableHead stored(draft);
  const ByteCount head_bytes = Entry::bytes_of_head(draft, stored, fill_->key_text, fill_->stale.get());
  const bool has_memory = index_->charge(head_bytes);
  if (!has_memory) index_->ledger->overdraw(head_bytes);  // one head, for this answer
  EntryRef entry =
      Entry::make_refreshed(*fill_->stale, draft, std::move(stored), fill_->epoch, Charge(index_->ledger, head_bytes));
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
