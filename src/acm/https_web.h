// HttpsWeb: the Web over real connections.
#pragma once

#include <memory>

#include "acm/web.h"
#include "net/tls_client.h"

namespace gust::acm {

class HttpsWeb final : public Web {
 public:
  // `loop` outlives it. Servers are believed by `trust`.
  HttpsWeb(rt::Loop& loop, std::shared_ptr<const net::TrustStore> trust)
      : loop_(loop), trust_(std::move(trust)), tls_(loop) {}
  rt::Task<Result<WebAnswer>> ask(WebCall call, Instant deadline) override;
  // No call is under way.
  rt::Task<void> close() { return tls_.close(); }

 private:
  rt::Loop& loop_;
  const std::shared_ptr<const net::TrustStore> trust_;
  net::TlsClient tls_;
};

}  // namespace gust::acm
