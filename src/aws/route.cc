#include <fmt/format.h>

#include <algorithm>

#include "aws/shapes.h"
#include "base/text.h"

namespace gust::aws {
namespace {

using Labels = std::vector<std::pair<std::string, std::string>>;

// S3's templates hold the bucket and the key whole, however the request named them.
std::optional<Labels> match_s3(std::string_view path, const OperationRequest& request) {
  if (path == "/" && request.bucket.empty() && request.key.empty()) return Labels{};
  if (path == "/{Bucket}" && !request.bucket.empty() && request.key.empty()) {
    return Labels{{"Bucket", std::string(request.bucket)}};
  }
  if (path == "/{Bucket}/{Key+}" && !request.bucket.empty() && !request.key.empty()) {
    return Labels{{"Bucket", std::string(request.bucket)}, {"Key", std::string(request.key)}};
  }
  return std::nullopt;
}

std::optional<Labels> match_path(std::string_view path, std::string_view sent) {
  const auto expected = split(path, '/');
  const auto got = split(sent, '/');
  if (expected.size() != got.size()) return std::nullopt;
  Labels labels;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (!expected[i].starts_with('{')) {
      if (expected[i] != got[i]) return std::nullopt;
      continue;
    }
    auto value = percent_decode(got[i]);
    if (!value || value->empty()) return std::nullopt;
    labels.emplace_back(expected[i].substr(1, expected[i].size() - 2), std::move(*value));
  }
  return labels;
}

bool has_query(const OperationRequest& request, const QueryKey& key) {
  return std::ranges::any_of(request.query, [&](const QueryItem& item) {
    return item.name == key.name && (!key.has_value || item.value == key.value);
  });
}

// How many names of the request the operation asks for, or nothing where one is missing.
std::optional<std::size_t> score(const Operation& operation, const OperationRequest& request) {
  for (const QueryKey& key : operation.fixed_query) {
    if (!has_query(request, key)) return std::nullopt;
  }
  for (const std::string_view name : operation.needed_query) {
    if (!has_query(request, {name, {}, false})) return std::nullopt;
  }
  for (const std::string_view name : operation.needed_headers) {
    const bool there =
        std::ranges::any_of(request.headers, [&](const HeaderView& field) { return equal_fold(field.name, name); });
    if (!there) return std::nullopt;
  }
  return operation.fixed_query.size() + operation.needed_query.size() + operation.needed_headers.size();
}

}  // namespace

ServiceError not_implemented(const Service& service, const Operation& operation) {
  if (service.error_form == ErrorForm::s3) {
    return {"NotImplemented",
            501,
            fmt::format("A header or query you provided implies functionality that is not implemented: {}.",
                        operation.name),
            {}};
  }
  return {"NotImplemented", 501, fmt::format("The operation {} is not implemented.", operation.name), {}};
}

Answer<Route> find_operation(const Service& service, const OperationRequest& request) {
  const bool s3 = service.error_form == ErrorForm::s3;
  Route best{nullptr, {}};
  std::size_t best_score = 0;
  for (const Operation& operation : service.operations) {
    if (operation.method != request.method) continue;
    auto labels = s3 ? match_s3(operation.path, request) : match_path(operation.path, request.path);
    if (!labels) continue;
    const auto points = score(operation, request);
    if (!points || (best.operation != nullptr && *points <= best_score)) continue;
    best = {&operation, std::move(*labels)};
    best_score = *points;
  }
  if (best.operation == nullptr) {
    if (s3) return refuse("MethodNotAllowed", 405, "The specified method is not allowed against this resource.");
    return refuse("UnknownOperationException", 404,
                  fmt::format("Unable to determine the operation of {} {}.", request.method, request.path));
  }
  if (!best.operation->implemented) return std::unexpected(not_implemented(service, *best.operation));
  return best;
}

}  // namespace gust::aws
