#include "proxy/misdirected.h"

#include "base/text.h"
#include "config/certificate_document.h"
#include "config/trust_store_document.h"

namespace gust::proxy {
namespace {

// What a handshake by `name` meets. By its domain name every distribution shows the default certificate, as do names
// that nobody has.
config::ViewerTls shown_at(const config::Distribution* distribution, ByteView name) {
  if (distribution == nullptr) return {};
  config::ViewerTls shown = distribution->tls;
  if (equal_fold(distribution->domain_name, name)) {
    shown.certificate = nullptr;
    shown.policy = nullptr;
  }
  return shown;
}

bool is_same(const config::ClientCertificates& a, const config::ClientCertificates& b) {
  const auto id = [](const config::ClientCertificates& clients) { return clients.trust ? clients.trust->id : ""; };
  return a.mode == b.mode && id(a) == id(b) && a.ignores_expiry == b.ignores_expiry;
}

bool is_same(const config::ViewerTls& a, const config::ViewerTls& b) {
  if (!is_same(a.clients, b.clients)) return false;
  if (!a.certificate || !b.certificate) return a.certificate == b.certificate;
  return a.certificate->arn == b.certificate->arn && a.policy == b.policy;
}

}  // namespace

bool is_misdirected(const config::Snapshot& snapshot, ByteView server_name, const config::Distribution& target,
                    ByteView host) {
  if (equal_fold(server_name, host)) return false;
  const config::Distribution* met = snapshot.find_distribution(server_name);
  return !is_same(shown_at(met, server_name), shown_at(&target, host));
}

}  // namespace gust::proxy
