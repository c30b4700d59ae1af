#include "net/trust_store.h"

#include <openssl/err.h>

#include "base/digest.h"
#include "net/certificate_parts_internal.h"
#include "net/trust_store_parts_internal.h"

namespace gust::net {

TrustStore::TrustStore() : parts_(std::make_unique<Parts>()) {}
TrustStore::~TrustStore() = default;

std::size_t TrustStore::size() const { return static_cast<std::size_t>(sk_X509_NAME_num(parts_->names.get())); }

Result<std::shared_ptr<const TrustStore>> read_trust_store(ByteView pem, const TrustLimits& limits) {
  if (pem.size() > limits.pem_bytes_max) return fail(Errc::would_exceed_limit, "the trust store is too long");
  TRY(const Owned<STACK_OF(X509)> all, read_pem_certificates(pem, limits.certificates_max));
  std::shared_ptr<TrustStore> made(new TrustStore);
  TrustStore::Parts& parts = *made->parts_;
  parts.store.reset(X509_STORE_new());
  parts.names.reset(sk_X509_NAME_new_null());
  if (!parts.store || !parts.names) return fail(Errc::out_of_memory, "no memory for a trust store");
  for (int i = 0; i < sk_X509_num(all.get()); ++i) {
    X509* const one = sk_X509_value(all.get(), i);
    X509_NAME* const name = X509_NAME_dup(X509_get_subject_name(one));
    if (X509_STORE_add_cert(parts.store.get(), one) != 1 || name == nullptr) {
      X509_NAME_free(name);
      ERR_clear_error();
      return fail(Errc::bad_syntax, "a certificate of the trust store cannot be used");
    }
    sk_X509_NAME_push(parts.names.get(), name);
  }
  made->digest_ = digest_of(DigestKind::sha256, pem);
  return made;
}

}  // namespace gust::net
