// What OpenSSL made of a Certificate, for the files of this folder.
#pragma once

#include "net/certificate.h"
#include "net/openssl_internal.h"

namespace gust::net {

struct Certificate::Parts {
  Owned<X509> own;
  Owned<STACK_OF(X509)> issuers;  // never null
  Owned<EVP_PKEY> key;
};

// The date in `at`; 1970 for what is before, and the last that a WallTime can hold for what is behind.
WallTime time_of(const ASN1_TIME* at);

// The certificates of a PEM text, in order.
//   fails  bad_syntax (none, or something else among them), would_exceed_limit (more than `most`)
Result<Owned<STACK_OF(X509)>> read_pem_certificates(ByteView pem, int most);

}  // namespace gust::net
