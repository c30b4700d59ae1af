// Private keys of certificates: made, checked, told apart by the model's names of algorithms, and protected by a
// passphrase for their way out.
//
// Source: RFC 5958 and 8018 (PKCS #8, PBES2), RFC 7468; ACM's KeyAlgorithm.
// Shape:  pure functions but for the randomness of OpenSSL. PEM in and out. RSA keys take up to seconds: off the loop.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace gust::acm {

// Whether certificates with such a key can be asked for; others are for import.
bool is_algorithm_to_request(std::string_view key_algorithm);
bool is_algorithm_to_import(std::string_view key_algorithm);

//   gives  PKCS #8 in PEM, not protected
//   fails  unsupported, bug (the library)
Result<std::string> make_private_key(std::string_view key_algorithm);

// The same key as PKCS #8 in PEM, whichever form of PEM it came in.
//   fails  bad_syntax: no private key, or one that is protected; unsupported: neither RSA nor EC
struct ReadKey {
  std::string pem, algorithm;
};
Result<ReadKey> read_private_key(ByteView pem);

// PKCS #8 in PEM under AES-256-CBC with a key from `passphrase`.
//   fails  bad_syntax, bug (the library)
Result<std::string> protect_private_key(ByteView pem, std::string_view passphrase);

// A request for a certificate of `names` in DER (RFC 2986), signed by the key.
//   fails  bad_syntax, bug (the library)
Result<std::string> make_signing_request(ByteView key_pem, const std::vector<std::string>& names);

}  // namespace gust::acm
