#include "control/front.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/date.h"
#include "base/result.h"
#include "base/text.h"
#include "http/exchange.h"
#include "rt/address.h"
#include "rt/loop.h"

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

// What the services of the JSON protocols call the refusals of signatures and access.
struct Respelled {
  std::string_view code, json_code;
};
constexpr std::array<Respelled, 6> respelled = {{{"MissingAuthenticationToken", "MissingAuthenticationTokenException"},
                                                 {"IncompleteSignature", "IncompleteSignatureException"},
                                                 {"InvalidClientTokenId", "UnrecognizedClientException"},
                                                 {"SignatureDoesNotMatch", "InvalidSignatureException"},
                                                 {"AccessDenied", "AccessDeniedException"},
                                                 {"InvalidArgument", "SerializationException"}}};

aws::ServiceError in_words_of(const aws::Service& service, aws::ServiceError error) {
  const auto row = std::ranges::find(respelled, error.code, &Respelled::code);
  if (service.error_form != aws::ErrorForm::json || row == respelled.end()) return error;
  error.code = row->json_code;
  // REST clients look at the status too; the others know the code alone.
  error.status = service.protocol == aws::Protocol::rest_json ? error.status : 400;
  return error;
}

}  // namespace

struct Front::Asked {
  const FrontService& service;
  const aws::WireRequest& request;
  const aws::RequestId& id;
  std::string peer;  // an address

  const aws::Service& model() const { return service.handlers->service(); }
};

Front::Front(rt::Loop& loop, const aws::Authorizer& authorizer, ReportRefusal report)
    : loop_(loop), authorizer_(authorizer), report_(std::move(report)) {}

void Front::add(FrontService service) {
  std::string name(service.handlers->service().name);
  services_.insert_or_assign(std::move(name), std::move(service));
}

aws::RequestId Front::new_request_id() {
  std::array<char, 16> bytes{};
  loop_.fill_secret(bytes);
  return {aws::make_request_id({bytes.data(), bytes.size()}), {}};
}

aws::Answer<aws::Verified> Front::verify(const Asked& asked, std::string_view body) const {
  const aws::VerifyRules rules{
      .service = asked.model().name, .region = asked.service.region, .now = loop_.wall_now(), .body = body};
  return aws::verify_signature(asked.request, rules, [this](std::string_view id) { return authorizer_.secret_of(id); });
}

void Front::report(const Asked& asked, const aws::ServiceError& error) const {
  if (!report_) return;
  report_(fmt::format("{} refused to {}: {} {}: {}: {}", asked.model().name, asked.peer, asked.request.method,
                      asked.request.path, error.code, error.message));
}

rt::Task<void> Front::handle(std::string_view service, http::Exchange& exchange) {
  const http::RequestHead& head = exchange.request();
  const std::vector<aws::HeaderView> headers = headers_of(head);
  const aws::WireRequest request{
      .method = head.method.text(), .path = head.path, .query = head.query, .headers = headers};
  const aws::RequestId id = new_request_id();
  const Asked asked{services_.find(service)->second, request, id, rt::address_text(exchange.peer())};
  const auto refuse = [&](aws::ServiceError error) {
    return aws::write_error(asked.model(), in_words_of(asked.model(), std::move(error)), id, request.method == "HEAD");
  };

  // The signature itself covers the body.
  if (const auto known = verify(asked, {}); !known && known.error().code != "SignatureDoesNotMatch") {
    report(asked, known.error());
    static_cast<void>(co_await respond(loop_, exchange, refuse(known.error())));
    co_return;
  }
  const Result<std::string> body = co_await read_body(exchange.body());
  if (!body && body.error().code != Errc::body_too_large) co_return exchange.abort();
  if (!body) {
    exchange.close_after();
    const aws::ServiceError too_large{"RequestEntityTooLarge", 413, "The request is too large.", {}};
    static_cast<void>(co_await respond(loop_, exchange, refuse(too_large)));
    co_return;
  }
  auto answered = co_await answer(asked, *body);
  if (!answered) answered = refuse(std::move(answered.error()));
  // A client that has gone does not want the answer.
  static_cast<void>(co_await respond(loop_, exchange, *answered));
}

rt::Task<aws::Answer<aws::WireAnswer>> Front::answer(const Asked& asked, std::string_view body) const {
  const aws::Service& service = asked.model();
  const auto verified = verify(asked, body);
  if (!verified) {
    report(asked, verified.error());
    co_return std::unexpected(verified.error());
  }
  const auto query = aws::read_query(asked.request.query);
  if (!query) co_return aws::refuse("InvalidArgument", 400, "The query cannot be read.");
  const aws::OperationRequest request{.method = asked.request.method,
                                      .path = asked.request.path,
                                      .query = *query,
                                      .headers = asked.request.headers,
                                      .bucket = {},
                                      .key = {},
                                      .body = body};
  CO_TRY(const aws::Route route, aws::find_operation(service, request));

  const auto caller = authorizer_.caller_of(verified->access_key_id);
  if (!caller) {
    co_return aws::refuse("InvalidClientTokenId", 403, "The security token included in the request is invalid.");
  }
  std::vector<aws::OwnedDeed> deeds;
  if (asked.service.deeds_of) {
    deeds = asked.service.deeds_of(*caller, route, request);
  } else {
    deeds.push_back({.action = fmt::format("{}:{}", service.name, route.operation->name),
                     .resource = asked.service.resource_of ? asked.service.resource_of(route, request) : "*"});
  }
  if (asked.service.find_resource) {
    for (aws::OwnedDeed& deed : deeds) deed.resource = co_await asked.service.find_resource(deed.resource);
  }
  const std::string now = iso8601_of(loop_.wall_now());
  const std::string seconds_now = std::to_string(unix_seconds(loop_.wall_now()));
  const std::array<aws::ConditionValue, 6> conditions = {
      {{"aws:SourceIp", asked.peer},
       {"aws:SecureTransport", "false"},
       {"aws:CurrentTime", now},
       {"aws:EpochTime", seconds_now},
       {"aws:UserAgent", asked.request.header("User-Agent").value_or("")},
       {"aws:RequestedRegion", verified->region}}};
  for (const aws::OwnedDeed& deed : deeds) {
    std::vector<aws::ConditionValue> all(conditions.begin(), conditions.end());
    for (const auto& [key, value] : deed.conditions) all.emplace_back(key, value);
    if (auto refused = authorizer_.refusal_of(*caller, {deed.action, deed.resource, all})) {
      report(asked, *refused);
      co_return std::unexpected(*std::move(refused));
    }
  }
  if (asked.service.refusal_of) {
    if (auto refused = asked.service.refusal_of(route, request)) co_return std::unexpected(*std::move(refused));
  }
  co_return co_await asked.service.handlers->run(route, request, {*caller, verified->region, asked.id});
}

}  // namespace gust::control
