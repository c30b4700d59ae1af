#include "proxy/slicing.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "base/arena.h"
#include "http/conditional.h"
#include "http/field_values.h"
#include "http/range.h"
#include "proxy/join.h"
#include "proxy/lookup.h"
#include "proxy/passage.h"
#include "proxy/send_entry.h"
#include "proxy/slice_walk.h"
#include "proxy/steps.h"
#include "proxy/storing.h"
#include "proxy/tier_fields.h"

namespace gust::proxy {
namespace {

using http::Name;

// RFC 9110 section 8.8.2.2.
constexpr Duration date_is_strong_after = std::chrono::seconds(60);
// Stored slices behind the first one that are held against it before an answer begins.
constexpr std::uint64_t slices_compared = 4;

ByteCount slice_bytes_of(const Passage& passage) { return passage.core.node().settings().slice_bytes; }

std::optional<std::vector<http::RangeSpec>> asked_ranges(const Passage& passage) {
  const auto value = passage.viewer_request.fields.get(Name::range);
  if (!value) return std::nullopt;
  auto specs = http::read_range(*value);
  if (!specs) return std::nullopt;
  return std::move(*specs);
}

// The slice that the answer most likely begins in. The length of a suffix is not known before the first slice.
std::uint64_t first_slice(const Passage& passage) {
  const auto specs = asked_ranges(passage);
  return specs && specs->front().first ? *specs->front().first / slice_bytes_of(passage) : 0;
}

void enter_slices(Passage& passage, std::uint64_t number) {
  Slicing& slicing = passage.slicing.emplace();
  slicing.object_key = passage.keyed.key;
  slicing.number = number;
  if (passage.from_edge) {
    slicing.wanted_version = passage.viewer_request.fields.get(tier_field::version).value_or(ByteView());
  }
  if (!passage.version_met.empty()) slicing.wanted_version = passage.version_met;
  passage.keyed.key = slice_key(passage, number, passage.arena);
}

void leave_slices(Passage& passage) {
  if (!passage.slicing) return;
  passage.keyed.key = passage.slicing->object_key;
  passage.slicing.reset();
}

void drop_answer(Passage& passage) {
  passage.first_cursor.reset();
  passage.entry.reset();
}

// True where the answer takes more than the slice at hand and cannot be put together.
bool needs_own_range(Passage& passage) {
  if (!is_sliced(passage) || passage.slicing->is_further) return false;
  const cache::Entry& slice = *passage.entry;
  const ByteCount complete = complete_of(slice);
  if (complete <= slice_bytes_of(passage)) return false;
  http::Fields fields;
  for (const http::Field& field : slice.fields()) fields.add(field);
  const http::PartsChoice choice = choose_parts_of(passage, http::validators_of(fields), complete);
  if (choice.kind == http::PartsChoice::unsatisfiable) return false;
  if (choice.kind == http::PartsChoice::whole && complete > whole_object_bytes_max) return true;
  if (!version_of(slice, passage.arena).empty()) return false;
  SliceWalk walk(choice.parts, slice_bytes_of(passage));
  while (const auto piece = walk.next()) {
    if (piece->slice != passage.slicing->number) return true;
  }
  return choice.kind == http::PartsChoice::whole;
}

// A stored slice behind it is of a version that came later.
bool is_overtaken(Passage& passage) {
  const cache::Entry& slice = *passage.entry;
  const ByteView version = version_of(slice, passage.arena);
  const std::uint64_t number = passage.slicing->number;
  cache::Cache& cache = passage.core.node().cache();
  for (std::uint64_t next = number + 1; next <= number + slices_compared; ++next) {
    if (!slice_range(next, slice_bytes_of(passage), complete_of(slice))) return false;
    const auto other = cache.peek(slice_key(passage, next, passage.arena), passage.core.loop().now());
    if (other.found != cache::Found::fresh || other.entry->status() != 206) return false;
    if (version_of(*other.entry, passage.arena) == version) continue;
    return other.entry->freshness().received > slice.freshness().received;
  }
  return false;
}

// The whole's length by a Content-Range; 0 where it is not told.
ByteCount told_complete(std::optional<ByteView> content_range) {
  const auto told = http::read_content_range(content_range.value_or(ByteView()));
  return told ? told->complete.value_or(0) : 0;
}

// What was found is not what the answer can be made of.
bool is_useless(Passage& passage) {
  const Slicing& slicing = *passage.slicing;
  if (!is_sliced(passage)) return slicing.is_further;
  if (!slicing.wanted_version.empty()) return version_of(*passage.entry, passage.arena) != slicing.wanted_version;
  return is_overtaken(passage);
}

// Looks for the slice that Passage::slicing names.
Next look_for_slice(Passage& passage) {
  Next next = look_up(passage);
  if (next == Next::respond && is_useless(passage)) {
    passage.core.node().cache().forget(passage.keyed.key, passage.found.entry);
    drop_answer(passage);
    next = look_up(passage);
  }
  if (next == Next::respond && needs_own_range(passage)) {
    go_by_own_range(passage);
    return Next::step;
  }
  return next;
}

// The slice that was asked for, all of it, in an object whose length is told.
bool is_slice(const Passage& passage, const origin::Fetched& fetched) {
  const auto value = fetched.head().fields.get(Name::content_range);
  const auto told = value ? http::read_content_range(*value) : std::unexpected(Error{});
  if (!told || !told->range || !told->complete) return false;
  const auto expected = slice_range(passage.slicing->number, slice_bytes_of(passage), *told->complete);
  return expected && *told->range == *expected && fetched.framing() == http::BodyFraming::of_length(expected->bytes);
}

// What Vary names is not in a slice's key.
bool varies_beyond_key(const Passage& passage, const http::ResponseHead& head) {
  return passage.match->behavior->cache.profile == config::Profile::rfc9111 && head.fields.has(Name::vary);
}

bool may_be_whole_by_slices(const Passage& passage) {
  return passage.is_cacheable && passage.request().method == http::Method::get && slice_bytes_of(passage) > 0 &&
         !passage.is_background && !passage.whole_by_slices && !passage.own_range && !passage.range_refused &&
         !(passage.from_edge && passage.viewer_request.fields.has(tier_field::own_range)) &&
         !passage.viewer_request.fields.has(Name::range);
}

bool is_too_long(const Passage& passage, ByteCount complete) {
  return complete > passage.core.node().cache().limits().object_bytes_max && complete <= whole_object_bytes_max;
}

// The answer, or the next one, is of the whole: it belongs under the object's key. Those who wait for the slice look
// there too.
void move_to_object(Passage& passage) {
  cache::Ticket of_slice = std::move(passage.found.ticket);
  leave_slices(passage);
  passage.asked_epoch = passage.decision.purge_epoch;
  passage.found = passage.core.node().cache().find_or_begin(passage.keyed.key, passage.core.loop().now());
  // The answer is as old as the request for the slice: what has changed the object since is not in it.
  if (passage.found.ticket && of_slice && of_slice.is_purged()) passage.found.ticket.pass();
  if (of_slice) of_slice.pass();
}

// The part of an answer that is not kept, where one asked for is all in it. Conditions are for the origin to judge.
std::optional<SliceCut> cut_of(const Passage& passage, const origin::Fetched& fetched) {
  if (!is_slice(passage, fetched)) return std::nullopt;
  const http::Fields& asked = passage.viewer_request.fields;
  for (const Name name : {Name::if_match, Name::if_none_match, Name::if_modified_since, Name::if_unmodified_since}) {
    if (asked.has(name)) return std::nullopt;
  }
  const auto told = http::read_content_range(*fetched.head().fields.get(Name::content_range));
  const auto choice = choose_parts_of(passage, http::validators_of(fetched.head().fields), told->complete);
  if (choice.parts.size() != 1) return std::nullopt;
  const http::ByteRange& part = choice.parts.front();
  const bool is_within =
      part.offset >= told->range->offset && part.offset + part.bytes <= told->range->offset + told->range->bytes;
  if (!is_within) return std::nullopt;
  return SliceCut{part.offset - told->range->offset, part.bytes,
                  passage.arena.copy(http::content_range_of(part, *told->complete))};
}

SliceAnswer fail_further(Passage& passage) {
  drop_answer(passage);
  if (passage.found.ticket) passage.found.ticket.pass();
  passage.answer(502, "The origin's answer does not go with what it sent before.", "OriginCommError");
  return SliceAnswer::at_hand;
}

}  // namespace

void go_by_own_range(Passage& passage) {
  drop_answer(passage);
  if (passage.found.ticket) passage.found.ticket.pass();
  passage.found = {};
  leave_slices(passage);
  passage.own_range = true;
}

bool is_sliced(const Passage& passage) { return passage.slicing && passage.entry && passage.entry->status() == 206; }

cache::Key slice_key(const Passage& passage, std::uint64_t number, Arena& arena) {
  std::array<char, 48> text{};
  char* const end = text.data() + text.size();
  char* at = std::to_chars(text.data(), end, slice_bytes_of(passage)).ptr;
  *at++ = '.';
  at = std::to_chars(at, end, number).ptr;
  const ByteView name = arena.copy({text.data(), static_cast<std::size_t>(at - text.data())});
  return cache::part_key(passage.slicing->object_key, name, passage.core.node().cache().seed(), arena);
}

ByteCount complete_of(const cache::Entry& slice) { return told_complete(slice.field(Name::content_range)); }

ByteView version_of(const cache::Entry& slice, Arena& arena) {
  // Members of an origin group do not share validators.
  const ByteView member = slice.origin_member() == 0 ? "" : "2nd ";
  const ByteView complete = arena.join({member, arena.copy(std::to_string(complete_of(slice)))});
  if (!slice.etag().empty()) {
    const auto tag = http::read_entity_tag(slice.etag());
    return tag && !tag->is_weak ? arena.join({complete, " ", slice.etag()}) : ByteView();
  }
  const auto modified = slice.last_modified_time();
  const bool is_strong = modified && slice.date() && *slice.date() - *modified >= date_is_strong_after;
  return is_strong ? arena.join({complete, " ", slice.last_modified()}) : ByteView();
}

Slice take_cut(SliceCut& cut, const Slice& piece) {
  const auto skipped = static_cast<std::size_t>(std::min<ByteCount>(cut.skipped, piece.size()));
  const auto bytes = static_cast<std::size_t>(std::min<ByteCount>(cut.bytes, piece.size() - skipped));
  cut.skipped -= skipped;
  cut.bytes -= bytes;
  return piece.part(skipped, bytes);
}

http::BodyFraming become_cut(const Passage& passage, http::ResponseHead& head) {
  head.fields.set(Name::content_range, passage.cut->content_range);
  return http::BodyFraming::of_length(passage.cut->bytes);
}

void be_slice_of(Passage& again, const Passage& passage) {
  Slicing& slicing = again.slicing.emplace();
  slicing.object_key = again.keyed.key;
  slicing.number = passage.slicing->number;
  slicing.is_further = true;
  again.keyed.key = slice_key(again, slicing.number, again.arena);
}

bool may_slice(const Passage& passage) {
  if (!passage.is_cacheable || passage.request().method != http::Method::get || slice_bytes_of(passage) == 0)
    return false;
  if (passage.own_range) return false;
  if (passage.whole_by_slices) return true;
  return (passage.slicing && passage.slicing->is_further) || asked_ranges(passage).has_value();
}

bool takes_whole_by_slices(Passage& passage) {
  const bool is_slow_path = passage.found.found == cache::Found::absent && passage.found.ticket;
  if (!is_slow_path || !passage.core.node().has_long_slices() || !may_be_whole_by_slices(passage)) return false;
  passage.slicing.emplace().object_key = passage.keyed.key;
  const cache::Key first = slice_key(passage, 0, passage.arena);
  passage.slicing.reset();
  cache::Cache& cache = passage.core.node().cache();
  const cache::Lookup found = cache.peek(first, passage.core.loop().now());
  if (!found.entry || found.entry->status() != 206) return false;
  if (!is_too_long(passage, complete_of(*found.entry)) || version_of(*found.entry, passage.arena).empty()) return false;
  passage.found.ticket.pass();
  passage.whole_by_slices = true;
  return true;
}

bool goes_by_slices(Passage& passage, const http::RequestHead& sent, const origin::Fetched& fetched) {
  const http::ResponseHead& head = fetched.head();
  const http::BodyFraming framing = fetched.framing();
  const bool is_candidate = head.status == 200 && framing.kind == http::BodyFraming::length &&
                            is_too_long(passage, framing.bytes) && may_be_whole_by_slices(passage);
  if (!is_candidate || !http::list_has(head.fields.get(Name::accept_ranges).value_or(ByteView()), "bytes"))
    return false;
  const http::Validators validators = http::validators_of(head.fields);
  const bool is_stored =
      judge(passage, sent, head).verdict == cache::Storing::store && !varies_beyond_key(passage, head);
  if (!is_stored || !validators.tag || validators.tag->is_weak) return false;
  if (passage.found.ticket) passage.found.ticket.pass();
  passage.found = {};
  passage.whole_by_slices = true;
  return true;
}

Next lookup_slice(Passage& passage) {
  if (passage.slicing && passage.slicing->is_further) return look_for_slice(passage);
  leave_slices(passage);
  cache::Cache& cache = passage.core.node().cache();
  const cache::Lookup whole = cache.peek(passage.keyed.key, passage.core.loop().now());
  const bool is_own_range = passage.from_edge && passage.viewer_request.fields.has(tier_field::own_range);
  const bool is_there = whole.found != cache::Found::absent || whole.fill || whole.vary;
  if (is_there) return look_up(passage);  // RANGE-1
  if (is_own_range) {
    go_by_own_range(passage);
    return Next::step;
  }
  enter_slices(passage, first_slice(passage));
  return look_for_slice(passage);
}

rt::Task<bool> settle_join(Passage& passage, bool at_hand) {
  if (!may_slice(passage)) co_return at_hand;
  const bool is_further = passage.slicing && passage.slicing->is_further;
  if (!at_hand && !passage.found.ticket) {
    at_hand = lookup(passage) == Next::respond || co_await join(passage);
  }
  if (at_hand && needs_own_range(passage)) {
    go_by_own_range(passage);
    co_return false;
  }
  if (at_hand || !passage.slicing || passage.found.ticket) co_return at_hand;
  if (!is_further) {
    go_by_own_range(passage);
    co_return false;
  }
  fail_further(passage);
  co_return true;
}

void add_slice_range(const Passage& passage, http::RequestHead& request) {
  const ByteCount slice_bytes = slice_bytes_of(passage);
  const ByteCount first = passage.slicing->number * slice_bytes;
  request.fields.set(Name::range, passage.arena.copy(fmt::format("bytes={}-{}", first, first + slice_bytes - 1)));
}

void add_slice_fields(const Passage& passage, http::RequestHead& to_parent) {
  if (passage.own_range) to_parent.fields.set(tier_field::own_range, "yes");
  if (passage.slicing && !passage.slicing->wanted_version.empty()) {
    to_parent.fields.set(tier_field::version, passage.slicing->wanted_version);
  }
}

SliceAnswer take_slice(Passage& passage, const http::RequestHead& sent, origin::Fetched& fetched) {
  const http::ResponseHead& head = fetched.head();
  if (head.status != 200 && head.status != 206) return SliceAnswer::other;
  const bool is_further = passage.slicing->is_further;
  const bool is_chunked = fetched.framing().kind != http::BodyFraming::length;
  if (head.status == 200 || is_chunked) {
    if (is_further) return fail_further(passage);
    passage.decision.note(head.status == 200 ? "RANGE-3" : "RANGE-4");
    move_to_object(passage);
    const bool is_there = passage.found.found == cache::Found::fresh || passage.found.found == cache::Found::held;
    if (is_there) {
      passage.serve(passage.found.entry, passage.found.epoch, observe::ResultType::hit);
      return SliceAnswer::at_hand;
    }
    passage.range_refused = true;
    return head.status == 200 ? SliceAnswer::other : SliceAnswer::whole;
  }
  const bool is_keepable = is_slice(passage, fetched) && !varies_beyond_key(passage, head);
  if (is_keepable && is_too_long(passage, told_complete(head.fields.get(Name::content_range)))) {
    passage.core.node().note_long_slices();  // before it can be found
  }
  const bool is_kept = is_keepable && store(passage, sent, fetched);
  if (is_kept && !needs_own_range(passage)) return SliceAnswer::at_hand;
  if (is_further) return fail_further(passage);
  if (!is_kept) passage.cut = cut_of(passage, fetched);
  go_by_own_range(passage);
  return passage.cut ? SliceAnswer::other : SliceAnswer::own_range;
}

}  // namespace gust::proxy
