#include "origin/target.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

#include "base/text.h"
#include "http/authority.h"
#include "http/framing.h"
#include "http/head_parser.h"

namespace gust::origin {

bool is_secure(const OriginTarget& target, http::Scheme scheme) {
  return target.protocol == OriginProtocol::https ||
         (target.protocol == OriginProtocol::match && scheme == http::Scheme::https);
}

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
    if (!target.uses_ipv4) key.append("\nipv6");
    if (!target.uses_ipv6) key.append("\nipv4");
    return key;
  }
  key = target.tenant + '\n';
  key += "trusted";
  for (const rt::Endpoint& endpoint : target.trusted_endpoints) key.append("\n").append(rt::endpoint_text(endpoint));
  return key;
}

std::string pool_key_of(const OriginTarget& target, const http::RequestHead& request) {
  std::string key = pool_key_of(target);
  if (request.scheme != http::Scheme::https) return key;
  const OriginNames names = names_of(target, request);
  const net::TlsVersions& versions = target.secure.versions;
  key.append("\ntls ").append(std::to_string(target.secure.port));
  for (const bool speaks : {versions.tls_1_0, versions.tls_1_1, versions.tls_1_2, versions.tls_1_3}) {
    key.push_back(speaks ? '+' : '-');
  }
  return key.append("\n").append(names.asked);
}

OriginNames names_of(const OriginTarget& target, const http::RequestHead& request) {
  OriginNames names{.origin = to_lower(target.host), .asked = {}};
  const auto authority = http::read_authority(request.authority, Side::own);
  ByteView asked = authority ? authority->host : ByteView();
  if (asked.starts_with('[') && asked.ends_with(']')) asked = asked.substr(1, asked.size() - 2);
  names.asked = asked.empty() ? names.origin : to_lower(asked);
  return names;
}

Result<http::RequestHead> make_origin_request(const OriginTarget& target, const http::RequestHead& viewer,
                                              Arena& arena) {
  http::RequestHead request = viewer;
  const bool secure = is_secure(target, viewer.scheme);
  request.scheme = secure ? http::Scheme::https : http::Scheme::http;
  request.version = http::Version::http_1_1;
  if (!target.path.empty()) request.set_target(arena.join({target.path, viewer.target}));
  // `*` asks about the server and stands alone (RFC 9112 section 3.2.4).
  if (!http::is_valid_target(request.target)) {
    return fail(Errc::bad_target, "the origin path and the request's give no valid target");
  }
  const std::string& host_header = secure ? target.secure.host_header : target.host_header;
  if (!host_header.empty()) request.authority = host_header;
  http::remove_hop_by_hop(request.fields);
  for (const CustomHeader& header : target.custom_headers) {
    request.fields.set(http::NameRef(ByteView(header.name)), header.value);
  }
  return request;
}

}  // namespace gust::origin
