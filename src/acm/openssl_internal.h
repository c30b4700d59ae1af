// OpenSSL's objects with owners, and texts in and out of its BIOs. For .cc files of this module.
#pragma once

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace gust::acm {

struct FreeOpenssl {
  void operator()(BIO* object) const { BIO_free(object); }
  void operator()(EVP_PKEY* object) const { EVP_PKEY_free(object); }
  void operator()(EVP_MD_CTX* object) const { EVP_MD_CTX_free(object); }
  void operator()(X509* object) const { X509_free(object); }
  void operator()(X509_STORE* object) const { X509_STORE_free(object); }
  void operator()(X509_REQ* object) const { X509_REQ_free(object); }
  void operator()(X509_EXTENSION* object) const { X509_EXTENSION_free(object); }
  void operator()(BIGNUM* object) const { BN_free(object); }
  void operator()(ASN1_BIT_STRING* object) const { ASN1_BIT_STRING_free(object); }
  void operator()(GENERAL_NAMES* object) const { GENERAL_NAMES_free(object); }
  void operator()(EXTENDED_KEY_USAGE* object) const { EXTENDED_KEY_USAGE_free(object); }
  void operator()(STACK_OF(X509_EXTENSION) * object) const { sk_X509_EXTENSION_pop_free(object, X509_EXTENSION_free); }
  void operator()(STACK_OF(OPENSSL_STRING) * object) const { X509_email_free(object); }
  void operator()(OCSP_REQUEST* object) const { OCSP_REQUEST_free(object); }
  void operator()(OCSP_RESPONSE* object) const { OCSP_RESPONSE_free(object); }
  void operator()(OCSP_BASICRESP* object) const { OCSP_BASICRESP_free(object); }
  void operator()(OCSP_CERTID* object) const { OCSP_CERTID_free(object); }
  void operator()(ECDSA_SIG* object) const { ECDSA_SIG_free(object); }
};
template <typename T>
using Owned = std::unique_ptr<T, FreeOpenssl>;

inline Owned<BIO> bio_over(ByteView text) {
  return Owned<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}
inline Owned<BIO> new_bio() { return Owned<BIO>(BIO_new(BIO_s_mem())); }
inline std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

// Says no to what is protected by a password instead of asking the terminal for it.
inline int no_password(char*, int, int, void*) { return -1; }

// What the library could not do, without what it noted about that.
inline std::unexpected<Error> library_failed() {
  ERR_clear_error();
  return fail(Errc::bug, "the cryptographic library failed");
}

// What i2d_... writes.
template <typename T>
std::string der_of(T* object, int (*write)(const T*, unsigned char**)) {
  unsigned char* bytes = nullptr;
  const int size = write(object, &bytes);
  if (size <= 0) return {};
  std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return der;
}

// A private key in PEM that is not protected. fails: bad_syntax
Result<Owned<EVP_PKEY>> parse_private_key(ByteView pem);
// One certificate in PEM. fails: bad_syntax
Result<Owned<X509>> parse_certificate(ByteView pem);

// "RSA_2048", "EC_prime256v1" and the like; for other keys their kind and size, in the same form.
std::string algorithm_of(const EVP_PKEY* key);

}  // namespace gust::acm
