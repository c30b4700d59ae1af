// Public keys in PEM, as operators hand them in to have signatures checked.
//
// Source: RFC 7468 section 13 (PUBLIC KEY), RFC 5280 section 4.1.2.7.
// Shape:  pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace gust {

enum class PublicKeyKind : std::uint8_t {
  rsa,    // any length
  ecdsa,  // on any named curve
};

struct PublicKeyFacts {
  PublicKeyKind kind = PublicKeyKind::rsa;
  int bits = 0;  // of the modulus, or of the curve's field
  bool is_p256 = false;
};

// What is in `pem`: one block, BEGIN PUBLIC KEY, with nothing but white space around it. Nothing where it is no such
// key.
std::optional<PublicKeyFacts> read_public_key(std::string_view pem);

}  // namespace gust
