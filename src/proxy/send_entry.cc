#include "proxy/send_entry.h"

#include <fmt/format.h>

#include <array>

#include "base/arena.h"
#include "http/byteranges.h"
#include "http/conditional.h"
#include "http/range.h"
#include "proxy/answer_head.h"
#include "proxy/content_writer.h"
#include "proxy/error_page.h"
#include "proxy/passage.h"
#include "proxy/send_own.h"
#include "proxy/send_slices.h"
#include "proxy/steps.h"

namespace gust::proxy {
namespace {

using http::Name;

// What is all in memory and no more than this goes out in one call.
constexpr std::size_t slices_at_once = 4;

ByteCount bytes_of(std::span<const Slice> slices) {
  ByteCount bytes = 0;
  for (const Slice& slice : slices) bytes += slice.size();
  return bytes;
}

// A 304 tells what may have changed, not what the content is (RFC 9110 section 15.4.5). An edge has stored that too,
// and may have to hear of a change (RFC 9111 section 3.2).
void become_not_modified(http::ResponseHead& head, Audience audience) {
  head.status = 304;
  head.reason = {};
  head.fields.remove_if([audience](const http::Field& field) {
    const bool belongs_to_body = field.known == Name::content_encoding || field.known == Name::content_length;
    const bool tells_of_content = field.known == Name::content_type || field.known == Name::content_language ||
                                  field.known == Name::accept_ranges || field.known == Name::content_disposition;
    return belongs_to_body || (tells_of_content && audience == Audience::viewer);
  });
}

// Of chance, so that nobody can put a part's end into an object.
std::string make_boundary(rt::Loop& loop) { return fmt::format("{:016x}{:016x}", loop.random(), loop.random()); }

// Makes `head` that of the parts, and `frames` what stands around several. Gives the framing.
http::BodyFraming become_partial(Passage& passage, http::ResponseHead& head, const std::vector<http::ByteRange>& parts,
                                 ByteCount complete, http::Byteranges& frames) {
  head.status = 206;
  head.reason = {};
  if (parts.size() > 1) {
    frames = http::make_byteranges(parts, complete, head.fields.get(Name::content_type).value_or(ByteView()),
                                   make_boundary(passage.core.loop()));
    head.fields.set(Name::content_type, passage.arena.copy(frames.content_type));
    return http::BodyFraming::of_length(frames.content_bytes);
  }
  const http::ByteRange& part = parts.front();
  passage.range_first = part.offset;
  passage.range_last = part.offset + part.bytes - 1;
  head.fields.set(Name::content_range, passage.arena.copy(http::content_range_of(part, complete)));
  return http::BodyFraming::of_length(part.bytes);
}

// Each part behind its frame.
rt::Task<bool> send_parts(ContentWriter& writer, const cache::BodyRef& body, const std::vector<http::ByteRange>& parts,
                          const http::Byteranges& frames) {
  // The next cursor stands before the last one goes, so that a windowed body lets nothing go between them.
  std::array<std::optional<cache::BodyCursor>, 2> cursors;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    cache::BodyCursor& cursor = cursors[i % 2].emplace(body, parts[i].offset, parts[i].bytes);
    cursors[(i + 1) % 2].reset();
    writer.put(frames.frames[i]);
    if (!co_await writer.send(cursor)) co_return false;
  }
  writer.put(frames.frames.back());
  co_return co_await writer.finish();
}

// Whether a request may want anything but the whole: without these fields nothing has to be compared.
bool asks_for_less(const http::Fields& request) {
  return request.has(Name::range) || request.has(Name::if_none_match) || request.has(Name::if_modified_since) ||
         request.has(Name::if_match) || request.has(Name::if_unmodified_since);
}

http::Validators validators_of(const cache::Entry& entry) {
  http::Validators result;
  if (!entry.etag().empty()) result.tag = http::read_entity_tag(entry.etag());
  result.is_coded = entry.field(Name::content_encoding).has_value();
  result.last_modified = entry.last_modified_time();
  result.date = entry.date();
  return result;
}

// The fields of the stored response, as they were made ready or in a list that can be changed.
void take_fields(http::ResponseHead& head, const cache::Entry& entry, bool as_prepared) {
  if (as_prepared) {
    head.prepared[0] = {entry.fields(), entry.lines()};
    return;
  }
  constexpr std::size_t own_fields = 8;
  head.fields.reserve(entry.fields().size() + own_fields);
  for (const http::Field& field : entry.fields()) head.fields.add(field);
}

http::Precondition precondition_of(const Passage& passage, const http::Validators& validators) {
  const http::Method method = passage.request().method;
  const http::Fields& request = passage.viewer_request.fields;
  if (passage.match->ttl.is_rfc9111) return http::evaluate_preconditions_of_cache(method, request, validators);
  if (passage.match->forwards_cookies) return http::Precondition::proceed;  // COND-3
  return http::evaluate_preconditions(method, request, validators);
}

}  // namespace

http::PartsChoice choose_parts_of(const Passage& passage, const http::Validators& validators,
                                  std::optional<ByteCount> complete) {
  const http::Fields& request = passage.viewer_request.fields;
  const auto asked = request.get(Name::range);
  if (!asked || !complete || passage.request().method != http::Method::get) return {};
  const bool is_cloudfront = passage.match->behavior->cache.profile == config::Profile::cloudfront;
  if (is_cloudfront && passage.range_refused) return {};  // RANGE-3, RANGE-4
  if (!http::range_applies(request, validators)) return {};
  return http::choose_parts(*asked, *complete, is_cloudfront);
}

rt::Task<Next> send_entry(Passage& passage) {
  const cache::Entry& entry = *passage.entry;
  http::ResponseHead head;
  head.status = entry.status();
  const bool is_of_slices = is_sliced(passage);
  std::optional<ByteCount> complete = is_of_slices ? complete_of(entry) : entry.content_bytes();
  if (is_of_slices) head.status = 200;
  if (!complete && entry.body() && entry.body()->state() == cache::Body::State::complete) {
    complete = entry.body()->bytes();
  }
  http::PartsChoice choice;
  auto precondition = http::Precondition::proceed;
  // Only a success is conditional (RFC 9110 section 13.2.1).
  if (head.status == 200 && asks_for_less(passage.viewer_request.fields)) {
    const http::Validators validators = validators_of(entry);
    precondition = precondition_of(passage, validators);
    if (precondition == http::Precondition::proceed) choice = choose_parts_of(passage, validators, complete);
  }
  if (choice.kind == http::PartsChoice::unsatisfiable) {
    if (const config::ErrorPage* page = find_error_page(passage, 416)) {
      co_await send_error_page(passage, *page);
      co_return Next::step;
    }
  }
  if (precondition == http::Precondition::failed) {
    passage.answer(412, "The stored object does not meet the request's condition.");
    co_await send_own(passage);
    co_return Next::step;
  }

  // BODY-4: what came without a length is replayed so.
  const auto told_bytes = is_of_slices ? complete : entry.content_bytes();
  http::BodyFraming framing = told_bytes ? http::BodyFraming::of_length(*told_bytes) : http::BodyFraming::of_chunks();
  const bool is_whole = precondition == http::Precondition::proceed && choice.kind == http::PartsChoice::whole;
  take_fields(head, entry, is_whole && !is_of_slices && goes_as_prepared(passage));
  if (is_of_slices) head.fields.remove(Name::content_range);
  http::Byteranges frames;
  if (precondition == http::Precondition::not_modified) {
    become_not_modified(head, passage.audience());
    framing = http::BodyFraming::no_body();
  } else if (choice.kind == http::PartsChoice::unsatisfiable) {
    head.status = 416;
    head.reason = {};
    head.fields.set(Name::content_range, passage.arena.copy(http::content_range_of_unsatisfied(*complete)));
    framing = http::BodyFraming::of_length(0);
  } else if (choice.kind == http::PartsChoice::partial) {
    framing = become_partial(passage, head, choice.parts, *complete, frames);
  }
  add_own_fields(passage, head, entry.via(), age_to_tell(passage));
  note_head(passage, head, framing.kind == http::BodyFraming::length ? std::optional(framing.bytes) : std::nullopt);

  const bool sends_body = entry.body() && passage.request().method != http::Method::head && !framing.is_empty();
  if (!sends_body) {
    passage.first_cursor.reset();
    const bool sent = (co_await passage.exchange.start(head, framing)).has_value() &&
                      (co_await passage.exchange.finish(nullptr)).has_value();
    passage.answer_failed = !sent;
    co_return Next::step;
  }
  if (is_of_slices) {
    ContentWriter writer(passage, head, framing);
    if (choice.parts.empty()) choice.parts.push_back({0, *complete});
    passage.answer_failed = !co_await send_slices(passage, writer, choice.parts, frames);
    co_return Next::step;
  }
  const http::ByteRange one =
      choice.parts.empty() ? http::ByteRange{0, cache::BodyCursor::to_end} : choice.parts.front();
  cache::BodyCursor cursor(entry.body(), one.offset, one.bytes);
  passage.first_cursor.reset();
  std::array<Slice, slices_at_once> slices;
  const bool is_one_run = framing.kind == http::BodyFraming::length && choice.parts.size() <= 1 &&
                          entry.body()->state() == cache::Body::State::complete;
  const auto content = std::span<const Slice>(slices).first(is_one_run ? cursor.peek(slices) : 0);
  if (is_one_run && bytes_of(content) == framing.bytes) {
    passage.answer_failed = !co_await passage.exchange.respond(head, content);
    co_return Next::step;
  }
  ContentWriter writer(passage, head, framing);
  const bool sent = choice.parts.size() > 1
                        ? co_await send_parts(writer, entry.body(), choice.parts, frames)
                        : co_await writer.send(cursor) && (co_await passage.exchange.finish(nullptr)).has_value();
  passage.answer_failed = !sent;
  co_return Next::step;
}

}  // namespace gust::proxy
