// Node: one edge or regional cache; and NodeCore, its part on one core, which answers requests.
//
// Source: DESIGN.md "Roles", "How one request flows"; docs/one-request.md shows the steps.
// Shape:  a Node holds what its cores share: the cache. A NodeCore holds the rest: the routes in force, connections to
//         parents and origins, metrics, the access log, and the fills that run.
// Core:   a Node is used by all; a NodeCore by its own only.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cache/cache.h"
#include "config/snapshot.h"
#include "http/content_coding.h"
#include "http/exchange.h"
#include "http/head_parser.h"
#include "origin/circuit.h"
#include "origin/fetch.h"
#include "origin/parent_tier.h"
#include "proxy/compression.h"
#include "proxy/ids.h"
#include "proxy/own_fields.h"
#include "proxy/routes.h"
#include "rt/loop.h"
#include "rt/scope.h"
#include "rt/task.h"

namespace gust::observe {
class AccessSink;
class BeforeReading;
class Log;
class MetricsWriter;
}  // namespace gust::observe
namespace gust::geo {
class Locations;
}
namespace gust::acm {
class Challenges;
}

namespace gust::proxy {

struct NodeMetrics;
struct Passage;

enum class Tier : std::uint8_t { edge, regional };
ByteView name_of(Tier tier);

// Limits on the heads that our tiers send each other: those for viewers and origins (LIM-1, LIM-2, LIM-5), and room for
// what a tier adds. The server of a regional cache takes them.
http::HeadLimits between_tiers(http::HeadLimits limits);

struct NodeSettings {
  Tier tier = Tier::edge;
  std::string name;           // HDR-8: "BOM50"
  std::string tier_key;       // what the tiers of one network prove to each other; never empty
  std::string explain_token;  // what a viewer shows that asks for decision records; empty: nobody may
  // Shared by nodes with the same buckets and origin keys; null: the node has its own.
  std::shared_ptr<RouteCache> route_cache;
  const acm::Challenges* challenges = nullptr;  // of an edge; outlives it. Null: no names are validated here
  cache::Limits cache;
  cache::MakeEvictionPolicy eviction = cache::lsg();
  ByteCount slice_bytes =
      1_MiB;  // of ranges of what is not stored whole; 0: no slices. No longer than what the cache takes
  http::CodingLevels coding_levels;
  std::size_t codings_at_once_max = 16;                      // CMP-8: bodies that each core codes at once
  Duration fill_wait_max = std::chrono::seconds(60);         // of a request that waits for another's answer
  ByteCount abandoned_rest_max = 1_MiB;                      // BODY-3: so much is fetched although no viewer is left,
  Duration abandoned_time_max = std::chrono::seconds(30);    // and for so long
  origin::CircuitLimits circuit;                             // STALE-8
  std::size_t revalidations_max = 256;                       // STALE-1: under way at a time, on each core
  Duration revalidation_time_max = std::chrono::minutes(5);  // of the new body, where there is one
};

class Node {
 public:
  explicit Node(NodeSettings settings);

  const NodeSettings& settings() const { return settings_; }
  const std::string& via_name() const { return via_name_; }
  cache::Cache& cache() { return cache_; }
  RouteCache& route_cache() { return *settings_.route_cache; }
  // Which origins are known to be down.
  origin::Circuits& circuits() { return circuits_; }

  // Whether a slice of an object that is too long to be stored whole was ever stored: without one no look-up need look
  // for slices.
  bool has_long_slices() const { return has_long_slices_.load(std::memory_order_relaxed); }
  void note_long_slices() { has_long_slices_.store(true, std::memory_order_relaxed); }

  // Where viewers of this edge find it over TLS, once it listens there; 0: nowhere.
  std::uint16_t https_port() const { return https_port_.load(std::memory_order_relaxed); }
  void set_https_port(std::uint16_t port) { https_port_ = port; }
  // Where viewers are served over HTTP/3, for Alt-Svc (HDR-11); 0: nowhere.
  std::uint16_t http3_port() const { return http3_port_.load(std::memory_order_relaxed); }
  void set_http3_port(std::uint16_t port) { http3_port_ = port; }

  // From now on nothing that the purge reaches and that began before it is served. From any thread.
  void apply(const cache::Purge& purge) { cache_.apply(purge); }

 private:
  NodeSettings settings_;
  std::string via_name_;
  cache::Cache cache_;
  origin::Circuits circuits_;
  std::atomic<bool> has_long_slices_ = false;
  std::atomic<std::uint16_t> https_port_ = 0;
  std::atomic<std::uint16_t> http3_port_ = 0;
};

// What a NodeCore works with; all outlives it.
struct NodeCoreParts {
  rt::Loop* loop = nullptr;
  observe::MetricsWriter* metrics = nullptr;
  observe::AccessSink* access = nullptr;  // may be null: no access log
  // Told of viewers' requests whose distribution's log goes to a bucket (LOG-1); may be null.
  observe::AccessSink* delivered = nullptr;
  observe::Log* log = nullptr;
  origin::FetcherSettings fetcher;            // where there are parents, heads get the room of between_tiers()
  std::optional<origin::ParentTier> parents;  // of an edge: the regional cache
  BucketHosting buckets;
  OriginKeys origin_keys;
  const geo::Locations* locations = nullptr;  // of an edge; null: viewers' locations are not known
  bool keeps_cache = true;                    // one core of a node tidies the shared cache and shows its figures
};

class NodeCore final : public http::Handler {
 public:
  NodeCore(Node& node, NodeCoreParts parts);
  ~NodeCore() override;

  // Requests that begin from now on work by `snapshot`.
  void install(config::SnapshotRef snapshot);
  // 0 before the first install().
  std::uint64_t revision() const { return routes_ ? routes_->revision() : 0; }

  // Answers one request: the walk over the steps.
  rt::Task<void> handle(http::Exchange& exchange) override;
  void refused(const http::Refusal& refusal, http::ResponseHead& answer, std::string& content) override;

  // Begins what runs beside requests. Call on the core, before handle().
  void start();
  // Ends fills, closes idle connections. No handle() may be under way.
  rt::Task<void> stop();

 private:
  friend struct Passage;
  rt::Task<void> keep_cache();
  std::optional<std::string> find_challenge_answer(const http::RequestHead& request) const;
  void warn_of_missing_locations();
  void warn_of_missing_keys();

 public:
  // For the steps.
  Node& node() { return node_; }
  rt::Loop& loop() { return *parts_.loop; }
  origin::Fetcher& fetcher() { return fetcher_; }
  origin::ParentTier* parents() { return parts_.parents ? &*parts_.parents : nullptr; }
  rt::Scope& background() { return background_; }
  CodingSlots& coding_slots() { return coding_slots_; }
  // How many revalidations run behind viewers' backs.
  std::size_t& revalidations() { return revalidations_; }
  const RoutesRef& routes() const { return routes_; }
  const BucketHosting& buckets() const { return parts_.buckets; }
  const geo::Locations* locations() const { return parts_.locations; }
  NodeMetrics& metrics() { return *metrics_; }
  OwnFields& own_fields() { return own_fields_; }
  RequestIds& request_ids() { return request_ids_; }
  observe::AccessSink* access() { return parts_.access; }
  observe::AccessSink* delivered() { return parts_.delivered; }
  observe::Log& log() { return *parts_.log; }

 private:
  Node& node_;
  NodeCoreParts parts_;
  RoutesRef routes_;
  origin::Fetcher fetcher_;
  std::unique_ptr<NodeMetrics> metrics_;
  std::unique_ptr<observe::BeforeReading> shows_cache_;
  OwnFields own_fields_;
  RequestIds request_ids_;
  CodingSlots coding_slots_;
  std::size_t revalidations_ = 0;
  bool has_warned_of_locations_ = false;
  rt::Scope background_;
};

}  // namespace gust::proxy
