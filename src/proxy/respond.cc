// The step `respond`: the answer to the viewer.
//
// Source: HDR-2 to HDR-12, COND-3, COND-4, HEAD-1, RANGE-1, RANGE-3 to RANGE-5, BODY-1, BODY-2, BODY-4; RFC 9110
// sections
//         13.2.2, 14 and 15.4.5.
// Not here: several ranges at once are answered with the whole (RFC 9110 section 14.2 lets a server ignore them).

#include <array>

#include "base/arena.h"
#include "base/date.h"
#include "base/text.h"
#include "http/conditional.h"
#include "http/range.h"
#include "proxy/passage.h"
#include "proxy/steps.h"
#include "proxy/stored_head.h"
#include "proxy/tier_fields.h"

namespace gust::proxy {
namespace {

using http::Name;

constexpr std::size_t slices_at_once = 16;

ByteView x_cache_of(const Passage& passage, std::uint16_t status) {
  if (status >= 400) return "Error from cloudfront";
  switch (passage.result) {
    case observe::ResultType::hit:
      return "Hit from cloudfront";
    case observe::ResultType::refresh_hit:
      return "RefreshHit from cloudfront";
    case observe::ResultType::redirect:
      return "Redirect from cloudfront";
    case observe::ResultType::miss:
      return "Miss from cloudfront";
    default:
      return "Error from cloudfront";
  }
}

bool is_from_cache(const Passage& passage) {
  return passage.result == observe::ResultType::hit || passage.result == observe::ResultType::refresh_hit;
}

// HDR-10: absent on a miss, unless the origin told an age itself.
std::optional<Duration> age_to_tell(const Passage& passage) {
  if (!is_from_cache(passage)) return passage.told_age;
  return cache::age_of(passage.entry->freshness(), passage.core.loop().now());
}

// What each answer says anew, in the order of HDR-12.
void add_own_fields(Passage& passage, http::ResponseHead& head, ByteView origin_via, std::optional<Duration> age) {
  const Node& node = passage.core.node();
  if (passage.is_edge()) head.fields.set(Name::x_cache, x_cache_of(passage, head.status));
  const ByteView own_via = passage.arena.join({"1.1 ", node.via_name(), " (CloudFront)"});
  head.fields.set(Name::via, origin_via.empty() ? own_via : passage.arena.join({origin_via, ", ", own_via}));
  if (passage.is_edge()) {
    head.fields.set(Name::x_amz_cf_pop, node.settings().name);
    head.fields.set(Name::x_amz_cf_id, passage.request_id);
  } else {
    if (is_from_cache(passage)) head.fields.set(tier_field::result, "hit");
    // What passes through began after the purges that were in force at the look-up.
    const std::uint64_t epoch = passage.entry ? passage.epoch : passage.decision.purge_epoch;
    head.fields.set(tier_field::epoch, passage.arena.copy(std::to_string(epoch)));
  }
  if (age) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(*age).count();
    head.fields.set(Name::age, passage.arena.copy(std::to_string(std::max<std::int64_t>(seconds, 0))));
  }
}

void note_head(Passage& passage, const http::ResponseHead& head, std::optional<ByteCount> length) {
  passage.status = head.status;
  passage.content_type = head.fields.get(Name::content_type).value_or(ByteView());
  passage.content_length = length;
  if (head.status >= 400) passage.result = observe::ResultType::error;
}

rt::Task<void> send_own(Passage& passage) {
  http::ResponseHead head;
  head.status = passage.own.status;
  const ByteView page = page_of(passage.own, passage.request_id, passage.arena);
  head.fields.add(Name::server, "CloudFront");
  head.fields.add(Name::date, passage.arena.copy(http_date_of(passage.core.loop().wall_now())));
  head.fields.add(Name::content_type, passage.own.location.empty() ? "text/html; charset=utf-8" : "text/html");
  if (!passage.own.location.empty()) head.fields.add(Name::location, passage.own.location);
  add_own_fields(passage, head, {}, std::nullopt);
  note_head(passage, head, page.size());
  passage.answer_failed = !co_await passage.exchange.respond(head, Slice::borrowed(page));
}

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

// An answer that is not stored passes through.
rt::Task<bool> pass_through(Passage& passage) {
  origin::Fetched& fetched = *passage.fetched;
  http::ResponseHead head = make_stored_head(fetched.head(), *passage.match, passage.audience(),
                                             passage.core.loop().wall_now(), passage.arena);
  const auto via = fetched.head().fields.combined(Name::via, passage.arena);
  add_own_fields(passage, head, via.value_or(ByteView()), passage.told_age);
  const http::BodyFraming framing = fetched.framing();
  note_head(passage, head, framing.kind == http::BodyFraming::length ? std::optional(framing.bytes) : std::nullopt);
  if (!co_await passage.exchange.start(head, framing)) co_return false;
  while (true) {
    auto piece = co_await fetched.read();
    if (!piece) {
      passage.exchange.abort();
      passage.detail = origin::failure_of(piece.error(), origin::FetchPhase::body).log_detail;
      co_return false;
    }
    if (piece->empty()) co_return (co_await passage.exchange.finish(&fetched.trailers())).has_value();
    if (!co_await passage.exchange.write({&*piece, 1})) co_return false;
  }
}

}  // namespace

rt::Task<Next> respond(Passage& passage) {
  if (passage.entry) {
    co_await send_entry(passage);
  } else if (passage.fetched) {
    passage.answer_failed = !co_await pass_through(passage);
  } else {
    co_await send_own(passage);
  }
  co_return Next::step;
}

}  // namespace gust::proxy
