#include "proxy/error_page.h"

#include <array>
#include <memory>

#include "base/text.h"
#include "proxy/passage.h"
#include "proxy/steps.h"

namespace gust::proxy {
namespace {

using http::Name;

std::uint16_t status_of_answer(const Passage& passage) {
  if (passage.entry) return passage.entry->status();
  return passage.fetched ? passage.fetched->head().status : passage.own.status;
}

// CER-5: an own 503, or a parent tier's, means that there is no room (origin/failure.h).
bool is_out_of_room(const Passage& passage, std::uint16_t status) {
  return status == 503 && !passage.entry && !passage.fetched;
}

// What a viewer's request says of the object that failed, or of its own body.
bool is_about_other_object(const http::Field& field) {
  switch (field.known) {
    case Name::range:
    case Name::request_range:
    case Name::expect:
    case Name::transfer_encoding:
    case Name::upgrade:
      return true;
    default:
      return starts_with_fold(field.name, "if-") || starts_with_fold(field.name, "content-") ||
             starts_with_fold(field.name, "sec-websocket-");
  }
}

http::RequestHead page_request(const Passage& failed, const config::ErrorPage& page) {
  http::RequestHead head = failed.viewer_request;
  if (head.method != http::Method::head) head.method = http::Method::get;
  head.set_target(page.path);
  head.fields.remove_if(is_about_other_object);
  return head;
}

// Reads an error's body that no viewer gets, so that it comes in whole and the error is kept (ERR-4, ERR-7).
rt::Task<void> read_along(cache::BodyRef body, std::unique_ptr<cache::BodyCursor> cursor, ByteCount bytes_max) {
  std::array<Slice, 16> slices;
  while (!cursor->at_end() && cursor->position() < bytes_max) {
    if (!co_await cursor->wait(never)) co_return;
    ByteCount bytes = 0;
    for (const Slice& slice : std::span(slices.data(), cursor->peek(slices))) bytes += slice.size();
    cursor->advance(bytes);
  }
}

// Lets go of the error's answer: its connection may be the only one there is.
rt::Task<void> drop_answer(Passage& failed) {
  NodeCore& core = failed.core;
  if (failed.sending) {
    failed.sending->cancel();
    co_await failed.sending->join();
  }
  if (failed.first_cursor && failed.entry->body()->state() == cache::Body::State::filling) {
    const cache::BodyRef& body = failed.entry->body();
    core.background().spawn(
        read_along(body, std::make_unique<cache::BodyCursor>(body), core.node().settings().abandoned_rest_max));
  }
  failed.first_cursor.reset();
  failed.fetched.reset();
}

// What the log and the decision record say of the request.
void note_page(Passage& failed, const Passage& page) {
  if (failed.detail.empty()) failed.detail = page.detail;
  failed.status = page.status;
  failed.content_type = failed.arena.copy(page.content_type);
  failed.content_length = page.content_length;
  failed.answer_failed = page.answer_failed;
  for (const observe::TierVisit& visit : page.decision.tiers.items()) failed.decision.tiers.add(visit);
}

}  // namespace

const config::ErrorPage* find_error_page(const Passage& passage, std::uint16_t status) {
  const bool may_have_one = status >= 400 && passage.match != nullptr && passage.is_edge() &&
                            !passage.is_error_page() && !passage.exchange.facts().viewer_left;
  if (!may_have_one || is_out_of_room(passage, status)) return nullptr;
  return passage.match->error_page(status, passage.member_of_answer());
}

const config::ErrorPage* find_error_page(const Passage& passage) {
  return find_error_page(passage, status_of_answer(passage));
}

rt::Task<void> send_error_page(Passage& failed, const config::ErrorPage& page) {
  co_await drop_answer(failed);
  failed.result = observe::ResultType::error;  // CER-6, also where the viewer is told 200
  failed.decision.note("CER-2");
  const http::RequestHead request = page_request(failed, page);
  Passage passage(failed, request, page.status);
  passage.match = &passage.routes->match(*passage.distribution, request.path);
  key(passage);
  if (lookup(passage) == Next::step) co_await fetch(passage);
  co_await respond(passage);
  if (passage.status != page.status) failed.decision.note("CER-4");
  note_page(failed, passage);
}

}  // namespace gust::proxy
