// The pages of the metrics port: GET /metrics and GET /healthz.
//
// Source: Prometheus text exposition format 0.0.4.
// Shape:  answers one Exchange; 404 for other paths, 405 with Allow for other methods than GET and HEAD.
#pragma once

#include <functional>

#include "base/bytes.h"
#include "base/result.h"
#include "rt/task.h"

namespace gust::http {
class Exchange;
}

namespace gust::observe {

class Registry;

class MetricsPage {
 public:
  // `is_healthy` is asked for /healthz on the serving core: true gives 200 `ok`, false 503 `stopping`.
  MetricsPage(const Registry& registry, std::function<bool()> is_healthy);

  // Answers `exchange`.
  //   fails  what the responder fails with; the connection is then of no use
  rt::Task<Result<void>> serve(http::Exchange& exchange) const;

 private:
  const Registry& registry_;
  std::function<bool()> is_healthy_;
};

}  // namespace gust::observe
