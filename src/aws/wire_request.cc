#include "aws/wire_request.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace gust::aws {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

constexpr std::array<Pair, 3> by_path = {
    {{"/2020-05-31/", "cloudfront"}, {"/2013-04-01/", "route53"}, {"/2015-03-31/", "lambda"}}};

constexpr std::array<Pair, 6> by_target = {{{"CertificateManager.", "acm"},
                                            {"AWSWAF_20190729.", "wafv2"},
                                            {"Logs_20140328.", "logs"},
                                            {"AmazonSSM.", "ssm"},
                                            {"ResourceGroupsTaggingAPI_20170126.", "tagging"},
                                            {"GraniteServiceVersion20100801.", "monitoring"}}};

constexpr std::array<Pair, 8> by_version = {{{"2015-12-01", "elasticloadbalancing"},
                                             {"2011-01-01", "autoscaling"},
                                             {"2016-11-15", "ec2"},
                                             {"2010-05-08", "iam"},
                                             {"2011-06-15", "sts"},
                                             {"2014-10-31", "rds"},
                                             {"2010-08-01", "monitoring"},
                                             {"2010-05-15", "cloudformation"}}};

// The raw value of the first item of that name; `%2F` is the only code that a credential holds.
std::string_view raw_item(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const Cut item = cut(query, '&');
    const Cut pair = cut(item.before, '=');
    if (pair.before == name) return pair.after;
    query = item.after;
  }
  return {};
}

// KEY/DATE/REGION/SERVICE/aws4_request with either a slash or its code between; SigV4a has no region.
std::string_view service_in_scope(std::string_view credential) {
  std::string_view before;
  for (int part = 0; part < 4; ++part) {
    if (part == 3 && credential.starts_with("aws4_request")) return before;
    const std::size_t slash = credential.find('/');
    const std::size_t coded = std::min(credential.find("%2F"), credential.find("%2f"));
    const std::size_t at = std::min(slash, coded);
    if (at == std::string_view::npos) return {};
    before = credential.substr(0, at);
    if (part == 3) return before;
    credential.remove_prefix(at + (at == slash ? 1 : 3));
  }
  return {};
}

}  // namespace

std::optional<std::string_view> WireRequest::header(std::string_view name) const {
  for (const HeaderView& field : headers) {
    if (equal_fold(field.name, name)) return field.value;
  }
  return std::nullopt;
}

std::size_t WireRequest::header_count(std::string_view name) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(headers, [&](const HeaderView& field) { return equal_fold(field.name, name); }));
}

std::optional<std::vector<QueryItem>> read_query(std::string_view raw_query, std::size_t items_max) {
  const auto decode = [](std::string_view raw) {
    std::string spaced(raw);
    std::ranges::replace(spaced, '+', ' ');
    return percent_decode(spaced);
  };
  std::vector<QueryItem> items;
  while (!raw_query.empty()) {
    const Cut item = cut(raw_query, '&');
    raw_query = item.after;
    if (item.before.empty()) continue;
    const Cut pair = cut(item.before, '=');
    auto name = decode(pair.before);
    auto value = decode(pair.after);
    if (!name || !value || items.size() == items_max) return std::nullopt;
    items.push_back({std::move(*name), std::move(*value)});
  }
  return items;
}

const std::string* find_item(const std::vector<QueryItem>& items, std::string_view name) {
  const auto found = std::ranges::find(items, name, &QueryItem::name);
  return found == items.end() ? nullptr : &found->value;
}

std::string_view service_of_signature(const WireRequest& request) {
  if (const auto authorization = request.header("Authorization")) {
    const Cut credential = cut(*authorization, std::string_view("Credential="));
    if (const auto service = service_in_scope(credential.after); credential.found && !service.empty()) return service;
  }
  return service_in_scope(raw_item(request.query, "X-Amz-Credential"));
}

std::string_view service_of(const WireRequest& request) {
  if (const auto service = service_of_signature(request); !service.empty()) return service;
  for (const auto& [prefix, service] : by_path) {
    if (request.path.starts_with(prefix)) return service;
  }
  if (const auto target = request.header("X-Amz-Target")) {
    for (const auto& [prefix, service] : by_target) {
      if (target->starts_with(prefix)) return service;
    }
  }
  if (!raw_item(request.query, "Action").empty()) {
    const std::string_view version = raw_item(request.query, "Version");
    for (const auto& [date, service] : by_version) {
      if (version == date) return service;
    }
  }
  return "s3";
}

}  // namespace gust::aws
