#include "net/certificate.h"
#include "net/quic_credentials_internal.h"

namespace gust::net {
namespace {

gnutls_datum_t datum_of(ByteView bytes) {
  return {reinterpret_cast<unsigned char*>(const_cast<char*>(bytes.data())), static_cast<unsigned>(bytes.size())};
}

std::shared_ptr<const QuicCredentials> load(const TlsSite& site) {
  auto made = std::make_shared<QuicCredentials>();
  if (gnutls_certificate_allocate_credentials(&made->handle) != 0) return nullptr;
  for (const auto& certificate : site.certificates) {
    const gnutls_datum_t chain = datum_of(certificate->chain_pem());
    const gnutls_datum_t key = datum_of(certificate->key_pem());
    if (gnutls_certificate_set_x509_key_mem(made->handle, &chain, &key, GNUTLS_X509_FMT_PEM) < 0) return nullptr;
  }
  return made;
}

}  // namespace

QuicCredentials::~QuicCredentials() {
  if (handle) gnutls_certificate_free_credentials(handle);
}

void QuicCredentialStore::install(std::shared_ptr<const TlsBook> book) {
  book_ = std::move(book);
  // With the old book gone, a site that only this map holds is in no book.
  std::erase_if(by_site_, [](const auto& each) { return each.first.use_count() == 1; });
}

std::shared_ptr<const QuicCredentials> QuicCredentialStore::find(std::string_view server_name) {
  const std::shared_ptr<const TlsSite>* const site = book_ ? book_->find(server_name) : nullptr;
  if (!site || !(*site)->offers_http3 || (*site)->clients.mode != ClientCertificateRules::none) return nullptr;
  const auto known = by_site_.find(*site);
  if (known != by_site_.end()) return known->second;
  return by_site_.emplace(*site, load(**site)).first->second;
}

}  // namespace gust::net
