#include "proxy/write_through.h"

#include "base/arena.h"
#include "http/entity_tag.h"
#include "http/framing.h"
#include "proxy/passage.h"
#include "proxy/same_origin.h"
#include "proxy/storing.h"

namespace gust::proxy {
namespace {

using http::Name;

// What a request for `target` would have in its key (INV-4).
ByteView path_and_query_of(Passage& passage, ByteView target) {
  http::RequestHead request;
  request.set_target(target);
  const Route& route = passage.routes->match(*passage.distribution, request.path);
  const ByteView query = cache::select_query(route.key.query(), request.query, passage.arena);
  return query.empty() ? passage.arena.copy(request.path) : passage.arena.join({request.path, "?", query});
}

void invalidate(Passage& passage, ByteView path_and_query) {
  passage.core.node().cache().invalidate(passage.distribution->id, path_and_query);
}

// Every validator, and the length, that a HEAD's answer tells is the stored one's.
bool describes(const http::Fields& answer, const cache::Entry& stored) {
  const auto is_same = [&](Name name, ByteView value) {
    const auto told = answer.get(name);
    return !told || *told == value;
  };
  if (!is_same(Name::etag, stored.etag()) || !is_same(Name::last_modified, stored.last_modified())) return false;
  const auto length = http::read_content_length(answer, Side::origin);
  return length && (!*length || **length == stored.content_bytes().value_or(stored.body()->bytes()));
}

}  // namespace

void invalidate_by(Passage& passage, const http::ResponseHead& answer) {
  if (answer.status < 200 || answer.status >= 400) return;
  invalidate(passage, passage.keyed.key.path_and_query);
  passage.decision.note("RFC 9111 4.4");
  for (const Name name : {Name::location, Name::content_location}) {
    const auto reference = answer.fields.get(name);
    if (!reference) continue;
    const auto target = same_origin_target(passage.viewer_request, *reference, passage.arena);
    if (target) invalidate(passage, path_and_query_of(passage, *target));
  }
}

bool is_own_content_location(const Passage& passage, const http::ResponseHead& answer) {
  const auto reference = answer.fields.get(Name::content_location);
  if (!reference) return false;
  const auto target = same_origin_target(passage.viewer_request, *reference, passage.arena);
  return target == passage.viewer_request.target;
}

bool store_posted(Passage& passage, const http::RequestHead& sent, origin::Fetched& fetched) {
  const bool is_success = fetched.head().status >= 200 && fetched.head().status < 300;
  if (passage.request().method != http::Method::post || !is_success) return false;
  // One that has variants is not known well enough: a GET would have sent other fields.
  if (fetched.head().fields.has(Name::vary)) return false;
  if (judge(passage, sent, fetched.head()).verdict != cache::Storing::store) return false;
  passage.found = passage.core.node().cache().find_or_begin(passage.keyed.key, passage.core.loop().now());
  return passage.found.ticket && store(passage, sent, fetched);
}

void update_by_head(Passage& passage, const http::RequestHead& sent, const origin::Fetched& fetched) {
  const cache::EntryRef stored = passage.found.entry;
  if (!stored || Member{stored->origin_member()} != passage.member) return;
  if (stored->status() != 200 || stored->body()->state() != cache::Body::State::complete) return;
  // What this node has coded has a length, and a tag, that the origin's plain one does not have.
  if (stored->field(Name::content_encoding) && !fetched.head().fields.has(Name::content_encoding)) return;
  if (!describes(fetched.head().fields, *stored)) {
    invalidate(passage, passage.keyed.key.path_and_query);
    passage.decision.note("RFC 9111 4.3.5");
    return;
  }
  cache::Cache& cache = passage.core.node().cache();
  const cache::Demand any{.no_cache = true};
  cache::Lookup found = cache.find_or_begin(passage.key(), passage.core.loop().now(), &any);
  if (!found.ticket) return;
  if (found.ticket.stale() != stored) return found.ticket.give_up();
  http::RequestHead as_get = sent;
  as_get.method = http::Method::get;
  freshen(passage, as_get, fetched, found.ticket);
  passage.decision.note("RFC 9111 4.3.5");
}

bool confirms(const http::ResponseHead& not_modified, const cache::Entry& stale) {
  if (const auto told = not_modified.fields.get(Name::etag)) {
    const auto tag = http::read_entity_tag(*told);
    const auto stored = http::read_entity_tag(stale.etag());
    return tag && stored ? http::equal_weak(*tag, *stored) : *told == stale.etag();
  }
  const auto changed = not_modified.fields.get(Name::last_modified);
  return !changed || stale.last_modified().empty() || *changed == stale.last_modified();
}

}  // namespace gust::proxy
