#include "observe/metrics_page.h"

#include <gtest/gtest.h>

#include "observe/metrics.h"
#include "rt/epoll_loop.h"
#include "rt/scope.h"
#include "rt/worker_pool.h"

namespace gust::observe {
namespace {

// An exchange without a connection: keeps the answer.
class PaperExchange final : public http::Exchange, http::BodyReader {
 public:
  PaperExchange(Arena& arena, http::Method method, ByteView target) : Exchange(arena) {
    request_.method = method;
    request_.set_target(target);
  }
  http::BodyReader& body() override { return *this; }
  rt::Task<Result<Slice>> read(Instant) override { co_return Slice(); }
  const http::Fields& trailers() const override { return trailers_; }
  rt::Endpoint local() const override { return {}; }
  rt::Endpoint peer() const override { return {}; }
  rt::Task<Result<void>> inform(const http::ResponseHead&) override { co_return Result<void>{}; }
  rt::Task<Result<void>> start(const http::ResponseHead& head, http::BodyFraming,
                               std::span<const Slice> first) override {
    facts_.status = head.status;
    for (const http::Field& field : head.fields)
      fields.append(field.name).append(": ").append(field.value).append("\n");
    co_return co_await write(first);
  }
  rt::Task<Result<void>> write(std::span<const Slice> content) override {
    for (const Slice& slice : content) text.append(slice.view());
    co_return Result<void>{};
  }
  rt::Task<Result<void>> finish(const http::Fields*) override {
    finished_ = true;
    co_return Result<void>{};
  }
  void abort() override {}
  void close_after() override {}

  std::string fields;
  std::string text;

 private:
  http::Fields trailers_;
};

rt::Task<void> serve_then_stop(rt::EpollLoop& loop, MetricsPage& page, http::Exchange& exchange) {
  co_await page.handle(exchange);
  loop.stop();
}

struct Answer {
  int status;
  std::string fields;
  std::string text;
};

Answer ask(const Registry& registry, http::Method method, ByteView target, bool is_healthy = true) {
  rt::WorkerPool workers(1);
  rt::EpollLoop loop(workers);
  Arena arena;
  PaperExchange exchange(arena, method, target);
  MetricsPage page(registry, [is_healthy] { return is_healthy; });
  rt::Scope scope(loop);
  scope.spawn(serve_then_stop(loop, page, exchange));
  loop.run();
  return {exchange.facts().status, exchange.fields, exchange.text};
}

TEST(MetricsPage, GivesTheExpositionInItsFormat) {
  Registry registry;
  registry.make_writer().counter("a_total", "A.").add(3);
  const Answer answer = ask(registry, http::Method::get, "/metrics?x=1");
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.fields.contains("Content-Type: text/plain; version=0.0.4; charset=utf-8\n"));
  EXPECT_TRUE(answer.text.contains("a_total 3\n"));
}

TEST(MetricsPage, HealthzSaysWhetherTheNodeServes) {
  const Registry registry;
  EXPECT_EQ(ask(registry, http::Method::get, "/healthz").text, "ok\n");
  EXPECT_EQ(ask(registry, http::Method::get, "/healthz", false).status, 503);
}

TEST(MetricsPage, RefusesOtherPathsAndMethods) {
  const Registry registry;
  EXPECT_EQ(ask(registry, http::Method::get, "/metrics/").status, 404);
  const Answer answer = ask(registry, http::Method::post, "/metrics");
  EXPECT_EQ(answer.status, 405);
  EXPECT_TRUE(answer.fields.contains("Allow: GET, HEAD\n"));
}

}  // namespace
}  // namespace gust::observe
