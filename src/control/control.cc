#include "control/control.h"

#include <span>
#include <utility>
#include <vector>

#include "base/date.h"
#include "config/store.h"
#include "control/api.h"
#include "control/older_keys.h"
#include "control/publisher.h"
#include "control/purger.h"
#include "control/turns.h"
#include "http/exchange.h"
#include "rt/loop.h"
#include "rt/scope.h"

namespace gust::control {
namespace {

// A little more than the largest configuration: 75 behaviours and 100 origins with all their headers.
constexpr ByteCount body_bytes_max = 4_MiB;

// The whole body.
//   fails  body_too_large, and as BodyReader::read
rt::Task<Result<std::string>> read_body(http::BodyReader& body) {
  std::string bytes;
  while (true) {
    CO_TRY(const Slice piece, co_await body.read(never));
    if (piece.empty()) co_return bytes;
    if (bytes.size() + piece.size() > body_bytes_max) co_return fail(Errc::body_too_large, "the body is too large");
    bytes.append(piece.view());
  }
}

std::vector<aws::HeaderView> headers_of(const http::RequestHead& head) {
  std::vector<aws::HeaderView> headers;
  for (const http::Field& field : head.fields) headers.push_back({field.name, field.value});
  return headers;
}

rt::Task<Result<void>> respond(rt::Loop& loop, http::Exchange& exchange, const aws::WireAnswer& answer) {
  const std::string date = http_date_of(loop.wall_now());
  http::ResponseHead head;
  head.status = static_cast<std::uint16_t>(answer.status);
  for (const auto& [name, value] : answer.headers) head.fields.add(ByteView(name), value);
  head.fields.add(ByteView("Date"), date);
  co_return co_await exchange.respond_text(head, answer.body);
}

}  // namespace

class Control::Service {
 public:
  Service(rt::Loop& loop, config::Store& store, Delivery& delivery, Settings settings, FindSecret find_secret)
      : loop_(loop),
        store_(store),
        settings_(std::move(settings)),
        find_secret_(std::move(find_secret)),
        publisher_(store, delivery, settings_),
        purger_(store, delivery, settings_),
        api_(Tools{loop, store, settings_, publisher_, turns_}, find_secret_),
        background_(loop) {}

  rt::Task<Result<config::Findings>> start() {
    CO_TRY_OK(co_await move_older_documents(store_));
    CO_TRY_OK(co_await api_.distributions().sweep());
    CO_TRY(config::Findings found, co_await publisher_.publish_once());
    background_.spawn(publisher_.run());
    background_.spawn(purger_.run());
    co_return std::move(found);
  }

  rt::Task<void> stop() {
    background_.cancel();
    co_await background_.join();
  }

  rt::Task<void> handle(http::Exchange& exchange) {
    const http::RequestHead& head = exchange.request();
    const std::vector<aws::HeaderView> headers = headers_of(head);
    const aws::WireRequest request{
        .method = head.method.text(), .path = head.path, .query = head.query, .headers = headers};
    if (const auto refused = api_.refusal_before_body(request)) {
      static_cast<void>(co_await respond(loop_, exchange, *refused));
      co_return;
    }
    const Result<std::string> body = co_await read_body(exchange.body());
    if (!body && body.error().code != Errc::body_too_large) co_return exchange.abort();
    if (!body) {
      exchange.close_after();
      const aws::ServiceError too_large{"RequestEntityTooLarge", 413, "The request is too large.", {}};
      static_cast<void>(co_await respond(loop_, exchange, api_.refusal(too_large, head.method == http::Method::head)));
      co_return;
    }
    const aws::WireAnswer answer = co_await api_.answer(request, *body);
    // A client that has gone does not want the answer.
    static_cast<void>(co_await respond(loop_, exchange, answer));
  }

 private:
  rt::Loop& loop_;
  config::Store& store_;
  const Settings settings_;
  const FindSecret find_secret_;
  Publisher publisher_;
  Purger purger_;
  Turns turns_;
  Api api_;
  rt::Scope background_;
};

Control::Control(rt::Loop& loop, config::Store& store, Delivery& delivery, Settings settings, FindSecret find_secret)
    : service_(std::make_unique<Service>(loop, store, delivery, std::move(settings), std::move(find_secret))) {}
Control::~Control() = default;

rt::Task<Result<config::Findings>> Control::start() { return service_->start(); }
rt::Task<void> Control::stop() { return service_->stop(); }
rt::Task<void> Control::handle(http::Exchange& exchange) { return service_->handle(exchange); }

}  // namespace gust::control
