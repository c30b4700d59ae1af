#include "acm/issuer.h"
#include "rt/blocking.h"
#include "rt/loop.h"

namespace gust::acm {

rt::Task<std::expected<IssuedCertificate, IssueFailure>> LocalIssuer::issue(CertificateOrder order) {
  const WallTime now = loop_.wall_now();
  auto issued = co_await rt::blocking(loop_, [&] { return authority_.issue(order.names, order.key_algorithm, now); });
  if (issued) co_return *std::move(issued);
  co_return std::unexpected(IssueFailure{.failure_reason = "OTHER", .text = std::string(issued.error().text)});
}

}  // namespace gust::acm
