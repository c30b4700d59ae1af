#include "proxy/send_entry.h"

#include <array>

#include "base/arena.h"
#include "http/conditional.h"
#include "http/range.h"
#include "proxy/answer_head.h"
#include "proxy/passage.h"
#include "proxy/send_own.h"

namespace gust::proxy {
namespace {

using http::Name;

constexpr std::size_t slices_at_once = 16;

// What part of a stored response is asked for.
struct Part {
  enum Kind : std::uint8_t { whole, range, unsatisfiable } kind = whole;
  http::ByteRange bytes;
};

Part part_of(const Passage& passage, const http::Validators& validators, std::optional<ByteCount> complete) {
  const http::Fields& request = passage.viewer_request.fields;
  const auto asked = request.get(Name::range);
  if (!asked || !complete || passage.request.method != http::Method::get) return {};
  if (!http::range_applies(request, validators)) return {};
  const auto specs = http::read_range(*asked);
  if (!specs || specs->size() != 1) return {};
  const auto bytes = http::satisfy(specs->front(), *complete);
  if (!bytes) return {.kind = Part::unsatisfiable, .bytes = {}};
  return {.kind = Part::range, .bytes = *bytes};
}

// A 304 tells what may have changed, not what the content is (RFC 9110 section 15.4.5).
void become_not_modified(http::ResponseHead& head) {
  head.status = 304;
  head.reason = {};
  head.fields.remove_if([](const http::Field& field) {
    return field.known == Name::content_type || field.known == Name::content_encoding ||
           field.known == Name::content_language || field.known == Name::content_length ||
           field.known == Name::accept_ranges || field.known == Name::content_disposition;
  });
}

// Sends what `cursor` reads, as it comes.
rt::Task<bool> send_body(Passage& passage, const http::ResponseHead& head, http::BodyFraming framing,
                         cache::BodyCursor& cursor) {
  std::array<Slice, slices_at_once> slices;
  bool is_started = false;
  while (true) {
    const std::span<const Slice> content(slices.data(), cursor.peek(slices));
    ByteCount bytes = 0;
    for (const Slice& slice : content) bytes += slice.size();
    if (!is_started) {
      if (!co_await passage.exchange.start(head, framing, content)) co_return false;
      is_started = true;
    } else if (!content.empty()) {
      if (!co_await passage.exchange.write(content)) co_return false;
    }
    cursor.advance(bytes);
    if (cursor.at_end()) co_return (co_await passage.exchange.finish(nullptr)).has_value();
    if (auto more = co_await cursor.wait(never); !more) {
      passage.exchange.abort();
      passage.detail = "OriginCommError";
      co_return false;
    }
  }
}

}  // namespace

rt::Task<void> send_entry(Passage& passage) {
  const cache::Entry& entry = *passage.entry;
  http::ResponseHead head;
  head.status = entry.status();
  for (const http::Field& field : entry.fields()) head.fields.add(field);

  std::optional<ByteCount> complete = entry.content_bytes();
  if (!complete && entry.body() && entry.body()->state() == cache::Body::State::complete) {
    complete = entry.body()->bytes();
  }
  Part part;
  auto precondition = http::Precondition::proceed;
  // Only a success is conditional (RFC 9110 section 13.2.1), and where cookies are forwarded not even that (COND-3).
  if (entry.status() == 200) {
    const http::Validators validators = http::validators_of(head.fields);
    if (!passage.match->forwards_cookies) {
      precondition = http::evaluate_preconditions(passage.request.method, passage.viewer_request.fields, validators);
    }
    if (precondition == http::Precondition::proceed) part = part_of(passage, validators, complete);
  }
  if (precondition == http::Precondition::failed) {
    passage.answer(412, "The stored object does not meet the request's condition.");
    co_await send_own(passage);
    co_return;
  }

  // BODY-4: what came without a length is replayed so.
  http::BodyFraming framing =
      entry.content_bytes() ? http::BodyFraming::of_length(*entry.content_bytes()) : http::BodyFraming::of_chunks();
  ByteCount offset = 0;
  ByteCount bytes = cache::BodyCursor::to_end;
  if (precondition == http::Precondition::not_modified) {
    become_not_modified(head);
    framing = http::BodyFraming::no_body();
  } else if (part.kind == Part::unsatisfiable) {
    head.status = 416;
    head.reason = {};
    head.fields.set(Name::content_range, passage.arena.copy(http::content_range_of_unsatisfied(*complete)));
    framing = http::BodyFraming::of_length(0);
  } else if (part.kind == Part::range) {
    offset = part.bytes.offset;
    bytes = part.bytes.bytes;
    passage.range_first = offset;
    passage.range_last = offset + bytes - 1;
    head.status = 206;
    head.reason = {};
    head.fields.set(Name::content_range, passage.arena.copy(http::content_range_of(part.bytes, *complete)));
    framing = http::BodyFraming::of_length(bytes);
  }
  add_own_fields(passage, head, entry.via(), age_to_tell(passage));
  note_head(passage, head, framing.kind == http::BodyFraming::length ? std::optional(framing.bytes) : std::nullopt);

  const bool sends_body = entry.body() && passage.request.method != http::Method::head && !framing.is_empty();
  if (!sends_body) {
    passage.first_cursor.reset();
    const bool sent = (co_await passage.exchange.start(head, framing)).has_value() &&
                      (co_await passage.exchange.finish(nullptr)).has_value();
    passage.answer_failed = !sent;
    co_return;
  }
  cache::BodyCursor cursor(entry.body(), offset, bytes);
  passage.first_cursor.reset();
  passage.answer_failed = !co_await send_body(passage, head, framing, cursor);
}

}  // namespace gust::proxy
