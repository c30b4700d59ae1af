#include "cache/rfc9111.h"

#include <algorithm>

#include "base/date.h"
#include "base/text.h"
#include "cache/variant.h"
#include "http/cache_control.h"
#include "http/field_values.h"
#include "http/message.h"
#include "http/targeted_cache_control.h"

namespace gust::cache {
namespace {

using http::CacheControl;
using http::Name;

// Section 4.2.2: a tenth of the time since the last change, as is usual, but no longer than a day: who did not say
// anything should not have to wait for weeks.
constexpr int heuristic_fraction = 10;
constexpr Duration heuristic_max = std::chrono::hours(24);

// RFC 9110 section 15.1. 206 is not here: what is partial is stored by rules of its own.
bool is_heuristically_cacheable(std::uint16_t status) {
  constexpr std::uint16_t statuses[] = {200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501};
  return std::ranges::find(statuses, status) != std::end(statuses);
}

// Section 5.2.2.3: final status codes of RFC 9110 section 15, whose caching requirements are kept here.
bool is_understood(std::uint16_t status) {
  switch (status) {
    case 304:  // never a response of its own
    case 206:  // see is_heuristically_cacheable()
    case 306:
    case 418:
      return false;
    case 421:
    case 422:
    case 426:
      return true;
    default:
      return (status >= 200 && status <= 205) || (status >= 300 && status <= 308) || (status >= 400 && status <= 417) ||
             (status >= 500 && status <= 505);
  }
}

std::optional<WallTime> date_in(const http::Fields& fields, Name name) {
  return read_http_date(fields.get(name).value_or(ByteView()));
}

struct Lifetime {
  Duration whole{};  // from the response's making
  std::string_view rule;
};

struct Judge {
  const RequestFacts& request;
  const http::ResponseHead& response;
  const TtlPolicy& policy;
  const FetchTimes& times;
  // RFC 9213 section 2.2: where it is there, neither Cache-Control nor Expires counts.
  const std::optional<CacheControl> targeted = http::read_cdn_cache_control(response.fields);
  const CacheControl control = targeted ? *targeted : http::read_cache_control(response.fields);
  const std::optional<WallTime> date = date_in(response.fields, Name::date);
  const Duration initial_age = corrected_initial_age();

  // Section 4.2.3.
  Duration corrected_initial_age() const {
    Duration apparent{};
    if (date) apparent = std::max(Duration::zero(), Duration(times.received_wall - *date));
    // Section 5.1: the first member of a list counts, and what is no number counts as absent.
    const ByteView age = trim(cut(response.fields.get(Name::age).value_or(ByteView()), ',').before);
    const Duration delay = std::max(Duration::zero(), Duration(times.received - times.requested));
    const Duration corrected = Duration(seconds(http::read_delta_seconds(age).value_or(0))) + delay;
    // Dates have whole seconds: below one, apparent age says nothing but how the seconds fell.
    return std::max<Duration>(corrected, std::chrono::floor<seconds>(apparent));
  }

  // Section 4.2.1.
  std::optional<Lifetime> explicit_lifetime() const {
    const std::string_view rule = targeted ? "RFC 9213 2.2" : "RFC 9111 4.2.1";
    if (control.s_maxage) return Lifetime{seconds(*control.s_maxage), rule};
    if (control.max_age) return Lifetime{seconds(*control.max_age), rule};
    const auto expires = targeted ? std::nullopt : response.fields.get(Name::expires);
    if (!expires) return std::nullopt;
    const auto at = read_http_date(*expires);
    if (!at) return Lifetime{Duration::zero(), "RFC 9111 5.3"};
    return Lifetime{*at - date.value_or(times.received_wall), rule};
  }

  // Section 4.2.2.
  std::optional<Lifetime> heuristic_lifetime() const {
    if (!is_heuristically_cacheable(response.status) && !control.public_) return std::nullopt;
    if (const auto changed = date_in(response.fields, Name::last_modified)) {
      const Duration unchanged = date.value_or(times.received_wall) - *changed;
      const Duration lifetime = std::clamp(unchanged / heuristic_fraction, Duration::zero(), heuristic_max);
      return Lifetime{lifetime, "RFC 9111 4.2.2"};
    }
    const seconds given = response.status >= 400 ? policy.error_minimum : policy.default_;
    return Lifetime{std::max(seconds(0), given), "RFC 9111 4.2.2"};
  }

  Freshness facts(std::string_view rule) const {
    Freshness freshness;
    freshness.received = times.received;
    freshness.initial_age = initial_age;
    freshness.lifetime = initial_age;
    freshness.rule = rule;
    return freshness;
  }

  Storing pass(std::string_view rule) const {
    Storing result;
    result.freshness = facts(rule);
    return result;
  }

  Storing store(Lifetime lifetime) const {
    Storing result;
    Freshness& freshness = result.freshness;
    freshness = facts(lifetime.rule);
    const Duration most = std::clamp(policy.maximum, seconds(0), seconds(http::delta_seconds_max));
    const Duration from_arrival = std::min(lifetime.whole - initial_age, most);
    freshness.lifetime = initial_age + from_arrival;
    freshness.kept_stale = most;
    // Sections 4.2.4 and 5.2.2.10: s-maxage means proxy-revalidate too.
    freshness.never_stale =
        control.must_revalidate || control.proxy_revalidate || control.no_cache || control.s_maxage.has_value();
    if (freshness.never_stale) {
      freshness.stale_if_error = Duration::zero();
    } else {
      freshness.stale_while_revalidate = std::min<Duration>(most, seconds(control.stale_while_revalidate.value_or(0)));
      if (control.stale_if_error) {
        freshness.stale_if_error = std::min<Duration>(most, seconds(*control.stale_if_error));
      }
    }
    result.fields_withheld = {control.no_cache_fields, control.private_fields};
    if (from_arrival > Duration::zero()) {
      result.verdict = Storing::store;
    } else {
      const bool has_validator = response.fields.has(Name::etag) || date_in(response.fields, Name::last_modified);
      result.verdict = has_validator && most > Duration::zero() ? Storing::store_alone : Storing::pass;
    }
    return result;
  }

  // Section 3, as far as methods go.
  bool is_method_stored(bool is_explicit) const {
    if (request.is_get) return true;
    if (request.is_options) return policy.is_options_cached && is_explicit;
    // RFC 9110 section 9.3.3.
    return request.is_post && request.is_own_content_location && is_explicit;
  }

  // Section 5.2.2.3: who understands the status ignores the no-store that is for those who do not.
  bool forbids_storing() const {
    if (control.must_understand) return !is_understood(response.status);
    return control.no_store;
  }

  Storing run() const {
    if (policy.is_caching_off()) return pass("TTL-9");
    if (response.status < 200 || response.status == 304) return pass("RFC 9111 3");
    if (response.status == 206) return pass("RFC 9111 3.3");
    const auto lifetime = explicit_lifetime();
    if (!is_method_stored(lifetime.has_value())) return pass(request.is_head ? "HEAD-2" : "RFC 9111 3");
    if (forbids_storing()) return pass(control.must_understand ? "RFC 9111 5.2.2.3" : "RFC 9111 5.2.2.5");
    if (control.private_) return pass("RFC 9111 5.2.2.7");
    if (request.has_unkeyed_authorization && !control.public_ && !control.must_revalidate && !control.s_maxage) {
      return pass("RFC 9111 3.5");
    }
    if (!read_vary(response.fields)) return pass("RFC 9111 4.1");
    if (control.no_cache) return store({Duration::zero(), "RFC 9111 5.2.2.4"});
    if (lifetime) return store(*lifetime);
    const auto heuristic = heuristic_lifetime();
    return heuristic ? store(*heuristic) : pass("RFC 9111 3");
  }
};

}  // namespace

Storing judge_by_rfc9111(const RequestFacts& request, const http::ResponseHead& response, const TtlPolicy& policy,
                         const FetchTimes& times) {
  return Judge{request, response, policy, times}.run();
}

}  // namespace gust::cache
