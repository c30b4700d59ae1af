#include "bucket/cors.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "bucket/s3_error_internal.h"

namespace gust::bucket {
namespace {

constexpr std::size_t rules_max = 100;

bool has_many_wildcards(std::string_view text) { return std::ranges::count(text, '*') > 1; }

// `pattern` has at most one `*`, which stands for anything.
bool fits(std::string_view pattern, std::string_view text, bool folds_case) {
  const auto equal = [folds_case](std::string_view a, std::string_view b) {
    return folds_case ? equal_fold(a, b) : a == b;
  };
  const Cut parts = cut(pattern, '*');
  if (!parts.found) return equal(pattern, text);
  return text.size() >= parts.before.size() + parts.after.size() &&
         equal(text.substr(0, parts.before.size()), parts.before) &&
         equal(text.substr(text.size() - parts.after.size()), parts.after);
}

bool allows_headers(const aws::s3::CORSRule& rule, std::string_view asked) {
  return std::ranges::all_of(split(asked, ','), [&](std::string_view name) {
    name = trim(name);
    return name.empty() || std::ranges::any_of(rule.allowed_headers,
                                               [&](const std::string& allowed) { return fits(allowed, name, true); });
  });
}

const std::string* find_origin(const aws::s3::CORSRule& rule, std::string_view origin) {
  const auto found = std::ranges::find_if(rule.allowed_origins,
                                          [&](const std::string& allowed) { return fits(allowed, origin, false); });
  return found == rule.allowed_origins.end() ? nullptr : &*found;
}

aws::Answer<std::monostate> check_rule(const aws::s3::CORSRule& rule) {
  const auto refuse = [](std::string message) {
    return std::unexpected(s3_error("InvalidRequest", std::move(message)));
  };
  if (rule.allowed_methods.empty() || rule.allowed_origins.empty()) {
    return std::unexpected(s3_error("MalformedXML"));
  }
  constexpr std::array<std::string_view, 5> methods{"GET", "PUT", "POST", "DELETE", "HEAD"};
  for (const std::string& method : rule.allowed_methods) {
    if (std::ranges::find(methods, method) == methods.end()) {
      return refuse(fmt::format("Found unsupported HTTP method in CORS config. Unsupported method is {}", method));
    }
  }
  for (const std::string& origin : rule.allowed_origins) {
    if (has_many_wildcards(origin)) {
      return refuse(fmt::format("AllowedOrigin \"{}\" can not have more than one wildcard.", origin));
    }
  }
  for (const std::string& name : rule.allowed_headers) {
    if (has_many_wildcards(name)) {
      return refuse(fmt::format("AllowedHeader \"{}\" can not have more than one wildcard.", name));
    }
  }
  for (const std::string& name : rule.expose_headers) {
    if (name.contains('*')) {
      return refuse(fmt::format(
          "ExposeHeader \"{}\" contains wildcard. We currently do not support wildcard for ExposeHeader.", name));
    }
    const bool is_name = !name.empty() && std::ranges::all_of(name, [](char c) { return c > ' ' && c < '\x7f'; });
    if (!is_name) return refuse(fmt::format("ExposeHeader \"{}\" contains invalid character.", name));
  }
  if (rule.id && rule.id->size() > 255) return refuse("ID length should not exceed allowed limit of 255");
  if (rule.max_age_seconds && *rule.max_age_seconds < 0) return std::unexpected(s3_error("MalformedXML"));
  return {};
}

}  // namespace

aws::Answer<std::monostate> check_cors(const aws::s3::CORSConfiguration& configuration) {
  if (configuration.cors_rules.empty()) return std::unexpected(s3_error("MalformedXML"));
  if (configuration.cors_rules.size() > rules_max) {
    return std::unexpected(
        s3_error("InvalidRequest",
                 fmt::format("The number of CORS rules should not exceed allowed limit of {} rules.", rules_max)));
  }
  for (const aws::s3::CORSRule& rule : configuration.cors_rules) TRY_OK(check_rule(rule));
  return {};
}

const aws::s3::CORSRule* find_cors_rule(const aws::s3::CORSConfiguration& configuration, const CorsRequest& request) {
  const auto found = std::ranges::find_if(configuration.cors_rules, [&](const aws::s3::CORSRule& rule) {
    return find_origin(rule, request.origin) != nullptr &&
           std::ranges::find(rule.allowed_methods, request.method) != rule.allowed_methods.end() &&
           allows_headers(rule, request.headers);
  });
  return found == configuration.cors_rules.end() ? nullptr : &*found;
}

std::vector<std::pair<std::string, std::string>> cors_headers(const aws::s3::CORSRule& rule,
                                                              const CorsRequest& request) {
  std::vector<std::pair<std::string, std::string>> headers;
  const std::string* matched = find_origin(rule, request.origin);
  const bool is_any = matched != nullptr && *matched == "*";
  headers.emplace_back("Access-Control-Allow-Origin", is_any ? "*" : std::string(request.origin));
  headers.emplace_back("Access-Control-Allow-Methods", fmt::format("{}", fmt::join(rule.allowed_methods, ", ")));
  if (!request.headers.empty()) headers.emplace_back("Access-Control-Allow-Headers", to_lower(request.headers));
  if (!rule.expose_headers.empty()) {
    headers.emplace_back("Access-Control-Expose-Headers", fmt::format("{}", fmt::join(rule.expose_headers, ", ")));
  }
  if (rule.max_age_seconds) headers.emplace_back("Access-Control-Max-Age", std::to_string(*rule.max_age_seconds));
  if (!is_any) headers.emplace_back("Access-Control-Allow-Credentials", "true");
  headers.emplace_back("Vary", "Origin, Access-Control-Request-Headers, Access-Control-Request-Method");
  return headers;
}

}  // namespace gust::bucket
