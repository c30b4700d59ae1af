#include "proxy/forward.h"

#include "base/arena.h"
#include "base/text.h"
#include "http/conditional.h"
#include "http/field_values.h"
#include "http/framing.h"
#include "proxy/websocket.h"

namespace gust::proxy {
namespace {

using http::Name;

constexpr ByteView cdn_name = "gustfront";

// Section 8's rows that no policy can change: never sent on as the viewer sent them.
bool is_never_forwarded(Name name) {
  if (http::is_hop_by_hop(name)) return true;
  switch (name) {
    case Name::expect:
    case Name::host:
    case Name::via:
    case Name::x_forwarded_for:
    case Name::x_amz_cf_id:
    case Name::cookie:
    case Name::accept_encoding:
    case Name::user_agent:
    case Name::x_forwarded_proto:
      return true;
    default:
      return false;
  }
}

// Rows that say "forward" whatever the settings.
bool is_always_forwarded(Name name) {
  switch (name) {
    case Name::cache_control:
    case Name::content_length:
    case Name::pragma:
    case Name::max_forwards:
      return true;
    default:
      return false;
  }
}

// Names that are ours to give: a viewer's own are dropped (X-Edge-* and X-Real-IP of the table, and what our tiers say
// to each other). Of the headers of CFH-1 those stay that an edge of ours has added.
bool is_reserved(ByteView name, const Route& route, const ForwardFacts& facts) {
  if (config::is_viewer_header_name(name)) return !facts.from_edge && !route.viewer_headers.has(name);
  return starts_with_fold(name, "x-edge-") || starts_with_fold(name, "gust-") || equal_fold(name, "x-real-ip");
}

bool is_dropped_by_default(Name name) {
  switch (name) {
    case Name::accept:
    case Name::accept_charset:
    case Name::accept_language:
    case Name::referer:
      return true;
    default:
      return false;
  }
}

// The rest of section 8's table: what a header's fate is when no policy names it.
bool is_forwarded_by_default(const http::Field& field, const http::RequestHead& request, const Route& route,
                             const ForwardFacts& facts) {
  if (is_always_forwarded(field.known)) return true;
  if (facts.from_edge) return true;  // the edge has decided
  const bool reads = request.method == http::Method::get || request.method == http::Method::head;
  const bool tells_of_body = field.known == Name::content_type || field.known == Name::content_encoding;
  if (tells_of_body && !reads) return true;
  if (field.known == Name::authorization) return !reads && !facts.is_cacheable;
  if (http::is_condition_or_range(field.known)) return true;
  if (equal_fold(field.name, "X-HTTP-Method-Override")) return false;
  return route.is_legacy && !facts.is_cacheable && !is_dropped_by_default(field.known);
}

ByteView forwarded_for(const http::RequestHead& request, const ForwardFacts& facts, Arena& arena) {
  const auto before = request.fields.combined(Name::x_forwarded_for, arena);
  if (facts.from_edge) return before.value_or(ByteView());
  if (!before || before->empty()) return facts.viewer_address;
  return arena.join({*before, ", ", facts.viewer_address});  // OHDR-2
}

}  // namespace

http::RequestHead forward_request(const http::RequestHead& request, const Route& route, const ForwardFacts& facts,
                                  Arena& arena) {
  http::RequestHead head;
  head.method = request.method;
  head.scheme = request.scheme;            // ORIG-1
  head.version = http::Version::http_1_1;  // OHDR-3
  const ByteView query = cache::select_query(route.query, request.query, arena);
  head.set_target(query.empty() ? request.path : arena.join({request.path, "?", query}));

  if (facts.is_websocket) head.upgrade = "websocket";
  for (const http::Field& field : request.fields) {
    if (facts.is_websocket && is_of_websocket(field.name)) {
      head.fields.add(field);
      continue;
    }
    if (is_never_forwarded(field.known) || is_reserved(field.name, route, facts)) continue;
    if (!facts.keeps_conditions && http::is_condition_or_range(field.known)) continue;
    if (route.sends_header(field.name) || is_forwarded_by_default(field, request, route, facts)) head.fields.add(field);
  }

  // The headers that have rules of their own.
  if (facts.from_edge || route.sends_header("host")) head.authority = request.authority;
  const auto user_agent = request.fields.get(Name::user_agent);
  const bool keeps_agent = facts.from_edge || route.sends_header("user-agent");
  if (!keeps_agent) head.fields.add(Name::user_agent, "Amazon CloudFront");
  if (keeps_agent && user_agent) head.fields.add(Name::user_agent, *user_agent);
  if (route.key.has_codings()) {
    const auto codings = cache::normalise_accept_encoding(request, route.key);
    if (!codings.to_origin.empty()) head.fields.add(Name::accept_encoding, codings.to_origin);
  } else if (route.sends_header("accept-encoding")) {  // AE-4, AE-6
    if (const auto sent = request.fields.combined(Name::accept_encoding, arena)) {
      head.fields.add(Name::accept_encoding, *sent);
    }
  }
  if (const ByteView cookies = cache::select_cookies(route.cookies, request, arena); !cookies.empty()) {
    head.fields.add(Name::cookie, cookies);
  }
  if (const ByteView chain = forwarded_for(request, facts, arena); !chain.empty()) {
    head.fields.add(Name::x_forwarded_for, chain);
  }
  const ByteView own_via = arena.join({http::number_of(request.version), " ", facts.via_name, " (CloudFront)"});
  const auto via = request.fields.combined(Name::via, arena);
  head.fields.add(Name::via, via ? arena.join({*via, ", ", own_via}) : own_via);
  head.fields.add(Name::x_amz_cf_id, facts.request_id);
  if (!facts.from_edge) {
    const auto loop = request.fields.combined("CDN-Loop", arena);
    head.fields.set("CDN-Loop", loop ? arena.join({*loop, ", ", cdn_name}) : cdn_name);
  }
  return head;
}

std::size_t loops_of(const http::Fields& fields, Arena& arena) {
  static const http::NameRef loop_name("CDN-Loop");  // looked up once
  const auto value = fields.combined(loop_name, arena);
  if (!value) return 0;
  std::size_t loops = 0;
  http::ListReader list(*value);
  while (const auto element = list.next()) {
    if (equal_fold(trim(cut(*element, ';').before), cdn_name)) ++loops;
  }
  return loops;
}

}  // namespace gust::proxy
