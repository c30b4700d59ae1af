// Certificate: a chain with its private key, as a TLS server shows it.
//
// Source: RFC 5280, RFC 7468 (PEM), RFC 6066 section 8 (OCSP staples); CLOUDFRONT.md DIST-3, TLS-4; SECURITY.md "TLS".
// Shape:  immutable, but for its staple; shared by all cores and by every site that uses it. It keeps its PEM, so that
//         another TLS library can load the same.
// Rule:   the key's bytes are wiped with it and never told to anyone but a TLS library.
// Core:   any.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"

namespace gust::net {

enum class KeyKind : std::uint8_t { rsa, ecdsa };

// True where `pattern`, a name or a wildcard for exactly one label ("*.example.com"), covers `name` (RFC 6125 section
// 6.4.3, DIST-3). Without regard to case.
bool covers_name(std::string_view pattern, std::string_view name);

class Certificate {
 public:
  ~Certificate();
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;

  // The DNS names it is for, lower case, wildcards among them; the subject's common name only where there is no other.
  const std::vector<std::string>& names() const { return names_; }
  bool covers(std::string_view name) const;
  WallTime not_before() const { return not_before_; }
  WallTime not_after() const { return not_after_; }
  KeyKind key_kind() const { return key_kind_; }
  int key_bits() const { return key_bits_; }

  ByteView chain_pem() const { return chain_pem_; }  // the certificate itself first
  ByteView key_pem() const { return key_pem_; }

  // The answer of the certificate's OCSP responder in DER, to be shown in handshakes; null: none (TLS-4).
  void set_staple(std::shared_ptr<const std::string> der) const { staple_ = std::move(der); }
  std::shared_ptr<const std::string> staple() const { return staple_; }

  struct Parts;  // OpenSSL's objects
  const Parts& parts() const { return *parts_; }

 private:
  friend Result<std::shared_ptr<const Certificate>> read_certificate(ByteView, ByteView);
  Certificate();

  std::vector<std::string> names_;
  WallTime not_before_{}, not_after_{};
  KeyKind key_kind_ = KeyKind::rsa;
  int key_bits_ = 0;
  std::string chain_pem_, key_pem_;
  mutable std::atomic<std::shared_ptr<const std::string>> staple_;
  std::unique_ptr<Parts> parts_;
};

// Reads a certificate, those of its issuers behind it (at most 10), and its private key, unencrypted, all in PEM.
//   fails  bad_syntax (no such PEM), bad_value (the key is not the certificate's; the issuers are not in order),
//          unsupported (a key that is neither RSA nor on P-256, P-384 or P-521), would_exceed_limit
Result<std::shared_ptr<const Certificate>> read_certificate(ByteView chain_pem, ByteView key_pem);

}  // namespace gust::net
