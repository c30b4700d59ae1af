#include "proxy/routes.h"

#include <algorithm>
#include <bit>

#include "base/check.h"
#include "base/text.h"

namespace gust::proxy {
namespace {

using config::Selection;
using Mode = Selection::Mode;

std::vector<std::string> without(const std::vector<std::string>& names, const std::vector<std::string>& dropped) {
  std::vector<std::string> kept;
  std::ranges::copy_if(names, std::back_inserter(kept),
                       [&](const std::string& name) { return std::ranges::find(dropped, name) == dropped.end(); });
  return kept;
}

std::vector<std::string> with(std::vector<std::string> names, const std::vector<std::string>& added) {
  const auto fresh = without(added, names);
  names.insert(names.end(), fresh.begin(), fresh.end());
  return names;
}

cache::NameSelection name_selection(const Selection& selection) {
  using Made = cache::NameSelection;
  switch (selection.mode) {
    case Mode::none:
      return {};
    case Mode::all:
      return {Made::all, {}};
    case Mode::listed:
      return {Made::listed, selection.names, selection.patterns};
    case Mode::all_except:
      return {Made::all_except, selection.names, selection.patterns};
  }
  return {};
}

cache::TtlPolicy ttl_policy(const config::Behavior& behavior, const config::Origin& origin) {
  using cache::seconds;
  cache::TtlPolicy ttl;
  ttl.minimum = std::chrono::floor<seconds>(behavior.cache.min_ttl);
  ttl.default_ = std::chrono::floor<seconds>(behavior.cache.default_ttl);
  ttl.maximum = std::chrono::floor<seconds>(behavior.cache.max_ttl);
  ttl.is_options_cached = behavior.cached_methods & config::method_options;
  ttl.is_s3_origin = origin.kind == config::Origin::Kind::bucket;
  ttl.is_rfc9111 = behavior.cache.profile == config::Profile::rfc9111;
  return ttl;
}

std::string host_header_of(const config::Origin& origin, std::uint16_t port, std::uint16_t usual) {
  return port == usual ? origin.domain_name : origin.domain_name + ":" + std::to_string(port);
}

origin::OriginProtocol protocol_of(const config::Origin& origin) {
  switch (origin.protocol) {
    case config::Origin::Protocol::http_only:
      return origin::OriginProtocol::http;
    case config::Origin::Protocol::https_only:
      return origin::OriginProtocol::https;
    case config::Origin::Protocol::match_viewer:
      break;
  }
  return origin::OriginProtocol::match;
}

origin::OriginTarget target_of(const config::Distribution& distribution, const config::Origin& origin) {
  origin::OriginTarget target;
  target.id = origin.id;
  target.tenant = distribution.id;
  target.host = origin.domain_name;
  target.port = origin.port;
  target.host_header = host_header_of(origin, origin.port, 80);
  target.protocol = protocol_of(origin);
  target.uses_ipv4 = origin.uses_ipv4;
  target.uses_ipv6 = origin.uses_ipv6;
  target.secure.port = origin.https_port;
  target.secure.host_header = host_header_of(origin, origin.https_port, 443);
  target.secure.versions = origin.tls_versions;
  target.path = origin.path;
  for (const config::CustomHeader& header : origin.custom_headers) {
    target.custom_headers.push_back({header.name, header.value});
  }
  target.connect_timeout = origin.connection_timeout;
  target.attempts = origin.connection_attempts;
  target.read_timeout = origin.read_timeout;
  target.keepalive_timeout = origin.keepalive_timeout;
  target.completion_timeout = origin.response_completion_timeout;
  return target;
}

bool is_bucket(const config::Origin& origin) { return origin.kind == config::Origin::Kind::bucket; }

// How a behaviour reaches `origin`.
struct Reach {
  origin::OriginTarget target;
  std::optional<origin::OriginTarget> bucket_target;
};

Reach reach_of(const config::Distribution& distribution, const config::Origin& origin, bool sends_viewers_host,
               const BucketHosting& buckets, const OriginKeys& keys) {
  Reach reach;
  reach.target = target_of(distribution, origin);
  reach.target.signing = sign_for_store(keys, origin);
  if (!origin.bucket.empty() && !buckets.endpoints.empty()) {
    reach.bucket_target = reach.target;
    reach.bucket_target->host_header = origin.domain_name;
    reach.bucket_target->protocol = origin::OriginProtocol::http;  // between our own
    reach.bucket_target->trusted_endpoints = buckets.endpoints;
    reach.bucket_target->signing = sign_for_own_store(keys, distribution, origin);
  }
  // ORP-4: without the viewer's Host the origin's own is sent; with it, the head's authority. KEY-9: a bucket goes by
  // its own name.
  if (sends_viewers_host && !is_bucket(origin)) {
    reach.target.host_header.clear();
    reach.target.secure.host_header.clear();
  }
  return reach;
}

const std::string& tag_header_of(const config::Distribution& distribution, const config::Origin& origin) {
  return origin.cache_tag_header.empty() ? distribution.cache_tag_header : origin.cache_tag_header;
}

Route make_route(const config::Distribution& distribution, std::size_t index, const BucketHosting& buckets,
                 const OriginKeys& keys) {
  const config::Behavior& behavior = distribution.behaviors[index];
  const config::Origin& origin = distribution.origins[behavior.origin];
  const config::CachePolicy& policy = behavior.cache;
  cache::KeyPolicy key;
  key.query = name_selection(policy.query);
  key.cookies = name_selection(policy.cookies);
  if (policy.headers.mode == Mode::listed) key.headers = policy.headers.names;
  key.gzip = policy.gzip;
  key.brotli = policy.brotli;
  key.zstd = policy.zstd;

  Route route;
  route.distribution = &distribution;
  route.behavior = &behavior;
  route.index = static_cast<std::uint32_t>(index);
  route.pattern = config::PathPattern(behavior.path_pattern);
  route.key = cache::KeyRules(std::move(key));
  route.query = name_selection(combine(policy.query, behavior.origin_request.query));
  const Selection cookies = combine(policy.cookies, behavior.origin_request.cookies);
  route.cookies = name_selection(cookies);
  route.headers = combine(policy.headers, behavior.origin_request.headers);
  route.viewer_headers = ViewerHeaders(policy.headers, behavior.origin_request.headers);
  if (behavior.response_headers) route.response_policy.emplace(*behavior.response_headers);
  route.ttl = ttl_policy(behavior, origin);
  route.cache_tag_header = tag_header_of(distribution, origin);
  route.forwards_cookies = cookies.mode != Mode::none;
  // KEY-11: all headers forwarded by legacy settings turns caching off.
  route.caches = !route.ttl.is_caching_off() && policy.headers.mode != Mode::all;
  route.compresses =
      behavior.compress && route.caches && route.key.has_codings() && !route.key.has_header("accept-encoding");
  route.collapses = route.caches && (!route.forwards_cookies || route.ttl.is_rfc9111);  // COLL-2
  route.tells_cache_status = policy.profile == config::Profile::rfc9111;
  route.is_legacy = policy.id.empty();
  Reach reach = reach_of(distribution, origin, route.sends_header("host"), buckets, keys);
  route.target = std::move(reach.target);
  route.bucket_target = std::move(reach.bucket_target);
  route.hides_bucket_fields = is_bucket(origin) || route.bucket_target;
  if (behavior.failover) {
    const config::Origin& other = distribution.origins[behavior.failover->second];
    Reach second = reach_of(distribution, other, route.sends_header("host"), buckets, keys);
    route.hides_bucket_fields = route.hides_bucket_fields || is_bucket(other) || second.bucket_target;
    route.second.emplace(&other, std::move(second.target), std::move(second.bucket_target),
                         tag_header_of(distribution, other));
  }
  return route;
}

}  // namespace

Selection combine(const Selection& cache, const Selection& origin_request) {
  if (cache.mode == Mode::none) return origin_request;
  if (origin_request.mode == Mode::none) return cache;
  if (cache.mode == Mode::all) return cache;
  if (origin_request.mode == Mode::all) return origin_request;
  Selection both = cache;
  if (cache.mode == Mode::listed && origin_request.mode == Mode::listed) {
    both.names = with(cache.names, origin_request.names);
  } else if (cache.mode == Mode::listed) {
    both = origin_request;  // C plus (V minus B)
    both.names = without(origin_request.names, cache.names);
  } else if (origin_request.mode == Mode::listed) {
    both.names = without(cache.names, origin_request.names);  // (V minus D) plus O
  } else {
    both.names = with(cache.names, origin_request.names);  // V minus D minus B
  }
  return both;
}

const config::Origin& Route::origin(Member member) const {
  return member == Member::second && second ? *second->origin : distribution->origins[behavior->origin];
}

const config::ErrorPage* Route::error_page(int status, Member member) const {
  const config::ErrorPages& own = origin(member).error_pages;
  const config::ErrorPages& pages = own.contains(status) ? own : distribution->error_pages;
  const auto found = pages.find(status);
  return found == pages.end() || found->second.path.empty() ? nullptr : &found->second;
}

Duration Route::error_caching_min_ttl(int status) const {
  const auto found = distribution->error_caching_min_ttl.find(status);
  return found == distribution->error_caching_min_ttl.end() ? std::chrono::seconds(10) : found->second;
}

bool Route::sends_header(ByteView name) const {
  const auto is_listed = [&] {
    return std::ranges::any_of(headers.names, [&](const std::string& listed) { return equal_fold(listed, name); });
  };
  switch (headers.mode) {
    case Mode::none:
      return false;
    case Mode::all:
      return true;
    case Mode::listed:
      return is_listed();
    case Mode::all_except:
      return !is_listed();
  }
  return false;
}

DistributionRoutes::DistributionRoutes(config::DistributionRef its_distribution, const BucketHosting& buckets,
                                       const OriginKeys& keys)
    : distribution(std::move(its_distribution)) {
  CHECK(!distribution->behaviors.empty());
  routes.reserve(distribution->behaviors.size());
  for (std::size_t i = 0; i < distribution->behaviors.size(); ++i) {
    routes.push_back(make_route(*distribution, i, buckets, keys));
  }
}

DistributionRoutesRef RouteCache::find_or_make(const config::DistributionRef& distribution,
                                               const BucketHosting& buckets, const OriginKeys& keys) {
  const std::scoped_lock lock(mutex_);
  // What is still in use keeps its distribution, so that no other can have taken its place.
  std::weak_ptr<const DistributionRoutes>& place = made_[distribution.get()];
  DistributionRoutesRef found = place.lock();
  if (!found) {
    found = std::make_shared<const DistributionRoutes>(distribution, buckets, keys);
    place = found;
  }
  return found;
}

void RouteCache::tidy() {
  const std::scoped_lock lock(mutex_);
  std::erase_if(made_, [](const auto& entry) { return entry.second.expired(); });
}

Routes::Routes(config::SnapshotRef snapshot, const BucketHosting& buckets, const OriginKeys& keys, RouteCache& cache)
    : snapshot_(std::move(snapshot)) {
  const std::vector<config::DistributionRef>& refs = snapshot_->refs();
  const auto bits = static_cast<int>(std::bit_width(2 * refs.size() + 1));
  shift_ = 64 - bits;
  slots_.resize(std::size_t{1} << static_cast<unsigned>(bits));
  for (const config::DistributionRef& distribution : refs) {
    const DistributionRoutesRef& made = all_.emplace_back(cache.find_or_make(distribution, buckets, keys));
    slots_[place_of(*distribution)] = {distribution.get(), &made->routes};
  }
}

// Where it is, or the free place where it would be.
std::size_t Routes::place_of(const config::Distribution& distribution) const {
  constexpr std::uint64_t golden = 0x9E37'79B9'7F4A'7C15;
  const auto address = reinterpret_cast<std::uintptr_t>(&distribution);
  std::size_t place = (address * golden) >> static_cast<unsigned>(shift_);
  while (slots_[place].distribution != nullptr && slots_[place].distribution != &distribution) {
    place = (place + 1) & (slots_.size() - 1);
  }
  return place;
}

const std::vector<Route>& Routes::routes_of(const config::Distribution& distribution) const {
  return *slots_[place_of(distribution)].routes;
}

const Route& Routes::match(const config::Distribution& distribution, ByteView path) const {
  const std::vector<Route>& routes = routes_of(distribution);
  for (std::size_t i = 0; i + 1 < routes.size(); ++i) {
    if (routes[i].pattern.matches(path)) return routes[i];
  }
  return routes.back();
}

const Route* Routes::find_if(const std::function<bool(const Route&)>& is_it) const {
  for (const DistributionRoutesRef& each : all_) {
    if (const auto found = std::ranges::find_if(each->routes, is_it); found != each->routes.end()) return &*found;
  }
  return nullptr;
}

const Route& Routes::find(const config::Distribution& distribution, ByteView pattern, ByteView path) const {
  const std::vector<Route>& routes = routes_of(distribution);
  const auto found =
      std::ranges::find(routes, pattern, [](const Route& r) { return ByteView(r.behavior->path_pattern); });
  return found == routes.end() ? match(distribution, path) : *found;
}

}  // namespace gust::proxy
