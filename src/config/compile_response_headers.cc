// Response headers policies: what is taken from answers and what is added to them.
//
// Source: CLOUDFRONT.md, RHP-1 to RHP-6. From general knowledge of the service: the forms of the security headers'
//         values; that those headers are no custom ones; sizes of custom headers.
// Stricter: custom headers of the names that cannot be removed (RHP-5) are refused too, as they belong to the
// connection
//         or to the edge.
#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "base/text.h"
#include "config/compile_internal.h"
#include "config/removable_headers.h"

namespace gust::config {
namespace {

namespace model = aws::cloudfront;
using Header = ResponseHeadersPolicy::Header;

constexpr std::size_t value_characters_max = 1783;     // RHP-4
constexpr std::size_t custom_characters_max = 10'240;  // names and values in all

// Those that SecurityHeadersConfig sets.
bool is_security_header(std::string_view name) {
  constexpr std::array<std::string_view, 6> names = {"content-security-policy",   "referrer-policy",
                                                     "strict-transport-security", "x-content-type-options",
                                                     "x-frame-options",           "x-xss-protection"};
  return std::ranges::find(names, name) != names.end();
}

void compile_removed(const model::ResponseHeadersPolicyRemoveHeadersConfig& config, const Place& place,
                     ResponseHeadersPolicy& out) {
  std::set<std::string> seen;
  for (std::size_t i = 0; i < config.items.size(); ++i) {
    const std::string name = to_lower(config.items[i].header);
    const Place here = place.at(i).in("Header");
    here.expect(is_token(name), "The header name is not a token.");
    here.expect(is_removable_response_header(name),
                fmt::format("The header {} cannot be removed.", config.items[i].header));
    here.expect(seen.insert(name).second, "The header is named twice.");
    out.removed.push_back(name);
  }
}

// RHP-3: `*`, or [scheme://]host[:port] whose leftmost label may be `*`.
bool is_allowed_origin(std::string_view origin) {
  if (origin == "*") return true;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (starts_with_fold(origin, scheme)) {
      origin.remove_prefix(scheme.size());
      break;
    }
  }
  if (origin.starts_with("*.")) origin.remove_prefix(2);
  const Cut parts = cut(origin, ':');
  const bool has_good_port = !parts.found || parse_decimal<std::uint16_t>(parts.after).value_or(0) != 0;
  return has_good_port && !parts.before.empty() && std::ranges::all_of(parts.before, [](char c) {
           return is_alpha(c) || is_digit(c) || c == '-' || c == '.' || c == '_';
         });
}

void expect_headers(const std::vector<std::string>& names, const Place& place) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    // `*` is a token too.
    place.at(i).expect(is_token(names[i]), "The header name is not a token.");
  }
}

std::vector<std::string> methods_of(const std::vector<std::string>& methods, const Place& place) {
  const bool is_all = std::ranges::find(methods, "ALL") != methods.end();
  place.expect(!is_all || methods.size() == 1, "The method ALL stands alone.");
  if (is_all) return {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"};
  return methods;
}

void compile_cors(const model::ResponseHeadersPolicyCorsConfig& config, const Place& place,
                  ResponseHeadersPolicy& out) {
  ResponseHeadersPolicy::Cors& cors = out.cors.emplace();
  const Place origins = place.in("AccessControlAllowOrigins");
  const Place methods = place.in("AccessControlAllowMethods");
  const Place headers = place.in("AccessControlAllowHeaders");
  cors.allow_origins = config.access_control_allow_origins.items;
  origins.expect(!cors.allow_origins.empty(), "At least one origin is needed.");
  for (std::size_t i = 0; i < cors.allow_origins.size(); ++i) {
    origins.at(i).expect(is_allowed_origin(cors.allow_origins[i]),
                         "An allowed origin is *, or a scheme and a host, whose leftmost label may be *.");
  }
  cors.allow_methods = methods_of(config.access_control_allow_methods.items, methods);
  methods.expect(!cors.allow_methods.empty(), "At least one method is needed.");
  cors.allow_headers = config.access_control_allow_headers.items;
  headers.expect(!cors.allow_headers.empty(), "At least one header is needed.");
  expect_headers(cors.allow_headers, headers);
  if (config.access_control_expose_headers) {
    cors.expose_headers = config.access_control_expose_headers->items;
    expect_headers(cors.expose_headers, place.in("AccessControlExposeHeaders"));
  }
  cors.allow_credentials = config.access_control_allow_credentials;
  if (config.access_control_max_age_sec) {
    cors.max_age = *config.access_control_max_age_sec;
    place.in("AccessControlMaxAgeSec").expect(*cors.max_age >= 0, "A time is not below 0.");
  }
  cors.overrides = config.origin_override;
}

std::string transport_security_of(const model::ResponseHeadersPolicyStrictTransportSecurity& config) {
  return fmt::format("max-age={}{}{}", config.access_control_max_age_sec,
                     config.include_subdomains.value_or(false) ? "; includeSubDomains" : "",
                     config.preload.value_or(false) ? "; preload" : "");
}

std::string xss_protection_of(const model::ResponseHeadersPolicyXSSProtection& config, const Place& place) {
  const std::string report = config.report_uri.value_or("");
  const bool blocks = config.mode_block.value_or(false);
  place.expect(!blocks || report.empty(), "ModeBlock and ReportUri exclude each other.");  // RHP-4
  place.expect(config.protection || (!blocks && report.empty()), "ModeBlock and ReportUri need Protection.");
  place.in("ReportUri")
      .expect(is_visible_ascii(report, value_characters_max) && report.find(';') == std::string::npos,
              "The report URI is too long or contains an invalid character.");
  if (!config.protection) return "0";
  if (blocks) return "1; mode=block";
  return report.empty() ? "1" : "1; report=" + report;
}

// In this order, whichever are there.
void compile_security(const model::ResponseHeadersPolicySecurityHeadersConfig& config, const Place& place,
                      ResponseHeadersPolicy& out) {
  if (const auto& transport = config.strict_transport_security) {
    place.in("StrictTransportSecurity")
        .in("AccessControlMaxAgeSec")
        .expect(transport->access_control_max_age_sec >= 0, "A time is not below 0.");
    out.headers.push_back({"Strict-Transport-Security", transport_security_of(*transport), transport->override});
  }
  if (const auto& type = config.content_type_options) {
    out.headers.push_back({"X-Content-Type-Options", "nosniff", type->override});
  }
  if (const auto& frame = config.frame_options) {
    out.headers.push_back({"X-Frame-Options", frame->frame_option, frame->override});
  }
  if (const auto& referrer = config.referrer_policy) {
    out.headers.push_back({"Referrer-Policy", referrer->referrer_policy, referrer->override});
  }
  if (const auto& protection = config.xss_protection) {
    out.headers.push_back(
        {"X-XSS-Protection", xss_protection_of(*protection, place.in("XSSProtection")), protection->override});
  }
  if (const auto& content = config.content_security_policy) {
    const Place here = place.in("ContentSecurityPolicy");
    here.expect(content->content_security_policy.size() <= value_characters_max,
                "The content security policy is longer than 1783 characters.", "TooLongCSPInResponseHeadersPolicy");
    here.expect(!content->content_security_policy.empty() && is_field_value(content->content_security_policy),
                "The content security policy is empty or contains an invalid character.");
    out.headers.push_back({"Content-Security-Policy", content->content_security_policy, content->override});
  }
}

void compile_custom(const model::ResponseHeadersPolicyCustomHeadersConfig& config, const Place& place,
                    ResponseHeadersPolicy& out) {
  std::set<std::string> seen;
  std::size_t characters = 0;
  for (std::size_t i = 0; i < config.items.size(); ++i) {
    const auto& [name, value, overrides] = config.items[i];
    const std::string folded = to_lower(name);
    const Place here = place.at(i);
    characters += name.size() + value.size();
    here.in("Header").expect(is_token(name) && name.size() <= 256,
                             "The header name is not a token of at most 256 characters.");
    here.in("Header").expect(
        !is_security_header(folded),
        fmt::format("The parameter CustomHeaders contains {} that is a security header and cannot be set as custom "
                    "header.",
                    name));
    here.in("Header").expect(is_removable_response_header(name),
                             fmt::format("The parameter CustomHeaders contains {} that is not allowed.", name));
    here.in("Header").expect(seen.insert(folded).second, "The header is named twice.");
    here.in("Value").expect(is_field_value(value) && value.size() <= value_characters_max,
                            "The header value is longer than 1783 characters or holds some that are not allowed.");
    out.headers.push_back({name, value, overrides});
  }
  place.expect(characters <= custom_characters_max,
               "The names and values of the custom headers are longer than 10240 characters in all.");
}

// RHP-6. Without a rate only those who ask for it (Pragma: server-timing) get the header.
void compile_server_timing(const model::ResponseHeadersPolicyServerTimingHeadersConfig& config, const Place& place,
                           ResponseHeadersPolicy& out) {
  const double rate = config.sampling_rate.value_or(0);
  const double scaled = rate * 10'000;
  place.in("SamplingRate")
      .expect(rate >= 0 && rate <= 100 && std::abs(scaled - std::round(scaled)) < 1e-6,
              "A sampling rate is from 0 to 100, with at most four decimals.");
  if (config.enabled) out.server_timing_rate = rate;
}

}  // namespace

ResponseHeadersPolicy compile_response_headers_policy(const model::ResponseHeadersPolicyConfig& config,
                                                      const Place& place) {
  ResponseHeadersPolicy out;
  check_policy_name(config.name, config.comment, place);
  if (config.remove_headers_config) {
    compile_removed(*config.remove_headers_config, place.in("RemoveHeadersConfig"), out);
  }
  if (config.cors_config) compile_cors(*config.cors_config, place.in("CorsConfig"), out);
  if (config.security_headers_config) {
    compile_security(*config.security_headers_config, place.in("SecurityHeadersConfig"), out);
  }
  if (config.custom_headers_config) {
    compile_custom(*config.custom_headers_config, place.in("CustomHeadersConfig"), out);
  }
  if (config.server_timing_headers_config) {
    compile_server_timing(*config.server_timing_headers_config, place.in("ServerTimingHeadersConfig"), out);
  }
  return out;
}

}  // namespace gust::config
