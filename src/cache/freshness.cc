#include "cache/freshness.h"

#include <algorithm>

#include "base/date.h"
#include "base/text.h"
#include "cache/rfc9111.h"
#include "http/cache_control.h"
#include "http/field_values.h"
#include "http/message.h"

namespace gust::cache {
namespace {

using http::CacheControl;
using http::Name;

// How long the origin wants its response to be fresh, and which rule reads that.
struct OriginLifetime {
  Duration from_arrival{};  // what is left on arrival; may be negative
  std::string_view rule;
  bool is_explicit = false;  // max-age or s-maxage (ERR-2)
};

Duration corrected_initial_age(const http::ResponseHead& response, const FetchTimes& times) {
  Duration apparent{};
  if (const auto date = read_http_date(response.fields.get(Name::date).value_or(ByteView()))) {
    apparent = std::max(Duration::zero(), Duration(times.received_wall - *date));
  }
  const ByteView age_text = response.fields.get(Name::age).value_or(ByteView());
  // A list is one malformed value; its first member is the one to use (RFC 9111 section 5.1).
  const auto age = http::read_delta_seconds(trim(cut(age_text, ',').before));
  const Duration delay = std::max(Duration::zero(), Duration(times.received - times.requested));
  // Laxer than the RFC: the delay ages only what came through another cache. A slow origin's answer is new.
  const Duration corrected = Duration(seconds(age.value_or(0))) + (age ? delay : Duration::zero());
  // Dates have whole seconds: below one, apparent age says nothing but how the seconds fell.
  return std::max<Duration>(corrected, std::chrono::floor<seconds>(apparent));
}

bool has_wildcard_vary(const http::Fields& fields) {
  for (const http::Field* at = fields.find(Name::vary); at != nullptr; at = fields.find(Name::vary, at)) {
    if (http::list_has(at->value, "*")) return true;
  }
  return false;
}

bool has_validator(const http::Fields& fields) {
  return fields.has(Name::etag) || read_http_date(fields.get(Name::last_modified).value_or(ByteView())).has_value();
}

std::optional<OriginLifetime> origin_lifetime(const http::ResponseHead& response, const CacheControl& control,
                                              Duration initial_age, const FetchTimes& times) {
  if (control.s_maxage) return OriginLifetime{seconds(*control.s_maxage) - initial_age, "TTL-3", true};
  if (control.max_age) return OriginLifetime{seconds(*control.max_age) - initial_age, "TTL-1", true};
  if (const auto expires = response.fields.get(Name::expires)) {
    const auto at = read_http_date(*expires);
    if (!at) return OriginLifetime{Duration::zero(), "TTL-11", false};
    return OriginLifetime{*at - times.received_wall, "TTL-4", false};
  }
  return std::nullopt;
}

// As on the wire: what is larger counts as 2^31 seconds (RFC 9111 section 1.2.2).
Duration bounded(seconds ttl) { return std::clamp(ttl, seconds(0), seconds(http::delta_seconds_max)); }

// ERR-1 to ERR-3.
enum class ErrorCaching : std::uint8_t { always, if_explicit, never };
ErrorCaching error_caching(std::uint16_t status) {
  switch (status) {
    case 404:
    case 414:
    case 500:
    case 501:
    case 502:
    case 503:
    case 504:
      return ErrorCaching::always;
    case 400:
    case 403:
    case 405:
    case 412:
    case 415:
      return ErrorCaching::if_explicit;
    default:
      return ErrorCaching::never;
  }
}

struct Judge {
  const RequestFacts& request;
  const http::ResponseHead& response;
  const TtlPolicy& policy;
  const FetchTimes& times;
  const CacheControl control = http::read_cache_control(response.fields);
  const Duration initial_age = corrected_initial_age(response, times);

  Storing pass(std::string_view rule) const {
    Storing result;
    result.freshness = base(rule);
    return result;
  }

  Freshness base(std::string_view rule) const {
    Freshness freshness;
    freshness.received = times.received;
    freshness.initial_age = initial_age;
    freshness.lifetime = initial_age;
    freshness.rule = rule;
    return freshness;
  }

  // Fresh for `from_arrival`, whatever the age on arrival.
  Storing store(Duration from_arrival, std::string_view rule) const {
    Storing result;
    result.freshness = base(rule);
    result.freshness.lifetime = initial_age + from_arrival;
    const Duration kept = bounded(policy.maximum);
    result.freshness.kept_stale = kept;
    result.freshness.stale_while_revalidate =
        std::min<Duration>(kept, seconds(control.stale_while_revalidate.value_or(0)));
    if (control.stale_if_error) {
      result.freshness.stale_if_error = std::min<Duration>(kept, seconds(*control.stale_if_error));
    }
    result.fields_withheld = {control.no_cache_fields, control.private_fields};
    if (from_arrival > Duration::zero()) {
      result.verdict = Storing::store;
    } else {
      // COLL-3: nobody else may have it; worth keeping only if it can be confirmed or served when the origin is down.
      const bool is_useful = kept > Duration::zero() && has_validator(response.fields);
      result.verdict = is_useful ? Storing::store_alone : Storing::pass;
    }
    return result;
  }

  Storing error() const {
    const ErrorCaching caching = error_caching(response.status);
    if (caching == ErrorCaching::never) return pass("ERR-3");
    const bool is_forbidden = control.no_cache || control.no_store || control.private_;
    if (policy.is_s3_origin && response.status == 501 && is_forbidden) return pass("STALE-9");
    const auto lifetime = origin_lifetime(response, control, initial_age, times);
    const bool is_explicit = lifetime && lifetime->is_explicit && !is_forbidden;
    if (caching == ErrorCaching::if_explicit && !is_explicit && !policy.has_error_page) return pass("ERR-2");
    Duration from_arrival = bounded(policy.error_minimum);
    if (lifetime && !is_forbidden) {
      from_arrival = std::max(from_arrival, std::min(lifetime->from_arrival, bounded(policy.maximum)));
    }
    return store(from_arrival, "ERR-4");
  }

  Storing success() const {
    const Duration minimum = bounded(policy.minimum);
    const Duration maximum = bounded(policy.maximum);
    if (has_wildcard_vary(response.fields) && policy.minimum.count() == 0) return pass("VARY-3");
    if (control.no_cache || control.no_store || control.private_) {
      if (minimum > Duration::zero()) return store(minimum, "TTL-5");
      if (control.no_store || control.private_) return pass("TTL-5");
      return store(Duration::zero(), "TTL-5");
    }
    const auto lifetime = origin_lifetime(response, control, initial_age, times);
    if (!lifetime) return store(std::max(minimum, bounded(policy.default_) - initial_age), "TTL-2");
    return store(std::max(minimum, std::min(lifetime->from_arrival, maximum)), lifetime->rule);
  }

  Storing run() const {
    if (policy.is_caching_off()) return pass("TTL-9");
    if (request.is_head) return pass("HEAD-2");
    if (request.is_options ? !policy.is_options_cached : !request.is_get) return pass("RFC 9111 3");
    if (request.has_unkeyed_authorization && !control.public_ && !control.must_revalidate && !control.s_maxage) {
      return pass("RFC 9111 3.5");
    }
    if (response.status == 206) return pass("RFC 9111 3.3");
    if (response.status < 200 || response.status == 304) return pass("RFC 9111 3");
    if (response.status >= 400) return error();
    return success();
  }
};

}  // namespace

RequestFacts request_facts(const http::Method& method) {
  RequestFacts facts;
  facts.is_get = method == http::Method::get;
  facts.is_head = method == http::Method::head;
  facts.is_options = method == http::Method::options;
  facts.is_post = method == http::Method::post;
  return facts;
}

Storing judge_storing(const RequestFacts& request, const http::ResponseHead& response, const TtlPolicy& policy,
                      const FetchTimes& times) {
  if (policy.is_rfc9111) return judge_by_rfc9111(request, response, policy, times);
  return Judge{request, response, policy, times}.run();
}

bool may_serve_on_error(const Freshness& freshness, Instant now) {
  if (!is_of_use(freshness, now)) return false;
  if (!freshness.stale_if_error || may_serve_while_revalidating(freshness, now)) return true;
  return age_of(freshness, now) < freshness.lifetime + *freshness.stale_if_error;
}

}  // namespace gust::cache
