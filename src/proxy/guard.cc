// The step `guard`: which behaviour a request meets, and whether that lets it pass.
//
// Source: PATH-1, GEO-1 to GEO-4, VPP-1 to VPP-4, METH-1 to METH-3, LIM-3.

#include "geo/locations.h"
#include "proxy/passage.h"
#include "proxy/steps.h"

namespace gust::proxy {
namespace {

// 0 for methods that no behaviour can allow.
std::uint8_t bit_of(http::Method method) {
  switch (method.known()) {
    case http::Method::get:
      return config::method_get;
    case http::Method::head:
      return config::method_head;
    case http::Method::options:
      return config::method_options;
    case http::Method::put:
      return config::method_put;
    case http::Method::post:
      return config::method_post;
    case http::Method::patch:
      return config::method_patch;
    case http::Method::delete_:
      return config::method_delete;
    default:
      return 0;
  }
}

// METH-3. A behaviour of the rfc9111 profile that allows all seven allows those that it cannot name too (RFC 9110
// section 16.1), which are passed on like POST.
bool is_allowed(const Passage& passage) {
  constexpr std::uint8_t all = config::method_get | config::method_head | config::method_options | config::method_put |
                               config::method_post | config::method_patch | config::method_delete;
  const http::Method method = passage.viewer_request.method;
  const std::uint8_t allowed = passage.match->behavior->allowed_methods;
  if (method == http::Method::other) return passage.match->ttl.is_rfc9111 && allowed == all;
  return (allowed & bit_of(method)) != 0;
}

bool is_get_or_head(http::Method method) { return method == http::Method::get || method == http::Method::head; }

bool has_content(const http::RequestHead& request) {
  const auto length = request.fields.get(http::Name::content_length);
  return request.fields.has(http::Name::transfer_encoding) ||
         (length && length->find_first_not_of('0') != ByteView::npos);
}

// GEO-1 to GEO-3. True if the request is answered. A node that knows no countries at all serves nobody here: the
// operator took away what the restriction was accepted by.
bool is_stopped_by_country(Passage& passage) {
  const config::GeoRestriction& geo = passage.distribution->geo;
  if (geo.kind == config::GeoRestriction::Kind::none) return false;
  const geo::Locations* locations = passage.core.locations();
  const bool knows_countries = locations != nullptr && locations->has_cities();
  if (knows_countries && !geo.refuses(locations->country_of(passage.exchange.peer()))) return false;
  passage.decision.note("GEO-3");
  passage.answer(403,
                 knows_countries
                     ? "The Amazon CloudFront distribution is configured to block access from your country."
                     : "The distribution is restricted by country, and this edge has no database of countries.",
                 "ClientGeoBlocked");
  return true;
}

// VPP-2: the same URL in https. Who came by the port of http (80, or one that leads to ours) finds https at its own
// too; who named a port is sent to the one where this edge speaks TLS.
ByteView https_url_of(const Passage& passage) {
  const http::RequestHead& request = passage.viewer_request;
  const std::uint16_t port = passage.core.node().https_port();
  const bool names_port = request.authority.size() > request.host.size();
  if (!names_port || port == 0 || port == 443) return passage.arena.join({"https://", request.host, request.target});
  const std::string text = std::to_string(port);
  return passage.arena.join({"https://", request.host, ":", text, request.target});
}

// VPP-2 to VPP-4. True if the request is answered.
bool is_stopped_by_protocol(Passage& passage) {
  const http::RequestHead& request = passage.viewer_request;
  const auto policy = passage.match->behavior->viewer_protocol_policy;
  if (request.scheme == http::Scheme::https || policy == config::ViewerProtocolPolicy::allow_all) return false;
  const bool may_redirect = is_get_or_head(request.method) || request.version != http::Version::http_1_0;
  if (policy == config::ViewerProtocolPolicy::redirect_to_https && may_redirect) {
    passage.decision.note("VPP-2");
    passage.own = {.status = static_cast<std::uint16_t>(is_get_or_head(request.method) ? 301 : 307),
                   .log_detail = {},
                   .reason = {},
                   .location = https_url_of(passage)};
    passage.result = observe::ResultType::redirect;
    return true;
  }
  passage.decision.note("VPP-4");
  passage.answer(403, "This path is served over HTTPS only.", "InvalidRequestBlocked");
  return true;
}

}  // namespace

Next guard(Passage& passage) {
  const http::RequestHead& request = passage.viewer_request;
  const config::Distribution& distribution = *passage.distribution;
  passage.match = passage.from_edge ? &passage.routes->find(distribution, passage.pattern_of_edge, request.path)
                                    : &passage.routes->match(distribution, request.path);
  if (passage.from_edge) return Next::step;  // the edge has seen to the rest

  if (is_stopped_by_country(passage)) return Next::respond;
  if (is_stopped_by_protocol(passage)) return Next::respond;
  if (!is_allowed(passage)) {
    passage.decision.note("METH-3");
    passage.answer(403, "This distribution is not configured to allow the HTTP request method that was used.",
                   "InvalidRequestMethod");
    return Next::respond;
  }
  if (is_get_or_head(request.method) && has_content(request)) {
    passage.decision.note("LIM-3");
    passage.answer(403, "A GET request must not have a body.", "InvalidRequest");
    return Next::respond;
  }
  return Next::step;
}

}  // namespace gust::proxy
