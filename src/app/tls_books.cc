#include "app/tls_books.h"

#include <fmt/format.h>

#include <utility>

#include "config/certificate_document.h"
#include "net/certificate.h"
#include "net/security_policy.h"

namespace gust::app {
namespace {

// What a handshake sees of a document; the rest may change.
bool shows_the_same(const config::CertificateDocument& a, const config::CertificateDocument& b) {
  return a.certificate == b.certificate && a.chain == b.chain && a.sealed_key == b.sealed_key;
}

std::shared_ptr<const net::TlsSite> default_site(std::string id, std::shared_ptr<const net::Certificate> certificate,
                                                 bool offers_http2) {
  return std::make_shared<const net::TlsSite>(net::TlsSite{.id = std::move(id),
                                                           .certificates = {std::move(certificate)},
                                                           .policy = net::find_security_policy("TLSv1"),
                                                           .offers_http2 = offers_http2,
                                                           .clients = {}});
}

template <typename Entries>
void begin_round(Entries& entries) {
  for (auto& [key, entry] : entries) entry.is_in_use = false;
}

template <typename Entries>
void end_round(Entries& entries) {
  std::erase_if(entries, [](const auto& each) { return !each.second.is_in_use; });
}

}  // namespace

TlsBooks::TlsBooks(Seal seal, std::string domain_suffix, bool speaks_http2,
                   std::function<void(std::string_view line)> report)
    : seal_(std::move(seal)),
      domain_suffix_(std::move(domain_suffix)),
      speaks_http2_(speaks_http2),
      report_(std::move(report)) {}

void TlsBooks::set_default(std::shared_ptr<const net::Certificate> certificate) {
  default_site_ = default_site("default", certificate, speaks_http2_);
  default_site_http11_ = default_site("default http1.1", std::move(certificate), false);
}

std::shared_ptr<const net::Certificate> TlsBooks::certificate_of(const DocumentRef& document) {
  Read& read = certificates_[document->arn];
  read.is_in_use = true;
  if (read.document && shows_the_same(*read.document, *document)) {
    if (read.certificate && read.document->staple != document->staple) {
      read.certificate->set_staple(std::make_shared<const std::string>(document->staple));
    }
    read.document = document;
    return read.certificate;
  }
  read.document = document;
  read.certificate = nullptr;
  const auto key = seal_.open(document->arn, document->sealed_key);
  const auto certificate =
      key ? net::read_certificate(document->certificate + "\n" + document->chain, *key) : std::unexpected(key.error());
  if (!certificate) {
    report_(fmt::format("the certificate {} cannot be read: its names are without TLS: {}", document->arn,
                        certificate.error().text));
    return nullptr;
  }
  read.certificate = *certificate;
  if (!document->staple.empty()) {
    read.certificate->set_staple(std::make_shared<const std::string>(document->staple));
  }
  return read.certificate;
}

std::shared_ptr<const net::TlsSite> TlsBooks::site_of(const config::Distribution& distribution) {
  const config::ViewerTls& tls = distribution.tls;
  if (!tls.certificate) return nullptr;
  auto certificate = certificate_of(tls.certificate);
  if (!certificate) return nullptr;
  const bool offers_http2 = speaks_http2_ && tls.offers_http2;
  Site& known = sites_[distribution.id];
  known.is_in_use = true;
  if (!known.site || known.site->certificates.front() != certificate || known.site->policy != tls.policy ||
      known.site->offers_http2 != offers_http2) {
    known.site = std::make_shared<const net::TlsSite>(net::TlsSite{.id = distribution.id,
                                                                   .certificates = {std::move(certificate)},
                                                                   .policy = tls.policy,
                                                                   .offers_http2 = offers_http2,
                                                                   .clients = {}});
  }
  return known.site;
}

std::shared_ptr<const net::TlsBook> TlsBooks::make(const config::Snapshot& snapshot) {
  begin_round(certificates_);
  begin_round(sites_);
  auto book = std::make_shared<net::TlsBook>();
  if (default_site_) book->add("*." + domain_suffix_, default_site_);
  for (const config::Distribution& distribution : snapshot.distributions()) {
    if (distribution.is_staging) continue;
    if (default_site_ && !distribution.tls.offers_http2) book->add(distribution.domain_name, default_site_http11_);
    const auto site = site_of(distribution);
    if (!site) continue;
    for (const std::string& alias : distribution.aliases) book->add(alias, site);
  }
  end_round(certificates_);
  end_round(sites_);
  return book;
}

}  // namespace gust::app
