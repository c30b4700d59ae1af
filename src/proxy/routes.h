// Routes: what a node's core makes of a Snapshot, ready for requests: key rules, selections, TTLs and targets.
//
// Source: DESIGN.md decision 9; CLOUDFRONT.md sections 4 to 6.3, 9, 18.
// Shape:  immutable; a core's, made once per Snapshot; what has not changed is shared (RouteCache). A request keeps the
//         Routes it began with.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "cache/freshness.h"
#include "cache/key.h"
#include "config/path_pattern.h"
#include "config/snapshot.h"
#include "origin/target.h"
#include "proxy/origin_keys.h"
#include "proxy/response_policy.h"
#include "proxy/viewer_headers.h"

namespace gust::proxy {

// The table of section 6.3 for one kind of name: what cache policy and origin request policy let through together.
config::Selection combine(const config::Selection& cache, const config::Selection& origin_request);

// Which origin of a behaviour: its only one or the first of its group, or the second (FAIL-1).
enum class Member : std::uint8_t { first, second };

// The second member of an origin group, as the behaviour reaches it.
struct SecondOrigin {
  const config::Origin* origin = nullptr;
  origin::OriginTarget target;
  std::optional<origin::OriginTarget> bucket_target;  // as in Route
  std::string cache_tag_header;                       // as in Route
};

// One behaviour of one distribution.
struct Route {
  const config::Distribution* distribution = nullptr;
  const config::Behavior* behavior = nullptr;
  std::uint32_t index = 0;  // place in the order of precedence
  config::PathPattern pattern{"*"};
  cache::KeyRules key;
  // To the origin, the key's parts included (KEY-3).
  cache::NameSelection query;
  cache::NameSelection cookies;
  config::Selection headers;
  ViewerHeaders viewer_headers;  // CFH-1
  cache::TtlPolicy ttl;          // error_minimum is filled in for the status at hand
  bool caches = true;            // TTL-9: false where all TTLs are 0
  bool collapses = true;         // COLL-2
  bool compresses = false;       // CMP-1, AE-6
  bool forwards_cookies = false;
  bool tells_cache_status = false;                // RFC 9211, in every answer
  std::optional<ResponsePolicy> response_policy;  // RHP-1 to RHP-6
  bool is_legacy = false;                         // ForwardedValues instead of policies (OHDR-1)
  origin::OriginTarget target;
  // Where the origin's name has the form of a bucket's: the bucket of that name in our own store.
  std::optional<origin::OriginTarget> bucket_target;

  // TAG-1: in lower case; empty: no tags.
  std::string cache_tag_header;
  std::optional<SecondOrigin> second;  // of a behaviour with an origin group
  bool hides_bucket_fields = false;    // HDR-3

  const config::Origin& origin(Member member) const;
  // CER-1: what viewers get instead of the `status` that `member` gave, or null.
  const config::ErrorPage* error_page(int status, Member member) const;
  // ERR-4: the error caching minimum TTL for `status`.
  Duration error_caching_min_ttl(int status) const;
  // True if the header goes to the origin by policy.
  bool sends_header(ByteView name) const;
};

// Our own bucket store, as origins see it. No endpoints: there is none.
struct BucketHosting {
  std::vector<rt::Endpoint> endpoints;
  // Whether it has a bucket of that name at this moment. From any core.
  std::function<bool(std::string_view bucket)> has_bucket;
};

// The behaviours of one distribution, in order of precedence.
struct DistributionRoutes {
  DistributionRoutes(config::DistributionRef its_distribution, const BucketHosting& buckets, const OriginKeys& keys);

  const config::DistributionRef distribution;
  std::vector<Route> routes;
};
using DistributionRoutesRef = std::shared_ptr<const DistributionRoutes>;

// What has been made of distributions: the cores of a node share it, those of several nodes may, and so do Routes of
// which only some have changed.
//   core  any
class RouteCache {
 public:
  DistributionRoutesRef find_or_make(const config::DistributionRef& distribution, const BucketHosting& buckets,
                                     const OriginKeys& keys);
  // Forgets what nobody uses any more.
  void tidy();

 private:
  std::mutex mutex_;
  std::unordered_map<const config::Distribution*, std::weak_ptr<const DistributionRoutes>> made_;
};

class Routes {
 public:
  // `buckets` and `keys` are the same at each call with one `cache`.
  Routes(config::SnapshotRef snapshot, const BucketHosting& buckets, const OriginKeys& keys, RouteCache& cache);

  std::uint64_t revision() const { return snapshot_->revision(); }
  const config::Distribution* find_distribution(ByteView host) const { return snapshot_->find_distribution(host); }
  const config::Distribution* find_by_id(ByteView id) const { return snapshot_->find_by_id(id); }
  const config::Snapshot& snapshot() const { return *snapshot_; }
  // The first behaviour whose pattern matches `path` (PATH-1); the default one matches all.
  const Route& match(const config::Distribution& distribution, ByteView path) const;
  // The first route of which `is_it` holds, or null.
  const Route* find_if(const std::function<bool(const Route&)>& is_it) const;
  // The behaviour that another tier chose; match() where it has none of that pattern.
  const Route& find(const config::Distribution& distribution, ByteView pattern, ByteView path) const;

 private:
  struct Slot {
    const config::Distribution* distribution = nullptr;
    const std::vector<Route>* routes = nullptr;
  };
  std::size_t place_of(const config::Distribution& distribution) const;
  const std::vector<Route>& routes_of(const config::Distribution& distribution) const;

  config::SnapshotRef snapshot_;
  std::vector<DistributionRoutesRef> all_;
  // By distribution, open addressing, a power of two and at most half full.
  std::vector<Slot> slots_;
  int shift_ = 0;  // of a hash to a place
};

using RoutesRef = std::shared_ptr<const Routes>;

}  // namespace gust::proxy
