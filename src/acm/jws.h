// JWS: signed requests to an ACME server, by an account's key on P-256.
//
// Source: RFC 7515 (flattened JSON), RFC 7518 (ES256, HS256), RFC 7638 (thumbprints), RFC 8555
// sections 6.2, 7.3.4, 8.1. Shape:  pure functions; keys in PEM.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace gust::acm {

std::string base64url_of(ByteView bytes);  // RFC 4648 section 5, without padding
// fails: nothing where it is something else
std::optional<std::string> bytes_of_base64url(std::string_view text);

// The account's public key as a JSON text, its members in the order of RFC 7638.
//   fails  bad_syntax: no key on P-256
Result<std::string> jwk_of(ByteView key_pem);

// What stands behind the token in the answer to a challenge. fails: bad_syntax
Result<std::string> thumbprint_of(ByteView key_pem);

struct JwsHead {
  std::string url, nonce;
  std::string account_url;  // "kid"; empty: the key itself stands in the head, as a new account needs
};

// `payload` signed; an empty one is POST-as-GET. fails: bad_syntax, bug (the library)
Result<std::string> sign_jws(ByteView key_pem, const JwsHead& head, std::string_view payload);

// What binds a new account to one that the server's operator knows. fails: bad_syntax
Result<std::string> sign_binding(ByteView account_key_pem, const std::string& key_id, ByteView mac_key,
                                 const std::string& url);

}  // namespace gust::acm
