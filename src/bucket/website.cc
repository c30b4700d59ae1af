#include "bucket/website.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "bucket/s3_error_internal.h"
#include "http/status.h"

namespace gust::bucket {
namespace {

namespace s3 = aws::s3;

constexpr std::size_t rules_max = 50;

std::unexpected<aws::ServiceError> refuse(std::string_view code, std::string message) {
  return std::unexpected(s3_error(code, std::move(message)));
}

bool is_status(std::string_view text, char first, char last) {
  return text.size() == 3 && text[0] >= first && text[0] <= last && is_digit(text[1]) && is_digit(text[2]);
}

// What may stand in a Location without breaking out of it.
bool is_host(std::string_view name) {
  return !name.empty() && name.size() <= 255 && std::ranges::all_of(name, [](char c) {
    return is_alpha(c) || is_digit(c) || c == '.' || c == '-' || c == ':' || c == '_' || c == '/';
  });
}

aws::Answer<std::monostate> check_rule(const s3::RoutingRule& rule) {
  if (rule.condition) {
    const auto& code = rule.condition->http_error_code_returned_equals;
    if (code && !is_status(*code, '4', '5')) {
      return refuse("InvalidRequest",
                    fmt::format("The provided HTTP error code ({}) is not valid. Valid codes are 4XX or 5XX.", *code));
    }
    if (!code && !rule.condition->key_prefix_equals) {
      return refuse("InvalidRequest",
                    "Condition cannot be empty. To redirect all requests without a condition, the "
                    "condition element shouldn't be present.");
    }
  }
  const s3::Redirect& redirect = rule.redirect;
  if (redirect.http_redirect_code &&
      (!is_status(*redirect.http_redirect_code, '3', '3') || *redirect.http_redirect_code == "300")) {
    return refuse("InvalidRequest",
                  fmt::format("The provided HTTP redirect code ({}) is not valid. Valid codes are 3XX except 300.",
                              *redirect.http_redirect_code));
  }
  if (redirect.replace_key_prefix_with && redirect.replace_key_with) {
    return refuse("InvalidRequest", "You can only define ReplaceKeyPrefix or ReplaceKey but not both.");
  }
  if (redirect.host_name && !is_host(*redirect.host_name))
    return refuse("InvalidRequest", "The HostName is not valid.");
  const bool says_nothing = !redirect.host_name && !redirect.protocol && !redirect.http_redirect_code &&
                            !redirect.replace_key_prefix_with && !redirect.replace_key_with;
  if (says_nothing) return std::unexpected(s3_error("MalformedXML"));
  return {};
}

std::string location_of(std::string_view protocol, std::string_view host, std::string_view key) {
  return fmt::format("{}://{}/{}", protocol, host, percent_encode(key, "/"));
}

bool fits(const s3::RoutingRule& rule, std::string_view key, std::optional<int> error_status) {
  const auto code = rule.condition ? rule.condition->http_error_code_returned_equals : std::nullopt;
  if (code.has_value() != error_status.has_value()) return false;
  if (code && *code != std::to_string(*error_status)) return false;
  return !rule.condition || key.starts_with(rule.condition->key_prefix_equals.value_or(""));
}

}  // namespace

aws::Answer<std::monostate> check_website(const s3::WebsiteConfiguration& configuration) {
  if (configuration.redirect_all_requests_to) {
    if (configuration.index_document || configuration.error_document || !configuration.routing_rules.empty()) {
      return refuse("InvalidArgument",
                    "RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules.");
    }
    if (!is_host(configuration.redirect_all_requests_to->host_name)) {
      return refuse("InvalidArgument", "The HostName of RedirectAllRequestsTo is not valid.");
    }
    return {};
  }
  if (!configuration.index_document) {
    return refuse("InvalidArgument",
                  "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty");
  }
  const std::string& suffix = configuration.index_document->suffix;
  if (suffix.empty() || suffix.contains('/')) {
    return refuse("InvalidArgument", "The IndexDocument Suffix is not well formed");
  }
  if (configuration.error_document && configuration.error_document->key.empty()) {
    return refuse("InvalidArgument", "The ErrorDocument Key is not well formed");
  }
  if (configuration.routing_rules.size() > rules_max) {
    return refuse("InvalidRequest", fmt::format("The number of routing rules must not exceed {}.", rules_max));
  }
  for (const s3::RoutingRule& rule : configuration.routing_rules) TRY_OK(check_rule(rule));
  return {};
}

aws::Answer<std::monostate> check_redirect_location(std::string_view location) {
  const bool has_prefix =
      location.starts_with('/') || location.starts_with("http://") || location.starts_with("https://");
  if (has_prefix && location.size() <= 2048) return {};
  return refuse("InvalidRedirectLocation",
                "The website redirect location must have a prefix of 'http://' or 'https://' or '/'.");
}

std::optional<WebsiteRedirect> find_redirect(const s3::WebsiteConfiguration& configuration, std::string_view key,
                                             std::string_view host, std::optional<int> error_status) {
  if (const auto& all = configuration.redirect_all_requests_to) {
    return WebsiteRedirect{.status = 301, .location = location_of(all->protocol.value_or("http"), all->host_name, key)};
  }
  const auto rule = std::ranges::find_if(configuration.routing_rules, [&](const s3::RoutingRule& candidate) {
    return fits(candidate, key, error_status);
  });
  if (rule == configuration.routing_rules.end()) return std::nullopt;
  const s3::Redirect& redirect = rule->redirect;
  std::string to(key);
  if (redirect.replace_key_with) to = *redirect.replace_key_with;
  if (redirect.replace_key_prefix_with) {
    const std::size_t prefix = rule->condition ? rule->condition->key_prefix_equals.value_or("").size() : 0;
    to = *redirect.replace_key_prefix_with + to.substr(prefix);
  }
  return WebsiteRedirect{
      .status = static_cast<int>(parse_decimal<unsigned>(redirect.http_redirect_code.value_or("301")).value_or(301)),
      .location = location_of(redirect.protocol.value_or("http"), redirect.host_name.value_or(std::string(host)), to)};
}

std::string index_key(const s3::WebsiteConfiguration& configuration, std::string_view key) {
  const bool is_folder = key.empty() || key.ends_with('/');
  if (!is_folder || !configuration.index_document) return std::string(key);
  return std::string(key) + configuration.index_document->suffix;
}

std::string error_page(int status, std::string_view code, std::string_view message, std::string_view key,
                       std::string_view request_id, std::string_view host_id) {
  const std::string title = fmt::format("{} {}", status, http::reason_phrase(static_cast<std::uint16_t>(status)));
  return fmt::format(
      "<html>\n<head><title>{0}</title></head>\n<body>\n<h1>{0}</h1>\n<ul>\n<li>Code: {1}</li>\n<li>Message: {2}</li>\n"
      "{3}<li>RequestId: {4}</li>\n<li>HostId: {5}</li>\n</ul>\n<hr/>\n</body>\n</html>\n",
      title, xml_text(code), xml_text(message), key.empty() ? "" : fmt::format("<li>Key: {}</li>\n", xml_text(key)),
      request_id, host_id);
}

}  // namespace gust::bucket
