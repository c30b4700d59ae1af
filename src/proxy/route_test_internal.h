// What the tests of proxy share: a distribution with one custom origin and one behaviour, and heads from text.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/arena.h"
#include "config/snapshot.h"
#include "http/head_parser.h"
#include "proxy/routes.h"

namespace gust::proxy {

using Mode = config::Selection::Mode;

inline config::Selection listed(std::vector<std::string> names) { return {.mode = Mode::listed, .names = names}; }
inline config::Selection all_except(std::vector<std::string> names) {
  return {.mode = Mode::all_except, .names = names};
}
inline config::Selection all() { return {.mode = Mode::all, .names = {}}; }

inline constexpr std::uint8_t all_methods = 0x7F;

// `d1.cdn.test` in front of `origin.test:80`, with a cache policy of TTLs 1 s, a day and a year.
inline config::Distribution plain_distribution() {
  config::Distribution distribution;
  distribution.id = "E1";
  distribution.domain_name = "d1.cdn.test";
  config::Origin origin;
  origin.id = "o1";
  origin.domain_name = "origin.test";
  distribution.origins.push_back(origin);
  config::Behavior behavior;
  behavior.path_pattern = "*";
  behavior.cache.id = "a cache policy";
  behavior.cache.min_ttl = std::chrono::seconds(1);
  distribution.behaviors.push_back(behavior);
  return distribution;
}

// The three TTLs of CachingDisabled.
inline void disable_caching(config::Behavior& behavior) {
  behavior.cache.min_ttl = behavior.cache.default_ttl = behavior.cache.max_ttl = Duration::zero();
}

inline RoutesRef make_routes(config::Distribution distribution, const BucketHosting& buckets = {}) {
  std::vector<config::Distribution> distributions{std::move(distribution)};
  RouteCache cache;
  return std::make_shared<const Routes>(std::make_shared<const config::Snapshot>(1, std::move(distributions)), buckets,
                                        OriginKeys{}, cache);
}

// The route of the one distribution's last behaviour.
inline const Route& default_route(const Routes& routes) {
  return routes.match(*routes.find_by_id("E1"), "/no behaviour but the default one matches this");
}

// A head as the server reads it. Keeps the text.
class RequestText {
 public:
  explicit RequestText(std::string text) : text_(std::move(text)) {
    http::HeadScan scan;
    const auto read = http::read_request_head(text_, http::Scheme::http, {}, scan, head_);
    EXPECT_TRUE(read && *read == text_.size()) << text_;
  }
  RequestText(const RequestText&) = delete;
  RequestText& operator=(const RequestText&) = delete;
  const http::RequestHead& head() const { return head_; }

 private:
  std::string text_;
  http::RequestHead head_;
};

inline std::string request_text(std::string_view method, std::string_view target,
                                const std::vector<std::string>& field_lines = {}) {
  std::string text = std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: d1.cdn.test\r\n";
  for (const std::string& line : field_lines) text += line + "\r\n";
  return text + "\r\n";
}

inline std::vector<std::string> lines_of(const http::Fields& fields) {
  std::vector<std::string> lines;
  for (const http::Field& field : fields) lines.push_back(std::string(field.name) + ": " + std::string(field.value));
  return lines;
}

}  // namespace gust::proxy
