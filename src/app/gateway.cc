#include "app/gateway.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "bucket/s3_service.h"

namespace gust::app {
namespace {

// Clients read an answer as their service would spell it, and fail on anything else (AWS.md).
bool speaks_json(const aws::WireRequest& request) {
  return request.header("X-Amz-Target") || request.header("Content-Type").value_or("").starts_with("application/json");
}

// What an answer may show of a name from outside.
std::string shown(std::string_view name) {
  const auto is_plain = [](char c) { return is_alpha(c) || is_digit(c) || c == '-' || c == '.' || c == '_'; };
  return name.size() <= 64 && std::ranges::all_of(name, is_plain) ? std::string(name) : "named in the signature";
}

rt::Task<void> refuse(http::Exchange& exchange, bool in_json, std::uint16_t status, std::string_view code,
                      std::string message) {
  http::ResponseHead head;
  head.status = status;
  head.fields.add(http::Name::content_type, in_json ? "application/x-amz-json-1.1" : "text/xml");
  if (in_json) head.fields.add("X-Amzn-ErrorType", code);
  const std::string text =
      in_json ? fmt::format(R"({{"__type":"{}","message":"{}"}})", code, message)
              : fmt::format(
                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ErrorResponse><Error><Type>Sender</Type><Code>{}"
                    "</Code><Message>{}</Message></Error></ErrorResponse>\n",
                    code, message);
  [[maybe_unused]] const auto sent = co_await exchange.respond_text(head, text);
}

}  // namespace

std::string_view service_for(const aws::WireRequest& request, std::string_view host,
                             const std::vector<std::string>& bucket_suffixes) {
  // A website asks nobody who they are.
  if (bucket::website_of_host(host, bucket_suffixes)) return "s3";
  if (const auto named = aws::service_of_signature(request); !named.empty()) return named;
  if (bucket::bucket_of_host(host, bucket_suffixes)) return "s3";
  // A form of the query protocol names its action in the body; S3's own forms are multipart.
  const std::string_view content_type = request.header("Content-Type").value_or("");
  if (request.path == "/" && starts_with_fold(content_type, "application/x-www-form-urlencoded")) return {};
  return aws::service_of(request);
}

Gateway::Gateway(Service s3, std::vector<std::string> bucket_suffixes) : bucket_suffixes_(std::move(bucket_suffixes)) {
  add("s3", std::move(s3));
}

void Gateway::add(std::string name, Service service) { services_.emplace(std::move(name), std::move(service)); }

rt::Task<void> Gateway::handle(http::Exchange& exchange) {
  const http::RequestHead& request = exchange.request();
  std::vector<aws::HeaderView> headers;
  headers.reserve(request.fields.size());
  for (const http::Field& field : request.fields) headers.push_back({field.name, field.value});
  const aws::WireRequest wire{
      .method = request.method.text(), .path = request.path, .query = request.query, .headers = headers};
  const std::string_view name = service_for(wire, request.host, bucket_suffixes_);
  const auto service = services_.find(name);
  if (service != services_.end()) {
    co_await service->second(exchange);
  } else if (name.empty()) {
    co_await refuse(exchange, false, 403, "MissingAuthenticationToken", "Request is missing Authentication Token");
  } else {
    std::vector<std::string_view> known;
    for (const auto& [each, handler] : services_) known.push_back(each);
    co_await refuse(
        exchange, speaks_json(wire), 501, "NotImplemented",
        fmt::format("The service {} is not part of this release; it has: {}.", shown(name), fmt::join(known, ", ")));
  }
}

}  // namespace gust::app
