#include "proxy/node.h"

#include <cstring>

#include "acm/challenges.h"
#include "base/digest.h"
#include "geo/locations.h"
#include "observe/log.h"
#include "observe/metrics.h"
#include "proxy/cache_pace.h"
#include "proxy/explain.h"
#include "proxy/node_metrics.h"
#include "proxy/own_answer.h"
#include "proxy/passage.h"
#include "proxy/steps.h"

namespace gust::proxy {
namespace {

origin::FetcherSettings fetcher_settings(const NodeCoreParts& parts) {
  origin::FetcherSettings settings = parts.fetcher;
  if (parts.parents) settings.head = between_tiers(settings.head);
  return settings;
}

// A secret of the network: viewers cannot compute colliding keys, and all edges agree on which parent a key belongs to.
HashSeed seed_of(ByteView tier_key) {
  const std::string bytes = hmac_sha256(tier_key, "gustfront cache keys");
  HashSeed seed;
  std::memcpy(&seed.first, bytes.data(), sizeof seed.first);
  std::memcpy(&seed.second, bytes.data() + sizeof seed.first, sizeof seed.second);
  return seed;
}

rt::Task<void> send_challenge_answer(http::Exchange& exchange, std::string answer) {
  http::ResponseHead head;
  head.status = 200;
  head.fields.add(http::Name::content_type, "application/octet-stream");  // RFC 8555 section 8.3
  static_cast<void>(co_await exchange.respond_text(head, answer));
}

}  // namespace

ByteView name_of(Tier tier) { return tier == Tier::edge ? "edge" : "regional"; }

http::HeadLimits between_tiers(http::HeadLimits limits) {
  // The viewer headers, of which the order of headers alone may be 7,680 bytes.
  limits.head_bytes_max += 3072 + 12 * 1024 + tier_record_bytes_max;
  limits.target_bytes_max += 256;  // a default root object
  limits.fields_max += 16 + config::viewer_headers().size();
  return limits;
}

Node::Node(NodeSettings settings)
    : settings_(std::move(settings)),
      via_name_(via_name_of(settings_.name)),
      cache_(settings_.cache, seed_of(settings_.tier_key), settings_.eviction),
      circuits_(settings_.circuit) {
  if (!settings_.route_cache) settings_.route_cache = std::make_shared<RouteCache>();
  settings_.slice_bytes = std::min(settings_.slice_bytes, cache_.limits().object_bytes_max);
}

NodeCore::NodeCore(Node& node, NodeCoreParts parts)
    : node_(node),
      parts_(std::move(parts)),
      fetcher_(*parts_.loop, fetcher_settings(parts_)),
      metrics_(std::make_unique<NodeMetrics>(*parts_.metrics, node.settings().name,
                                             std::string(name_of(node.settings().tier)))),
      own_fields_(node.settings().name, node.via_name()),
      request_ids_(*parts_.loop),
      coding_slots_(node.settings().codings_at_once_max),
      background_(*parts_.loop) {
  if (!parts_.keeps_cache) return;
  shows_cache_ = std::make_unique<observe::BeforeReading>(*parts_.metrics, [this] {
    metrics_->show(node_.cache().counters());
    metrics_->show(node_.circuits());
  });
}

NodeCore::~NodeCore() = default;

void NodeCore::install(config::SnapshotRef snapshot) {
  routes_ =
      std::make_shared<const Routes>(std::move(snapshot), parts_.buckets, parts_.origin_keys, node_.route_cache());
  if (parts_.keeps_cache) node_.route_cache().tidy();
  if (node_.settings().tier == Tier::edge && parts_.keeps_cache) warn_of_missing_locations();
  // The tier that asks origins.
  if (!parts_.parents && parts_.keeps_cache) warn_of_missing_keys();
}

// At each change, since such an origin answers nothing but errors.
void NodeCore::warn_of_missing_keys() {
  const origin::OriginTarget* lacking = nullptr;
  const auto looks_at = [&](const std::string& bucket, const origin::OriginTarget& target, bool may_be_ours) {
    const bool is_ours = may_be_ours && parts_.buckets.has_bucket(bucket);
    const bool lacks_key = !is_ours && target.signing && target.signing->key.access_key_id.empty();
    if (lacks_key) lacking = &target;
    return lacks_key;
  };
  routes_->find_if([&](const Route& route) {
    return looks_at(route.origin(Member::first).bucket, route.target, route.bucket_target.has_value()) ||
           (route.second && looks_at(route.origin(Member::second).bucket, route.second->target,
                                     route.second->bucket_target.has_value()));
  });
  if (lacking == nullptr) return;
  log().warning(
      "distribution {} is to sign its requests to {}, and there is no key for that host: viewers get 502 instead (see "
      "--origin-keys)",
      lacking->tenant, lacking->host);
}

// Once: what the operator leaves out is meant, until the next start.
void NodeCore::warn_of_missing_locations() {
  if (has_warned_of_locations_) return;
  const bool has_cities = parts_.locations != nullptr && parts_.locations->has_cities();
  for (const config::Distribution& distribution : routes_->snapshot().distributions()) {
    if (has_cities || distribution.geo.kind == config::GeoRestriction::Kind::none) continue;
    has_warned_of_locations_ = true;
    log().warning(
        "distribution {} is restricted by country, and there is no database of countries (see --geoip-city): "
        "its viewers are refused",
        distribution.id);
    return;
  }
  const bool has_networks = parts_.locations != nullptr && parts_.locations->has_networks();
  const Route* lacking = routes_->find_if([&](const Route& route) {
    return (!has_cities && route.viewer_headers.needs_cities()) ||
           (!has_networks && route.viewer_headers.needs_networks());
  });
  if (lacking == nullptr) return;
  has_warned_of_locations_ = true;
  log().warning(
      "distribution {} asks for headers of the viewer's location, which are left out: there is no database for them "
      "(see --geoip-city and --geoip-asn)",
      lacking->distribution->id);
}

void NodeCore::start() {
  if (parts_.keeps_cache) background_.spawn(keep_cache());
}

rt::Task<void> NodeCore::keep_cache() {
  CachePace pace;
  Duration interval = CachePace::busy;
  while (co_await rt::sleep_until(loop().now() + interval)) {
    const bool is_round_over = node_.cache().reclaim(loop().now());
    interval = pace.after(node_.cache().counters(), node_.cache().epoch(), is_round_over);
  }
}

rt::Task<void> NodeCore::stop() {
  background_.cancel();
  co_await background_.join();
  co_await fetcher_.close();
}

// What an ACME server looks for at this name and path, which it does before the name has a distribution. Any other
// request goes its way, also to an origin that validates names by itself.
std::optional<std::string> NodeCore::find_challenge_answer(const http::RequestHead& request) const {
  const acm::Challenges* challenges = node_.settings().challenges;
  if (challenges == nullptr || !request.path.starts_with(acm::challenge_path)) return std::nullopt;
  return challenges->find(request.host, request.path);
}

rt::Task<void> NodeCore::handle(http::Exchange& exchange) {
  if (auto answer = find_challenge_answer(exchange.request())) {
    co_return co_await send_challenge_answer(exchange, *std::move(answer));
  }
  Passage passage(*this, exchange);
  bool is_answered = false;
  for (const Step& step : steps()) {
    const bool is_for_all = step.walk_waiting == &respond || step.walk == &finish;
    if (is_answered && !is_for_all) continue;
    const Next next = step.walk ? step.walk(passage) : co_await step.walk_waiting(passage);
    if (next == Next::respond) {
      is_answered = true;
      passage.decision.step = step.name;
    }
  }
  if (passage.sending) {
    passage.sending->cancel();
    co_await passage.sending->join();
  }
}

void NodeCore::refused(const http::Refusal& refusal, http::ResponseHead& answer, std::string& content) {
  metrics_->requests(observe::ResultType::error).add();
  metrics_->bytes_received.add(refusal.bytes_received);
  Arena arena;
  const RequestId id = request_ids_.next();
  content = page_of({.status = refusal.status, .log_detail = {}, .reason = refusal.error.text, .location = {}},
                    id.text(), arena);
  answer.fields.add(http::Name::server, "CloudFront");
  answer.fields.add(http::Name::content_type, "text/html; charset=utf-8");
  answer.fields.add(http::Name::x_cache, "Error from cloudfront");
}

}  // namespace gust::proxy
