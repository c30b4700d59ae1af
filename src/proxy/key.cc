// The step `key`: the default root object, and the cache key with what it forwards.
//
// Source: URL-2, URL-3, KEY-1 to KEY-7, CFH-1, METH-2, TTL-9, KEY-11, ORIG-10.

#include "http/framing.h"
#include "proxy/passage.h"
#include "proxy/steps.h"
#include "proxy/websocket.h"

namespace gust::proxy {
namespace {

// RFC 9111 sections 4.4 and 5.2.1.5.
void apply_rfc9111(Passage& passage) {
  passage.demand = cache::read_demand(passage.viewer_request.fields);
  passage.is_cacheable = passage.is_cacheable && !passage.demand.no_store;
  passage.is_unsafe = passage.match->caches && !passage.request().method.is_safe();
  if (passage.demand.no_store) passage.decision.note("RFC 9111 5.2.1.5");
  if (passage.is_unsafe) passage.decision.lookup = observe::Lookup::method;
}

}  // namespace

Next key(Passage& passage) {
  const Route& match = *passage.match;
  if (passage.has_explain_field) {
    passage.change_request().fields.remove(http::Name::gust_explain);  // no policy puts it into a key
  }
  // RFC 9110 section 7.6.1. Before the key is made: what is not sent on must not be in it.
  if (passage.request().fields.has(http::Name::connection)) http::remove_hop_by_hop(passage.change_request().fields);
  if (!passage.from_edge && !match.viewer_headers.empty()) {
    const ViewerFacts facts{passage.viewer_request, passage.exchange.peer(), passage.core.locations(),
                            passage.exchange.tls(), passage.exchange.facts().is_on_used_connection};
    match.viewer_headers.add_to(passage.change_request().fields, facts, passage.arena);
  }
  const std::string& root = passage.distribution->default_root_object;
  if (!passage.from_edge && !root.empty() && passage.request().path == "/") {
    const ByteView mark = passage.request().has_query ? "?" : "";
    passage.change_request().set_target(passage.arena.join({"/", root, mark, passage.request().query}));
    passage.decision.note("URL-2");
  }

  const http::Method method = passage.request().method;
  const bool is_cached_method =
      method == http::Method::get || method == http::Method::head ||
      (method == http::Method::options && (match.behavior->cached_methods & config::method_options) != 0);
  // What is in a body is in no key: an answer that may depend on it is not stored.
  const bool has_body = !passage.request_framing().is_empty();
  passage.is_websocket = asks_for_websocket(passage.viewer_request);
  passage.is_cacheable = match.caches && is_cached_method && !has_body && !passage.is_websocket;
  if (match.ttl.is_rfc9111) apply_rfc9111(passage);
  if (!passage.is_cacheable && !passage.is_unsafe) {
    passage.decision.lookup = match.caches && !passage.is_websocket ? observe::Lookup::method : observe::Lookup::bypass;
    return Next::step;
  }
  passage.keyed = cache::make_key(match.key, passage.distribution->id, passage.request(),
                                  passage.core.node().cache().seed(), passage.arena);
  return Next::step;
}

}  // namespace gust::proxy
