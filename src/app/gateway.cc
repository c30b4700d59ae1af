#include "app/gateway.h"

#include <fmt/format.h>

#include <utility>

#include "bucket/s3_service.h"

namespace gust::app {
namespace {

// A service that this release does not have, said in XML, since clients fail on anything else (AWS.md).
rt::Task<void> answer_unknown_service(http::Exchange& exchange, std::string_view name) {
  http::ResponseHead head;
  head.status = 501;
  head.fields.add(http::Name::content_type, "text/xml");
  const std::string shown(name.substr(0, 64));
  const bool is_plain = shown.find_first_of("<>&") == std::string::npos;
  const std::string text = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ErrorResponse><Error><Type>Sender</Type><Code>NotImplemented</Code>"
      "<Message>The service {} is not part of this release; cloudfront and s3 are.</Message></Error>"
      "</ErrorResponse>\n",
      is_plain ? shown : "named in the signature");
  [[maybe_unused]] const auto sent = co_await exchange.respond_text(head, text);
}

}  // namespace

std::string_view service_for(const aws::WireRequest& request, std::string_view host,
                             const std::vector<std::string>& bucket_suffixes) {
  if (const auto named = aws::service_of_signature(request); !named.empty()) return named;
  if (bucket::bucket_of_host(host, bucket_suffixes)) return "s3";
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
  if (service == services_.end()) {
    co_await answer_unknown_service(exchange, name);
  } else {
    co_await service->second(exchange);
  }
}

}  // namespace gust::app
