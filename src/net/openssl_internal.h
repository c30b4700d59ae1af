// What the files of this folder share of OpenSSL 3: owners of its objects, and its reasons as static text.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace gust::net {

struct OpensslFree {
  void operator()(BIO* bio) const { BIO_free_all(bio); }
  void operator()(BIO_METHOD* method) const { BIO_meth_free(method); }
  void operator()(EVP_CIPHER* cipher) const { EVP_CIPHER_free(cipher); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(SSL* ssl) const { SSL_free(ssl); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(X509_STORE* store) const { X509_STORE_free(store); }
  void operator()(STACK_OF(X509) * chain) const { sk_X509_pop_free(chain, X509_free); }
  void operator()(STACK_OF(X509_NAME) * names) const { sk_X509_NAME_pop_free(names, X509_NAME_free); }
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
};

// `Owned<X509> certificate(X509_new());`
template <typename T>
using Owned = std::unique_ptr<T, OpensslFree>;

inline const unsigned char* openssl_bytes(ByteView text) { return reinterpret_cast<const unsigned char*>(text.data()); }

// A read-only BIO over `text`, which outlives it.
inline Owned<BIO> bio_over(ByteView text) {
  return Owned<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}
// What was written to a memory BIO.
std::string text_of(BIO* bio);

// Takes the newest reason from this thread's error queue and empties it; `otherwise` where it is empty. Static text.
std::string_view take_openssl_reason(std::string_view otherwise);

}  // namespace gust::net
