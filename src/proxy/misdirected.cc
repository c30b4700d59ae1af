#include "proxy/misdirected.h"

#include "base/text.h"
#include "config/certificate_document.h"

namespace gust::proxy {
namespace {

// What a handshake by `name` meets. By its domain name every distribution shows the default certificate, as do names
// that nobody has.
config::ViewerTls shown_at(const config::Distribution* distribution, ByteView name) {
  if (distribution == nullptr || equal_fold(distribution->domain_name, name)) return {};
  return distribution->tls;
}

bool is_same(const config::ViewerTls& a, const config::ViewerTls& b) {
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
