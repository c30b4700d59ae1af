#include "app/default_certificate.h"

#include "acm/authority.h"
#include "app/local_delivery.h"
#include "app/tls_books.h"
#include "net/certificate.h"
#include "rt/loop.h"

namespace gust::app {
namespace {

constexpr std::chrono::days renewed_after = acm::leaf_days * 2 / 3;
constexpr std::chrono::days between_tries{1};

}  // namespace

Result<void> DefaultCertificate::issue() {
  TRY(const acm::IssuedCertificate made, authority_.issue({"*." + domain_suffix_}, "EC_prime256v1", loop_.wall_now()));
  TRY(auto certificate, net::read_certificate(made.certificate + made.chain, made.key));
  books_.set_default(std::move(certificate));
  return {};
}

rt::Task<void> DefaultCertificate::run(LocalDelivery& delivery) {
  Duration pause = renewed_after;
  while (co_await rt::sleep_until(loop_.now() + pause)) {
    pause = between_tries;
    if (!issue()) continue;
    if (!co_await delivery.renew_books()) co_return;  // cancelled
    pause = renewed_after;
  }
}

}  // namespace gust::app
