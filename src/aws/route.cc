#include <fmt/format.h>

#include <algorithm>
#include <iterator>

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

// A slash at the end of a template says nothing: the same operations have it in older models and not in newer ones.
std::optional<Labels> match_path(std::string_view path, std::string_view sent) {
  if (path.ends_with('/')) {
    path.remove_suffix(1);
    if (sent.ends_with('/')) sent.remove_suffix(1);
  }
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

namespace {

Answer<Route> find_by_path(const Service& service, const OperationRequest& request) {
  const bool s3 = service.error_form == ErrorForm::s3;
  Route best{nullptr, {}, {}};
  std::size_t best_score = 0;
  for (const Operation& operation : service.operations) {
    if (operation.method != request.method) continue;
    auto labels = s3 ? match_s3(operation.path, request) : match_path(operation.path, request.path);
    if (!labels) continue;
    const auto points = score(operation, request);
    if (!points) continue;
    // S3 has operations of one route (PutBucketLifecycle and its successor): of those it is the one that we have.
    const bool is_better = best.operation == nullptr || *points > best_score ||
                           (*points == best_score && operation.implemented && !best.operation->implemented);
    if (!is_better) continue;
    best = {&operation, std::move(*labels), {}};
    best_score = *points;
  }
  if (best.operation == nullptr) {
    if (s3) return refuse("MethodNotAllowed", 405, "The specified method is not allowed against this resource.");
    return refuse("UnknownOperationException", 404,
                  fmt::format("Unable to determine the operation of {} {}.", request.method, request.path));
  }
  return best;
}

// The words are those of the services themselves.
Answer<Route> find_by_action(const Service& service, const OperationRequest& request) {
  Route route{nullptr, {}, {request.query.begin(), request.query.end()}};
  auto form = read_query(request.body, form_items_max);
  if (!form) return refuse("MalformedQueryString", 400, "The query string contains a syntax error.");
  std::ranges::move(*form, std::back_inserter(route.form));
  const std::string* action = find_item(route.form, "Action");
  if (action == nullptr) {
    return refuse("MissingAction", 400, "The request is missing an Action or a required parameter.");
  }
  const std::string* version = find_item(route.form, "Version");
  const auto found = std::ranges::find(service.operations, *action, &Operation::name);
  if (found == service.operations.end() || version == nullptr || *version != service.version) {
    return refuse("InvalidAction", 400,
                  fmt::format("Could not find operation {} for version {}", *action,
                              version == nullptr ? std::string_view("NO_VERSION_SPECIFIED") : *version));
  }
  route.operation = &*found;
  return route;
}

Answer<Route> find_by_target(const Service& service, const OperationRequest& request) {
  const auto header = std::ranges::find_if(
      request.headers, [](const HeaderView& field) { return equal_fold(field.name, "X-Amz-Target"); });
  if (header != request.headers.end() && request.method == "POST") {
    const Cut target = cut(header->value, '.');
    const auto found = std::ranges::find(service.operations, target.after, &Operation::name);
    if (target.before == service.target_prefix && found != service.operations.end()) return Route{&*found, {}, {}};
  }
  return refuse("UnknownOperationException", 400, "The operation that the request names is not known.");
}

}  // namespace

Answer<Route> find_operation(const Service& service, const OperationRequest& request) {
  auto route = service.protocol == Protocol::query  ? find_by_action(service, request)
               : service.protocol == Protocol::json ? find_by_target(service, request)
                                                    : find_by_path(service, request);
  if (route && !route->operation->implemented) return std::unexpected(not_implemented(service, *route->operation));
  return route;
}

}  // namespace gust::aws
