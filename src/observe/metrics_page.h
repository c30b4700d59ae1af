// The pages of the metrics port: GET /metrics and GET /healthz.
//
// Source: Prometheus text exposition format 0.0.4.
// Shape:  a Handler for the connections of that port. 404 for other paths, 405 for methods other than GET and HEAD.
#pragma once

#include <functional>

#include "http/exchange.h"
#include "rt/task.h"

namespace gust::observe {

class Registry;

class MetricsPage final : public http::Handler {
 public:
  // `is_healthy` is asked for /healthz on the serving core: true gives 200 `ok`, false 503 `stopping`.
  MetricsPage(const Registry& registry, std::function<bool()> is_healthy);

  rt::Task<void> handle(http::Exchange& exchange) override;

 private:
  const Registry& registry_;
  std::function<bool()> is_healthy_;
};

}  // namespace gust::observe
