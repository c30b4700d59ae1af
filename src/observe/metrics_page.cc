#include "observe/metrics_page.h"

#include <utility>

#include "http/exchange.h"
#include "observe/metrics.h"

namespace gust::observe {

MetricsPage::MetricsPage(const Registry& registry, std::function<bool()> is_healthy)
    : registry_(registry), is_healthy_(std::move(is_healthy)) {}

rt::Task<void> MetricsPage::handle(http::Exchange& exchange) {
  const http::RequestHead& request = exchange.request();
  http::ResponseHead head;
  std::string text;
  head.fields.add(http::Name::content_type, "text/plain; charset=utf-8");
  head.fields.add(http::Name::cache_control, "no-store");
  if (request.path != "/metrics" && request.path != "/healthz") {
    head.status = 404;
    text = "see /metrics and /healthz\n";
  } else if (request.method != http::Method::get && request.method != http::Method::head) {
    head.status = 405;
    head.fields.add(http::Name::allow, "GET, HEAD");
  } else if (request.path == "/metrics") {
    head.fields.set(http::Name::content_type, "text/plain; version=0.0.4; charset=utf-8");
    text = registry_.exposition();
  } else {
    const bool is_healthy = is_healthy_();
    head.status = is_healthy ? 200 : 503;
    text = is_healthy ? "ok\n" : "stopping\n";
  }
  // A viewer that has left needs no answer, and the connection knows it.
  [[maybe_unused]] const auto answered = co_await exchange.respond_text(head, text);
}

}  // namespace gust::observe
