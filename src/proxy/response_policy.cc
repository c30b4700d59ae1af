#include "proxy/response_policy.h"

#include <algorithm>
#include <cmath>

#include "base/arena.h"
#include "base/date.h"
#include "base/text.h"
#include "config/removable_headers.h"
#include "http/field_values.h"

namespace gust::proxy {
namespace {

using http::Name;

constexpr ByteView own_server = "CloudFront";

bool is_host_byte(char c) { return is_alpha(c) || is_digit(c) || c == '-' || c == '.'; }

bool ends_with_fold(ByteView text, ByteView end) {
  return text.size() >= end.size() && equal_fold(text.substr(text.size() - end.size()), end);
}

// RHP-2. What we put in ourselves (HDR-5) is not the origin's.
void put(http::Fields& fields, http::NameRef name, ByteView value, bool overrides) {
  const http::Field* present = fields.find(name);
  const bool is_ours = present != nullptr && name.known == Name::server && present->value == own_server;
  if (present == nullptr || is_ours || overrides) fields.set(name, value);
}

std::string list_of(const std::vector<std::string>& names) { return join(names, ", "); }

// `ALL` stands for the seven methods.
std::string methods_of(const std::vector<std::string>& methods) {
  if (std::ranges::find(methods, "ALL") != methods.end()) return "GET, DELETE, HEAD, OPTIONS, PATCH, POST, PUT";
  return list_of(methods);
}

// Whether there are CORS headers, and which, hangs on Origin: a cache on the way to the viewer must know.
void vary_by_origin(http::Fields& fields, Arena& arena) {
  const auto vary = fields.combined(Name::vary, arena);
  if (!vary || vary->empty()) {
    fields.set(Name::vary, "Origin");
  } else if (!http::list_has(*vary, "Origin") && !http::list_has(*vary, "*")) {
    fields.set(Name::vary, arena.join({*vary, ", Origin"}));
  }
}

bool is_preflight(const http::RequestHead& request) {
  return request.method == http::Method::options && request.fields.has(Name::access_control_request_method);
}

}  // namespace

AllowedOrigin::AllowedOrigin(std::string text) : is_any_(text == "*") {
  const Cut parts = cut(text, "://");
  if (parts.found) scheme_ = parts.before;
  const ByteView host = parts.found ? parts.after : ByteView(text);
  is_wildcard_ = host.starts_with("*.");
  host_ = is_wildcard_ ? host.substr(1) : host;
}

bool AllowedOrigin::matches(ByteView origin) const {
  if (is_any_) return true;
  const Cut parts = cut(origin, "://");
  if (!parts.found || (!scheme_.empty() && !equal_fold(scheme_, parts.before))) return false;
  if (!is_wildcard_) return equal_fold(host_, parts.after);
  if (!ends_with_fold(parts.after, host_)) return false;
  const ByteView labels = parts.after.substr(0, parts.after.size() - host_.size());
  return !labels.empty() && std::ranges::all_of(labels, is_host_byte);
}

ResponsePolicy::ResponsePolicy(const config::ResponseHeadersPolicy& policy) : headers_(policy.headers) {
  std::ranges::copy_if(policy.removed, std::back_inserter(removed_), config::is_removable_response_header);
  if (policy.cors) {
    const config::ResponseHeadersPolicy::Cors& from = *policy.cors;
    Cors cors;
    for (const std::string& origin : from.allow_origins) cors.origins.emplace_back(origin);
    cors.methods = methods_of(from.allow_methods);
    cors.headers = list_of(from.allow_headers);
    cors.exposed = list_of(from.expose_headers);
    if (from.max_age) cors.max_age = std::to_string(*from.max_age);
    cors.allows_credentials = from.allow_credentials;
    cors.overrides = from.overrides;
    cors_ = std::move(cors);
  }
  if (policy.server_timing_rate) {
    const double share = std::clamp(*policy.server_timing_rate, 0.0, 100.0) / 100.0;
    timing_rate_ = static_cast<std::uint64_t>(std::llround(share * static_cast<double>(timing_rate_of_all)));
  }
}

void ResponsePolicy::remove_from(http::Fields& fields, WallTime now, Arena& arena) const {
  const auto is_removed = [this](const http::Field& field) {
    return std::ranges::any_of(removed_, [&](const std::string& name) { return equal_fold(name, field.name); });
  };
  const bool had_server = fields.has(Name::server);
  const bool had_date = fields.has(Name::date);
  fields.remove_if(is_removed);
  // HDR-5: these two are made anew.
  if (had_server && !fields.has(Name::server)) fields.add(Name::server, own_server);
  if (had_date && !fields.has(Name::date)) fields.add(Name::date, arena.copy(http_date_of(now)));
}

void ResponsePolicy::add_cors(const http::RequestHead& request, http::Fields& fields, Arena& arena) const {
  vary_by_origin(fields, arena);
  const auto origin = request.fields.get(Name::origin);
  if (!origin || origin->empty()) return;  // no CORS request
  const auto found =
      std::ranges::find_if(cors_->origins, [&](const AllowedOrigin& allowed) { return allowed.matches(*origin); });
  if (found == cors_->origins.end()) {
    if (!cors_->overrides) return;
    fields.remove(Name::access_control_allow_origin);
    fields.remove(Name::access_control_allow_credentials);
    return;
  }
  const auto add = [&](Name name, ByteView value) {
    if (!value.empty()) put(fields, name, value, cors_->overrides);
  };
  // `*` stays `*` also where credentials are allowed: browsers then refuse them, as they must where everyone may ask.
  add(Name::access_control_allow_origin, found->is_any() ? "*" : *origin);
  if (cors_->allows_credentials) add(Name::access_control_allow_credentials, "true");
  if (is_preflight(request)) {
    add(Name::access_control_allow_methods, cors_->methods);
    add(Name::access_control_allow_headers, cors_->headers);
    add(Name::access_control_max_age, cors_->max_age);
  } else {
    add(Name::access_control_expose_headers, cors_->exposed);
  }
}

void ResponsePolicy::apply(const http::RequestHead& request, WallTime now, http::Fields& fields, Arena& arena) const {
  if (!removed_.empty()) remove_from(fields, now, arena);
  if (cors_) add_cors(request, fields, arena);
  for (const auto& header : headers_) put(fields, ByteView(header.name), header.value, header.overrides);
}

bool ResponsePolicy::asks_for_timing(const http::RequestHead& request) {
  for (const http::Field* at = request.fields.find(Name::pragma); at != nullptr;
       at = request.fields.find(Name::pragma, at)) {
    if (http::list_has(at->value, "server-timing")) return true;
  }
  return false;
}

}  // namespace gust::proxy
