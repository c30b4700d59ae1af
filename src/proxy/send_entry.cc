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
#include "proxy/tier_fields.h"

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

// The parts of the entry; each of several behind its frame.
rt::Task<bool> send_parts(Passage& passage, ContentWriter& writer, const std::vector<http::ByteRange>& parts,
                          const http::Byteranges& frames) {
  const cache::BodyRef& body = passage.entry->body();
  // The next cursor stands before the last one goes, so that a windowed body lets nothing go between them.
  std::array<std::optional<cache::BodyCursor>, 2> cursors;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    cache::BodyCursor& cursor = cursors[i % 2].emplace(body, parts[i].offset, parts[i].bytes);
    passage.first_cursor.reset();
    cursors[(i + 1) % 2].reset();
    if (!frames.frames.empty()) writer.put(frames.frames[i]);
    if (!co_await writer.send(cursor)) co_return false;
  }
  if (!frames.frames.empty()) writer.put(frames.frames.back());
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

// The edge has a copy of the other member of the origin group, whose validators say nothing of this one.
bool is_about_other_member(const Passage& passage) {
  const auto told = passage.viewer_request.fields.get(tier_field::member);
  return told && (*told == "2") != (passage.member_of_answer() == Member::second);
}

http::Precondition precondition_of(const Passage& passage, const http::Validators& validators) {
  const http::Method method = passage.request().method;
  const http::Fields& request = passage.viewer_request.fields;
  if (passage.from_edge && is_about_other_member(passage)) return http::Precondition::proceed;
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

namespace {

http::BodyFraming framing_of(std::optional<ByteCount> told_bytes) {
  // BODY-4: what came without a length is replayed so.
  return told_bytes ? http::BodyFraming::of_length(*told_bytes) : http::BodyFraming::of_chunks();
}

void note_length(Passage& passage, const http::ResponseHead& head, http::BodyFraming framing) {
  note_head(passage, head, framing.kind == http::BodyFraming::length ? std::optional(framing.bytes) : std::nullopt);
}

bool sends_body(const Passage& passage, http::BodyFraming framing) {
  return passage.entry->body() && passage.request().method != http::Method::head && !framing.is_empty();
}

// False: the viewer left.
rt::Task<bool> send_head_alone(Passage& passage, const http::ResponseHead& head, http::BodyFraming framing) {
  passage.first_cursor.reset();
  co_return (co_await passage.exchange.start(head, framing)).has_value() &&
      (co_await passage.exchange.finish(nullptr)).has_value();
}

// All of the entry, as it is. This is what most requests get.
rt::Task<Next> send_whole(Passage& passage) {
  const cache::Entry& entry = *passage.entry;
  http::ResponseHead head;
  head.status = entry.status();
  take_fields(head, entry, goes_as_prepared(passage));
  add_own_fields(passage, head, entry.via(), age_to_tell(passage));
  const http::BodyFraming framing = framing_of(entry.content_bytes());
  note_length(passage, head, framing);
  if (!sends_body(passage, framing)) {
    passage.answer_failed = !co_await send_head_alone(passage, head, framing);
    co_return Next::step;
  }
  cache::BodyCursor cursor(entry.body());
  passage.first_cursor.reset();
  std::array<Slice, slices_at_once> slices;
  const bool is_there =
      framing.kind == http::BodyFraming::length && entry.body()->state() == cache::Body::State::complete;
  const auto content = std::span<const Slice>(slices).first(is_there ? cursor.peek(slices) : 0);
  if (is_there && bytes_of(content) == framing.bytes) {
    passage.answer_failed = !co_await passage.exchange.respond(head, content);
    co_return Next::step;
  }
  ContentWriter writer(passage, head, framing);
  passage.answer_failed = !(co_await writer.send(cursor) && (co_await passage.exchange.finish(nullptr)).has_value());
  co_return Next::step;
}

// What conditions and ranges make of the entry.
rt::Task<Next> send_chosen(Passage& passage) {
  const cache::Entry& entry = *passage.entry;
  const bool is_of_slices = is_sliced(passage);
  std::optional<ByteCount> complete = is_of_slices ? complete_of(entry) : entry.content_bytes();
  if (!complete && entry.body() && entry.body()->state() == cache::Body::State::complete) {
    complete = entry.body()->bytes();
  }
  const http::Validators validators = validators_of(entry);
  const http::Precondition precondition = precondition_of(passage, validators);
  http::PartsChoice choice;
  if (precondition == http::Precondition::proceed) choice = choose_parts_of(passage, validators, complete);
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
  const bool is_whole = precondition == http::Precondition::proceed && choice.kind == http::PartsChoice::whole;
  if (is_whole && !is_of_slices) co_return co_await send_whole(passage);

  http::ResponseHead head;
  take_fields(head, entry, false);
  if (is_of_slices) head.fields.remove(Name::content_range);
  http::BodyFraming framing = framing_of(is_of_slices ? complete : entry.content_bytes());
  http::Byteranges frames;
  if (precondition == http::Precondition::not_modified) {
    become_not_modified(head, passage.audience());
    framing = http::BodyFraming::no_body();
  } else if (choice.kind == http::PartsChoice::unsatisfiable) {
    head.status = 416;
    head.fields.set(Name::content_range, passage.arena.copy(http::content_range_of_unsatisfied(*complete)));
    framing = http::BodyFraming::of_length(0);
  } else if (choice.kind == http::PartsChoice::partial) {
    framing = become_partial(passage, head, choice.parts, *complete, frames);
  }
  add_own_fields(passage, head, entry.via(), age_to_tell(passage));
  note_length(passage, head, framing);
  if (!sends_body(passage, framing)) {
    passage.answer_failed = !co_await send_head_alone(passage, head, framing);
    co_return Next::step;
  }
  ContentWriter writer(passage, head, framing);
  if (is_of_slices) {
    if (choice.parts.empty()) choice.parts.push_back({0, *complete});
    passage.answer_failed = !co_await send_slices(passage, writer, choice.parts, frames);
  } else {
    passage.answer_failed = !co_await send_parts(passage, writer, choice.parts, frames);
  }
  co_return Next::step;
}

}  // namespace

rt::Task<Next> send_entry(Passage& passage) {
  // Only a success is conditional (RFC 9110 section 13.2.1).
  const bool is_chosen = passage.entry->status() == 200 && asks_for_less(passage.viewer_request.fields);
  return is_chosen || is_sliced(passage) ? send_chosen(passage) : send_whole(passage);
}

}  // namespace gust::proxy
