#include "proxy/stored_head.h"

#include <algorithm>

#include "base/arena.h"
#include "base/date.h"
#include "base/text.h"
#include "http/field_values.h"
#include "http/framing.h"
#include "proxy/routes.h"

namespace gust::proxy {
namespace {

using http::Name;

bool is_dropped(const http::Field& field, const Route& route) {
  switch (field.known) {
    case Name::trailer:
    case Name::upgrade:
    case Name::x_cache:
    case Name::x_amz_cf_id:
    case Name::x_amz_cf_pop:
      return true;
    case Name::set_cookie:
      return !route.forwards_cookies && !route.ttl.is_rfc9111;  // HDR-2, HDR-4; RFC 9111 section 7.3
    case Name::x_amz_id_2:
    case Name::x_amz_request_id:
      return route.hides_bucket_fields;  // HDR-3
    default:
      return starts_with_fold(field.name, "gust-");
  }
}

// VARY-2. Empty where nothing is left.
ByteView kept_vary(ByteView vary, const Route& route, Arena& arena) {
  const bool has_device = route.viewer_headers.has_device();
  // Each name costs at most its own bytes, a comma of the origin's and a space.
  const MutableBytes room = arena.bytes(2 * vary.size() + 2);
  char* at = room.data();
  http::ListReader names(vary);
  while (const auto name = names.next()) {
    const bool keeps = equal_fold(*name, "Accept-Encoding") || equal_fold(*name, "Cookie") ||
                       (has_device && equal_fold(*name, "User-Agent")) || route.sends_header(*name);
    if (!keeps) continue;
    if (at != room.data()) at = std::copy_n(", ", 2, at);
    at = std::copy(name->begin(), name->end(), at);
  }
  return {room.data(), static_cast<std::size_t>(at - room.data())};
}

}  // namespace

http::ResponseHead make_stored_head(const http::ResponseHead& from, const Route& route, Audience audience, WallTime now,
                                    Arena& arena) {
  http::ResponseHead head;
  head.status = from.status;
  head.reason = from.reason;
  // VARY-2 is the service's; by RFC 9111 those behind go by it too.
  const bool shows_vary = audience == Audience::edge || route.ttl.is_rfc9111;
  for (const http::Field& field : from.fields) {
    if (!is_dropped(field, route) && (shows_vary || field.known != Name::vary)) head.fields.add(field);
  }
  http::remove_hop_by_hop(head.fields);
  if (const auto vary = from.fields.combined(Name::vary, arena); vary && !shows_vary) {
    if (const ByteView kept = kept_vary(*vary, route, arena); !kept.empty()) head.fields.add(Name::vary, kept);
  }
  if (!head.fields.has(Name::date)) head.fields.add(Name::date, arena.copy(http_date_of(now)));
  if (head.status != 304 && !head.fields.has(Name::server)) head.fields.add(Name::server, "CloudFront");
  return head;
}

}  // namespace gust::proxy
