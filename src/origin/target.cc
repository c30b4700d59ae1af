#include "origin/target.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

#include "base/text.h"
#include "http/framing.h"
#include "http/head_parser.h"

namespace gust::origin {

// Tenants and host names have no line feed, so that no two targets have the same key by their spelling.
std::string pool_key_of(const OriginTarget& target) {
  std::string key;
  if (target.trusted_endpoints.empty()) {
    std::array<char, 5> port{};
    const char* const port_end = std::to_chars(port.data(), port.data() + port.size(), target.port).ptr;
    key.reserve(target.tenant.size() + target.host.size() + 2 + port.size());
    key.append(target.tenant).push_back('\n');
    key.append(target.host);
    const auto host = std::span(key).last(target.host.size());
    std::ranges::transform(host, host.begin(), lower);
    key.append(1, ':').append(port.data(), static_cast<std::size_t>(port_end - port.data()));
    return key;
  }
  key = target.tenant + '\n';
  key += "trusted";
  for (const rt::Endpoint& endpoint : target.trusted_endpoints) key.append("\n").append(rt::endpoint_text(endpoint));
  return key;
}

Result<http::RequestHead> make_origin_request(const OriginTarget& target, const http::RequestHead& viewer,
                                              Arena& arena) {
  http::RequestHead request = viewer;
  request.scheme = http::Scheme::http;
  request.version = http::Version::http_1_1;
  if (!target.path.empty()) request.set_target(arena.join({target.path, viewer.target}));
  // `*` asks about the server and stands alone (RFC 9112 section 3.2.4).
  if (!http::is_valid_target(request.target)) {
    return fail(Errc::bad_target, "the origin path and the request's give no valid target");
  }
  if (!target.host_header.empty()) request.authority = target.host_header;
  http::remove_hop_by_hop(request.fields);
  for (const CustomHeader& header : target.custom_headers) {
    request.fields.set(http::NameRef(ByteView(header.name)), header.value);
  }
  return request;
}

}  // namespace gust::origin
