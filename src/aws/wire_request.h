// WireRequest: the parts of a request that signatures and operations are judged by, as they came.
//
// Shape:  views into the caller's message; path and query raw, still percent-coded, split at the first `?`.
// Also:   the query as names and values, decoded by the one rule that signature and routing share.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gust::aws {

struct HeaderView {
  std::string_view name, value;
};

struct WireRequest {
  std::string_view method;
  std::string_view path;   // begins with `/`
  std::string_view query;  // without the `?`; empty where there is none
  std::span<const HeaderView> headers;

  // The first field of that name, in any case; how many there are.
  std::optional<std::string_view> header(std::string_view name) const;
  std::size_t header_count(std::string_view name) const;
};

struct QueryItem {
  std::string name, value;
};

// Splits at `&` and `=` and decodes; `+` is a space, empty items are left out. Nothing where a percent-code is broken
// or there are more than `items_max` items.
std::optional<std::vector<QueryItem>> read_query(std::string_view raw_query, std::size_t items_max = 256);

// The value of the first item of that name, or null.
const std::string* find_item(const std::vector<QueryItem>& items, std::string_view name);

// The service that the signature's credential scope names, in header or query; empty where the request has none.
//   gives   a view into the request; not checked against any list
std::string_view service_of_signature(const WireRequest& request);

// The service a request is meant for, by the name that signatures use ("s3", "cloudfront", "elasticloadbalancing").
//   source  the credential scope; unsigned: the path's version, X-Amz-Target, Action with its Version; else S3
//   gives   a view into the request or a literal; not checked against any list when it comes from the scope
std::string_view service_of(const WireRequest& request);

}  // namespace gust::aws
