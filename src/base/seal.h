// Seal: secrets that have to be read again (SigV4 needs them plain, a handshake its key) are kept encrypted, by a key
// that lies elsewhere.
//
// Source: NIST SP 800-38D (AES-256-GCM).
// Limits: secrets of 16 KiB.
// Shape:  base64 of 12 random bytes, the ciphertext and 16 bytes of tag. The name of the secret is authenticated with
//         it, so that a sealed secret cannot stand in for another.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace gust {

class Seal {
 public:
  static constexpr std::size_t key_bytes = 32;
  static constexpr std::size_t nonce_bytes = 12;

  // `key` has key_bytes.
  explicit Seal(std::string key) : key_(std::move(key)) {}

  // `nonce` has nonce_bytes that were never used before. fails: bug (the library, a longer secret)
  Result<std::string> close(std::string_view name, std::string_view secret, ByteView nonce) const;
  // fails: corrupt: another key, another name, or not what was sealed
  Result<std::string> open(std::string_view name, std::string_view sealed) const;

 private:
  std::string key_;
};

}  // namespace gust
