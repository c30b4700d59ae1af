// Field names: the ones this program knows, as small numbers, so that a lookup compares a byte and not a text.
//
// Source: RFC 9110 section 5.1 (names are tokens without case); the IANA field name registry for the spellings.
// Shape:  a name that is not listed is Name::other and is compared as text, without case.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"

namespace gust::http {

// X(enumerator, spelling as we write it)
#define GUST_HTTP_FIELD_NAMES(X)                                          \
  X(accept, "Accept")                                                     \
  X(accept_charset, "Accept-Charset")                                     \
  X(accept_encoding, "Accept-Encoding")                                   \
  X(accept_language, "Accept-Language")                                   \
  X(accept_ranges, "Accept-Ranges")                                       \
  X(access_control_allow_credentials, "Access-Control-Allow-Credentials") \
  X(access_control_allow_headers, "Access-Control-Allow-Headers")         \
  X(access_control_allow_methods, "Access-Control-Allow-Methods")         \
  X(access_control_allow_origin, "Access-Control-Allow-Origin")           \
  X(access_control_expose_headers, "Access-Control-Expose-Headers")       \
  X(access_control_max_age, "Access-Control-Max-Age")                     \
  X(access_control_request_headers, "Access-Control-Request-Headers")     \
  X(access_control_request_method, "Access-Control-Request-Method")       \
  X(age, "Age")                                                           \
  X(allow, "Allow")                                                       \
  X(alt_svc, "Alt-Svc")                                                   \
  X(authorization, "Authorization")                                       \
  X(cache_control, "Cache-Control")                                       \
  X(cache_status, "Cache-Status")                                         \
  X(connection, "Connection")                                             \
  X(content_disposition, "Content-Disposition")                           \
  X(content_encoding, "Content-Encoding")                                 \
  X(content_language, "Content-Language")                                 \
  X(content_length, "Content-Length")                                     \
  X(content_location, "Content-Location")                                 \
  X(content_md5, "Content-MD5")                                           \
  X(content_range, "Content-Range")                                       \
  X(content_security_policy, "Content-Security-Policy")                   \
  X(content_type, "Content-Type")                                         \
  X(cookie, "Cookie")                                                     \
  X(date, "Date")                                                         \
  X(early_data, "Early-Data")                                             \
  X(etag, "ETag")                                                         \
  X(expect, "Expect")                                                     \
  X(expires, "Expires")                                                   \
  X(forwarded, "Forwarded")                                               \
  X(from, "From")                                                         \
  X(gust_explain, "Gust-Explain")                                         \
  X(host, "Host")                                                         \
  X(http2_settings, "HTTP2-Settings")                                     \
  X(if_match, "If-Match")                                                 \
  X(if_modified_since, "If-Modified-Since")                               \
  X(if_none_match, "If-None-Match")                                       \
  X(if_range, "If-Range")                                                 \
  X(if_unmodified_since, "If-Unmodified-Since")                           \
  X(keep_alive, "Keep-Alive")                                             \
  X(last_modified, "Last-Modified")                                       \
  X(link, "Link")                                                         \
  X(location, "Location")                                                 \
  X(max_forwards, "Max-Forwards")                                         \
  X(origin, "Origin")                                                     \
  X(pragma, "Pragma")                                                     \
  X(proxy_authenticate, "Proxy-Authenticate")                             \
  X(proxy_authentication_info, "Proxy-Authentication-Info")               \
  X(proxy_authorization, "Proxy-Authorization")                           \
  X(proxy_connection, "Proxy-Connection")                                 \
  X(range, "Range")                                                       \
  X(referer, "Referer")                                                   \
  X(referrer_policy, "Referrer-Policy")                                   \
  X(request_range, "Request-Range")                                       \
  X(retry_after, "Retry-After")                                           \
  X(server, "Server")                                                     \
  X(set_cookie, "Set-Cookie")                                             \
  X(strict_transport_security, "Strict-Transport-Security")               \
  X(te, "TE")                                                             \
  X(trailer, "Trailer")                                                   \
  X(transfer_encoding, "Transfer-Encoding")                               \
  X(upgrade, "Upgrade")                                                   \
  X(user_agent, "User-Agent")                                             \
  X(vary, "Vary")                                                         \
  X(via, "Via")                                                           \
  X(warning, "Warning")                                                   \
  X(www_authenticate, "WWW-Authenticate")                                 \
  X(x_amz_cf_id, "X-Amz-Cf-Id")                                           \
  X(x_amz_cf_pop, "X-Amz-Cf-Pop")                                         \
  X(x_amz_content_sha256, "X-Amz-Content-Sha256")                         \
  X(x_amz_date, "X-Amz-Date")                                             \
  X(x_amz_id_2, "X-Amz-Id-2")                                             \
  X(x_amz_request_id, "X-Amz-Request-Id")                                 \
  X(x_cache, "X-Cache")                                                   \
  X(x_content_type_options, "X-Content-Type-Options")                     \
  X(x_forwarded_for, "X-Forwarded-For")                                   \
  X(x_forwarded_host, "X-Forwarded-Host")                                 \
  X(x_forwarded_proto, "X-Forwarded-Proto")                               \
  X(x_frame_options, "X-Frame-Options")                                   \
  X(x_xss_protection, "X-XSS-Protection")

enum class Name : std::uint8_t {
  other,
#define X(enumerator, spelling) enumerator,
  GUST_HTTP_FIELD_NAMES(X)
#undef X
      count_
};
inline constexpr std::size_t name_count = static_cast<std::size_t>(Name::count_);

inline constexpr std::array<ByteView, name_count> name_spellings = {"",
#define X(enumerator, spelling) spelling,
                                                                    GUST_HTTP_FIELD_NAMES(X)
#undef X
};

// The known name spelt `text` in any case, or Name::other. `text` is a token.
Name known_name(ByteView text);
// The spelling above; empty for Name::other. `name` is one of the enumerators but count_.
constexpr ByteView text_of(Name name) { return name_spellings[static_cast<std::size_t>(name)]; }

// A name to look for or to add: a known one, or text that is looked up once.
struct NameRef {
  // NOLINTBEGIN(google-explicit-constructor): both spell the same thing at every call
  NameRef(Name known_one) : known(known_one), text(text_of(known_one)) {}
  NameRef(ByteView any) : known(known_name(any)), text(any) {}
  NameRef(const char* any) : NameRef(ByteView(any)) {}
  // NOLINTEND(google-explicit-constructor)
  Name known;
  ByteView text;
};

}  // namespace gust::http
