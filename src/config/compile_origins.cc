// Origins: ORIG-1, ORIG-3, ORIG-4, ORIG-5, ORIG-7, ORIG-8, URL-1, OHDR-5, OHDR-6, OAC-1 and OAC-3.
#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "base/text.h"
#include "config/compile_internal.h"
#include "config/extension_header.h"
#include "config/origin_name.h"

namespace gust::config {
namespace {

namespace model = aws::cloudfront;

constexpr std::array<std::string_view, 23> forbidden_headers = {"cache-control",
                                                                "connection",
                                                                "content-length",
                                                                "cookie",
                                                                "host",
                                                                "if-match",
                                                                "if-modified-since",
                                                                "if-none-match",
                                                                "if-range",
                                                                "if-unmodified-since",
                                                                "max-forwards",
                                                                "pragma",
                                                                "proxy-authorization",
                                                                "proxy-connection",
                                                                "range",
                                                                "request-range",
                                                                "te",
                                                                "trailer",
                                                                "transfer-encoding",
                                                                "upgrade",
                                                                "via",
                                                                "x-real-ip",
                                                                "expect"};

void compile_custom_headers(const model::CustomHeaders& headers, const Place& place, Origin& out) {
  std::set<std::string> names;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < headers.items.size(); ++i) {
    const auto& [name, value] = headers.items[i];
    const Place here = place.at(i);
    const std::string folded = to_lower(name);
    bytes += name.size() + value.size();
    here.in("HeaderName")
        .expect(is_token(name) && name.size() <= 256, "The header name is not a token of at most 256 characters.");
    here.in("HeaderName")
        .expect(std::ranges::find(forbidden_headers, folded) == forbidden_headers.end() &&
                    !folded.starts_with("x-amz-") && !folded.starts_with("x-edge-"),
                "The parameter HeaderName contains a header that is not allowed.");
    here.in("HeaderName").expect(names.insert(folded).second, "The header is named twice.");
    here.in("HeaderValue")
        .expect(is_field_value(value) && value.size() <= 1783,
                "The header value is longer than 1783 characters or holds some that are not allowed.");
    if (is_extension_header(folded)) {
      compile_extension_header(folded, value, here, out);
    } else {
      out.custom_headers.push_back({name, value});
    }
  }
  place.expect(bytes <= 10'240, "The names and values of the custom headers are longer than 10240 characters in all.");
}

bool is_port(std::int32_t port) { return port == 80 || port == 443 || (port >= 1024 && port <= 65535); }

void compile_read_timeout(std::optional<std::int32_t> timeout, const Place& place, Origin& out) {
  const std::int32_t read = timeout.value_or(30);
  place.in("OriginReadTimeout")
      .expect(read >= 1 && read <= 120, "The origin read timeout is from 1 to 120 seconds.",
              "InvalidOriginReadTimeout");
  out.read_timeout = std::chrono::seconds(read);
}

Origin::Protocol protocol_of(std::string_view policy, const Place& place) {
  if (policy == "https-only") return Origin::Protocol::https_only;
  if (policy == "match-viewer") return Origin::Protocol::match_viewer;
  place.expect(policy == "http-only", "The origin protocol policy is http-only, match-viewer or https-only.");
  return Origin::Protocol::http_only;
}

// TLS 1.3 goes with TLS 1.2: the API has no name for it. Without a list it is the one that the service fills in.
net::TlsVersions versions_of(const std::optional<model::OriginSslProtocols>& listed, Origin::Protocol protocol,
                             const Place& place) {
  net::TlsVersions versions{.tls_1_0 = true, .tls_1_1 = true, .tls_1_2 = true, .tls_1_3 = true};
  if (!listed) return versions;
  versions = {.tls_1_0 = false, .tls_1_1 = false, .tls_1_2 = false, .tls_1_3 = false};
  for (const std::string& name : listed->items) {
    versions.tls_1_0 = versions.tls_1_0 || name == "TLSv1";
    versions.tls_1_1 = versions.tls_1_1 || name == "TLSv1.1";
    versions.tls_1_2 = versions.tls_1_3 = versions.tls_1_2 || name == "TLSv1.2";
    place.expect(name == "SSLv3" || name == "TLSv1" || name == "TLSv1.1" || name == "TLSv1.2",
                 "The origin SSL protocols are SSLv3, TLSv1, TLSv1.1 and TLSv1.2.");
  }
  place.expect(!listed->items.empty(), "The parameter OriginSslProtocols lists at least one protocol.");
  place.expect(
      listed->items.empty() || !versions.is_none() || protocol == Origin::Protocol::http_only,
      "The origin SSL protocol SSLv3 alone is not provided by this release of Gustfront: no library that it is "
      "built with speaks it.");
  return versions;
}

void compile_custom(const model::CustomOriginConfig& custom, const Place& place, Origin& out) {
  out.kind = Origin::Kind::custom;
  place.in("HTTPPort").expect(is_port(custom.http_port), "A port is 80, 443 or from 1024 to 65535.");
  place.in("HTTPSPort").expect(is_port(custom.https_port), "A port is 80, 443 or from 1024 to 65535.");
  out.port = static_cast<std::uint16_t>(custom.http_port);
  out.https_port = static_cast<std::uint16_t>(custom.https_port);
  out.protocol = protocol_of(custom.origin_protocol_policy, place.in("OriginProtocolPolicy"));
  out.tls_versions = versions_of(custom.origin_ssl_protocols, out.protocol, place.in("OriginSslProtocols"));
  const std::string family = custom.ip_address_type.value_or("dualstack");
  place.in("IpAddressType")
      .expect(family == "ipv4" || family == "ipv6" || family == "dualstack",
              "The IP address type of an origin is ipv4, ipv6 or dualstack.");
  out.uses_ipv4 = family != "ipv6";
  out.uses_ipv6 = family != "ipv4";
  compile_read_timeout(custom.origin_read_timeout, place, out);
  const std::int32_t keepalive = custom.origin_keepalive_timeout.value_or(5);
  place.in("OriginKeepaliveTimeout")
      .expect(keepalive >= 1 && keepalive <= 120, "The origin keep-alive timeout is from 1 to 120 seconds.",
              "InvalidOriginKeepaliveTimeout");
  out.keepalive_timeout = std::chrono::seconds(keepalive);
}

void compile_name(const model::Origin& origin, const Place& place, Origin& out) {
  out.domain_name = origin.domain_name;
  out.bucket = bucket_in(origin.domain_name).value_or("");
  if (out.bucket.empty() && out.kind == Origin::Kind::custom) {
    out.bucket = website_bucket_in(origin.domain_name).value_or("");
  }
  place.expect(is_origin_name(origin.domain_name),
               "The parameter Origin DomainName is not a host name. It holds no scheme, port or path.",
               "InvalidOrigin");
  if (out.kind == Origin::Kind::bucket) {
    place.expect(!out.bucket.empty(), "The parameter Origin DomainName does not refer to a valid S3 bucket.");
  }
}

// OAC-1, OAC-3.
void compile_access(const model::Origin& origin, const PolicySet& policies, const Place& place, Origin& out) {
  const std::string control = origin.origin_access_control_id.value_or("");
  const std::string identity = origin.s3_origin_config ? origin.s3_origin_config->origin_access_identity : "";
  if (!control.empty() && !identity.empty()) {
    return place.tell(
        "An origin cannot contain both an origin access control (OAC) and an origin access identity (OAI).",
        "IllegalOriginAccessConfiguration");
  }
  if (!control.empty()) {
    const model::OriginAccessControlConfig* config = policies.origin_access_control(control);
    const Place here = place.in("OriginAccessControlId");
    if (config == nullptr) return here.tell("The origin access control is not valid.", "InvalidOriginAccessControl");
    here.expect(!website_bucket_in(origin.domain_name),
                "An origin access control is associated with an origin whose domain name is not supported.",
                "InvalidDomainNameForOriginAccessControl");
    if (config->signing_behavior == "never") return;
    out.access = OriginAccess{OriginAccess::Kind::control, control, config->signing_behavior == "no-override"};
  }
  if (!identity.empty()) {
    std::string_view id = identity;
    const bool is_path = id.starts_with(origin_access_identity_path);
    if (is_path) id.remove_prefix(origin_access_identity_path.size());
    place.in("S3OriginConfig")
        .in("OriginAccessIdentity")
        .expect(is_path && policies.has_origin_access_identity(std::string(id)),
                "The origin access identity is not valid or doesn't exist.", "InvalidOriginAccessIdentity");
    out.access = OriginAccess{OriginAccess::Kind::identity, std::string(id)};
  }
}

Origin compile_origin(const model::Origin& origin, const PolicySet& policies, const Place& place) {
  Origin out;
  out.id = origin.id;
  place.in("Id").expect(!origin.id.empty() && origin.id.size() <= 128, "An origin's Id has from 1 to 128 characters.");
  place.expect(origin.s3_origin_config.has_value() != origin.custom_origin_config.has_value(),
               "Exactly one of CustomOriginConfig and S3OriginConfig must be specified.");
  if (origin.s3_origin_config) {
    out.kind = Origin::Kind::bucket;
    out.protocol = Origin::Protocol::match_viewer;
    compile_read_timeout(origin.s3_origin_config->origin_read_timeout, place.in("S3OriginConfig"), out);
  }
  if (origin.custom_origin_config) compile_custom(*origin.custom_origin_config, place.in("CustomOriginConfig"), out);
  compile_name(origin, place.in("DomainName"), out);
  compile_access(origin, policies, place, out);

  out.path = origin.origin_path.value_or("");
  place.in("OriginPath")
      .expect(out.path.empty() || (out.path.starts_with('/') && !out.path.ends_with('/')),
              "An origin path begins with a slash and does not end with one.");
  place.in("OriginPath")
      .expect(is_visible_ascii(out.path, 255) && out.path.find_first_of("?#") == std::string::npos,
              "An origin path has at most 255 printable characters without space, `?` and `#`.");
  if (origin.custom_headers) compile_custom_headers(*origin.custom_headers, place.in("CustomHeaders"), out);

  out.connection_attempts = origin.connection_attempts.value_or(3);
  place.in("ConnectionAttempts")
      .expect(out.connection_attempts >= 1 && out.connection_attempts <= 3, "Connection attempts are from 1 to 3.");
  const std::int32_t timeout = origin.connection_timeout.value_or(10);
  place.in("ConnectionTimeout")
      .expect(timeout >= 1 && timeout <= 10, "The connection timeout is from 1 to 10 seconds.");
  out.connection_timeout = std::chrono::seconds(timeout);
  const Duration completion = std::chrono::seconds(origin.response_completion_timeout.value_or(0));
  place.in("ResponseCompletionTimeout")
      .expect(completion == Duration::zero() || (completion >= out.read_timeout && completion <= std::chrono::hours(1)),
              "The response completion timeout is not less than the origin read timeout, and at most 3600 seconds.");
  out.response_completion_timeout = completion;
  return out;
}

}  // namespace

std::vector<Origin> compile_origins(const model::Origins& origins, const PolicySet& policies, const Place& place) {
  std::vector<Origin> out;
  std::set<std::string_view> ids;
  place.expect(!origins.items.empty(), "A distribution has at least one origin.");
  for (std::size_t i = 0; i < origins.items.size(); ++i) {
    const model::Origin& origin = origins.items[i];
    place.at(i).in("Id").expect(ids.insert(origin.id).second, "Two origins have the same Id.");
    out.push_back(compile_origin(origin, policies, place.at(i)));
  }
  return out;
}

}  // namespace gust::config
