#include "app/api_services.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "aws/client.h"
#include "aws/gen/cloudfront.h"
#include "aws/gen/s3.h"
#include "aws/sigv4.h"
#include "base/digest.h"
#include "base/result.h"
#include "base/text.h"
#include "formation/properties.h"
#include "http/client_connection.h"
#include "http/text_body.h"
#include "net/stream.h"
#include "rt/loop.h"
#include "rt/network.h"
#include "rt/signal.h"

namespace gust::app {
namespace {

constexpr Duration connect_time_max = std::chrono::seconds(5);
constexpr Duration call_time_max = std::chrono::seconds(60);
constexpr ByteCount answer_bytes_max = 4_MiB;

std::unexpected<aws::ServiceError> no_answer(const Error& error) {
  return aws::refuse("ServiceUnavailable", 503, fmt::format("The API does not answer: {}.", error.text));
}

const aws::Service* service_named(std::string_view name) {
  for (const aws::Service* service : {&aws::cloudfront::service(), &aws::s3::service()}) {
    if (service->name == name) return service;
  }
  return nullptr;
}

rt::Task<Result<aws::ClientAnswer>> send(rt::Loop& loop, rt::Endpoint api, const aws::ClientRequest& request,
                                         const std::vector<aws::HeaderToAdd>& headers) {
  CO_TRY(auto socket, co_await loop.network().connect(api, loop.now() + connect_time_max));
  http::ClientLimits limits;
  limits.body_bytes_max = answer_bytes_max;
  http::ClientConnection connection(net::make_tcp_stream(std::move(socket)), limits);
  http::RequestHead head;
  head.method = http::Method::of(request.method);
  const std::string target = request.query.empty() ? request.path : fmt::format("{}?{}", request.path, request.query);
  head.set_target(target);
  for (const aws::HeaderToAdd& header : headers) {
    if (header.name == "Host") {
      head.authority = header.value;
    } else {
      head.fields.add(ByteView(header.name), header.value);
    }
  }
  http::TextBody body(request.body);
  const Instant deadline = loop.now() + call_time_max;
  const auto framing =
      request.body.empty() ? http::BodyFraming::no_body() : http::BodyFraming::of_length(request.body.size());
  CO_TRY_OK(co_await connection.exchange(head, framing, request.body.empty() ? nullptr : &body, deadline));
  aws::ClientAnswer answer{.status = connection.head().status, .headers = {}, .body = {}};
  for (const http::Field& field : connection.head().fields) answer.headers.emplace_back(field.name, field.value);
  while (true) {
    CO_TRY(const Slice piece, co_await connection.body().read(deadline));
    if (piece.empty()) co_return answer;
    answer.body += piece.view();
  }
}

}  // namespace

rt::Task<aws::Answer<formation::Json>> ApiServices::call(std::string service, std::string operation,
                                                         formation::Json input) {
  const aws::Service* model = service_named(service);
  const aws::Operation* meant = model ? formation::find_operation(*model, operation) : nullptr;
  if (!meant)
    co_return aws::refuse("NotImplemented", 501, fmt::format("{} {} is not implemented.", service, operation));
  CO_TRY(const aws::ClientRequest request, aws::write_client_request(*model, *meant, input));
  const auto secret = authorizer_.secret_of(caller_.access_key_id);
  if (!secret) {
    co_return aws::refuse("AccessDenied", 403,
                          fmt::format("The access key that {} began this with is no longer valid.", caller_.arn));
  }
  const std::string host = rt::endpoint_text(api_);
  std::vector<aws::HeaderView> views{{"Host", host}};
  for (const auto& [name, value] : request.headers) views.push_back({name, value});
  const aws::WireRequest wire{.method = request.method, .path = request.path, .query = request.query, .headers = views};
  const aws::SigningKey key{.access_key_id = caller_.access_key_id,
                            .secret = *secret,
                            .region = service == "cloudfront" ? "us-east-1" : region_,
                            .service = service};
  auto headers = aws::sign_request(wire, key, hex_of(digest_of(DigestKind::sha256, request.body)), loop_.wall_now());
  for (const aws::HeaderView& view : views) headers.push_back({std::string(view.name), std::string(view.value)});
  const auto answer = co_await send(loop_, api_, request, headers);
  if (!answer) co_return no_answer(answer.error());
  co_return aws::read_client_answer(*meant, *answer);
}

rt::Task<void> ApiServices::pause(Duration time) { static_cast<void>(co_await rt::sleep_until(loop_.now() + time)); }

}  // namespace gust::app
