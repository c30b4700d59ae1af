#include "app/tls_books.h"

#include <fmt/format.h>

#include <utility>

#include "config/certificate_document.h"
#include "config/trust_store_document.h"
#include "net/certificate.h"
#include "net/security_policy.h"
#include "net/trust_store.h"

namespace gust::app {
namespace {

// What a handshake sees of a document; the rest may change.
bool shows_the_same(const config::CertificateDocument& a, const config::CertificateDocument& b) {
  return a.certificate == b.certificate && a.chain == b.chain && a.sealed_key == b.sealed_key;
}

bool is_same(const net::ClientCertificateRules& a, const net::ClientCertificateRules& b) {
  return a.mode == b.mode && a.trust == b.trust && a.tells_names == b.tells_names &&
         a.ignores_expiry == b.ignores_expiry;
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

TlsBooks::TlsBooks(Seal seal, std::string domain_suffix, std::function<void(std::string_view line)> report)
    : seal_(std::move(seal)), domain_suffix_(std::move(domain_suffix)), report_(std::move(report)) {}

void TlsBooks::set_default(CertificateRef certificate) { default_ = std::move(certificate); }

TlsBooks::CertificateRef TlsBooks::certificate_of(const DocumentRef& document) {
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

std::optional<net::ClientCertificateRules> TlsBooks::rules_of(const config::ClientCertificates& clients) {
  using Mode = config::ClientCertificates::Mode;
  net::ClientCertificateRules rules;
  if (clients.mode == Mode::none) return rules;
  rules.mode =
      clients.mode == Mode::optional ? net::ClientCertificateRules::optional : net::ClientCertificateRules::required;
  rules.tells_names = clients.tells_names;
  rules.ignores_expiry = clients.ignores_expiry;
  Trust& known = trusts_[clients.trust->id];
  known.is_in_use = true;
  if (known.authorities != clients.trust->authorities) {
    known.authorities = clients.trust->authorities;
    const auto read = net::read_trust_store(*known.authorities, net::viewer_trust_limits);
    known.read = read ? *read : nullptr;
    if (!read) {
      report_(fmt::format("the trust store {} cannot be read: its distributions are without TLS: {}", clients.trust->id,
                          read.error().text));
    }
  }
  rules.trust = known.read;
  return rules.trust ? std::optional(rules) : std::nullopt;
}

std::shared_ptr<const net::TlsSite> TlsBooks::site_of(const std::string& key, const CertificateRef& certificate,
                                                      const net::SecurityPolicy* policy, const config::ViewerTls& tls) {
  const auto clients = rules_of(tls.clients);
  if (!certificate || !clients) return nullptr;
  Site& known = sites_[key];
  known.is_in_use = true;
  if (known.site && known.site->certificates.front() == certificate && known.site->policy == policy &&
      known.site->offers_http2 == tls.offers_http2 && known.site->offers_http3 == tls.offers_http3 &&
      is_same(known.site->clients, *clients)) {
    return known.site;
  }
  known.site = std::make_shared<const net::TlsSite>(net::TlsSite{.id = key,
                                                                 .certificates = {certificate},
                                                                 .policy = policy,
                                                                 .offers_http2 = tls.offers_http2,
                                                                 .offers_http3 = tls.offers_http3,
                                                                 .clients = *clients});
  return known.site;
}

void TlsBooks::add_to(net::TlsBook& book, const config::Distribution& distribution) {
  const config::ViewerTls& tls = distribution.tls;
  const net::SecurityPolicy* const by_default = net::find_security_policy("TLSv1");
  const bool has_clients = tls.clients.mode != config::ClientCertificates::Mode::none;
  if (has_clients || !tls.offers_http2 || tls.offers_http3) {
    // Those that ask for no certificates are of one kind for each choice of versions.
    const std::string versions =
        fmt::format("default http1.1{}{}", tls.offers_http2 ? "and2" : "", tls.offers_http3 ? "and3" : "");
    const std::string key = has_clients ? "default " + distribution.id : versions;
    // Null where it cannot be made: else the name would meet the wildcard's site, which asks nobody for a certificate.
    book.add(distribution.domain_name, site_of(key, default_, by_default, tls));
  }
  if (!tls.certificate) return;
  const auto site = site_of(distribution.id, certificate_of(tls.certificate), tls.policy, tls);
  for (const std::string& alias : distribution.aliases) book.add(alias, site);
}

std::shared_ptr<const net::TlsBook> TlsBooks::make(const config::Snapshot& snapshot) {
  begin_round(certificates_);
  begin_round(trusts_);
  begin_round(sites_);
  auto book = std::make_shared<net::TlsBook>();
  const auto by_default = site_of("default", default_, net::find_security_policy("TLSv1"), {});
  if (by_default) book->add("*." + domain_suffix_, by_default);
  for (const config::Distribution& distribution : snapshot.distributions()) {
    if (!distribution.is_staging) add_to(*book, distribution);
  }
  end_round(certificates_);
  end_round(trusts_);
  end_round(sites_);
  return book;
}

}  // namespace gust::app
