#include "app/deployment.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <optional>

#include "app/api_services.h"
#include "app/certificates.h"
#include "app/core_group.h"
#include "app/default_certificate.h"
#include "app/explain_access.h"
#include "app/gateway.h"
#include "app/identities.h"
#include "app/local_delivery.h"
#include "app/log_shipper.h"
#include "app/origin_keys_file.h"
#include "app/origin_trust.h"
#include "app/running_node.h"
#include "app/tls_books.h"
#include "app/whole_object.h"
#include "bucket/lifecycle_rounds.h"
#include "bucket/s3_service.h"
#include "bucket/store.h"
#include "config/sqlite_store.h"
#include "config/store.h"
#include "control/control.h"
#include "control/front.h"
#include "control/refused_operations.h"
#include "formation/formation.h"
#include "geo/mmdb.h"
#include "http/server.h"
#include "net/ticket_keys.h"
#include "observe/log.h"
#include "observe/metrics.h"
#include "observe/metrics_page.h"
#include "rt/files.h"
#include "rt/loop.h"
#include "rt/network.h"

namespace gust::app {
namespace {

using Outcome = std::expected<void, StartFailure>;

constexpr std::size_t api_connections_max = 1000;

std::string describe(std::string_view doing, const Error& error) {
  return fmt::format("{}: {} ({})", doing, error.text, name_of(error.code));
}

}  // namespace

struct Deployment::Parts {
  Parts(CoreGroup& group, const Settings& chosen)
      : cores(group), settings(chosen), loop(group.loop(0)), log(log_sink, loop, "gustfront") {}

  CoreGroup& cores;
  const Settings& settings;
  rt::Loop& loop;  // of the first core
  observe::StderrSink log_sink;
  observe::Log log;
  observe::Registry metrics;
  std::atomic<bool> is_serving = false;

  std::unique_ptr<Identities> identities;
  Credentials edge_key;  // of this run, with which edges ask our own buckets for distributions
  const std::shared_ptr<proxy::RouteCache> route_cache = std::make_shared<proxy::RouteCache>();
  StoreKeys store_keys;
  std::shared_ptr<const net::TrustStore> origin_trust;
  std::string explain_token;
  Addresses addresses;
  std::unique_ptr<config::Store> store;
  std::unique_ptr<bucket::BucketStore> buckets;
  std::unique_ptr<geo::Locations> locations;
  std::optional<bucket::LifecycleRounds> lifecycle;
  std::optional<bucket::S3Service> s3;
  observe::SpoolAccount spool;
  acm::Challenges challenges;
  std::vector<std::unique_ptr<RunningNode>> nodes;  // the regional cache, where there is one, first
  std::optional<LogShipper> shipper;
  std::optional<LocalDelivery> delivery;
  std::optional<control::Control> control;
  bool is_control_started = false;
  std::unique_ptr<Certificates> certificates;
  std::optional<net::TicketKeys> ticket_keys;  // of all edges: each resumes the sessions of the others
  std::optional<TlsBooks> books;
  std::optional<DefaultCertificate> default_certificate;
  std::optional<rt::Scope> renewing;  // of the default certificate
  std::optional<control::Front> front;
  std::optional<formation::Formation> formation;
  bool is_formation_started = false;
  std::optional<Gateway> gateway;
  std::optional<http::Server> api;
  std::optional<observe::MetricsPage> metrics_page;
  std::optional<http::Server> metrics_server;

  rt::Endpoint endpoint(std::uint16_t fixed_port) const {
    return *rt::read_address(settings.address, settings.automatic_ports ? std::uint16_t{0} : fixed_port);
  }
  // Takes a service of the API in, under the name that signatures use.
  void serve(control::FrontService service);
  Outcome check_ports();
  rt::Task<Outcome> open_state();
  std::string spool_folder() const { return settings.data + "/log-spool"; }
  Outcome start_api_server();
  rt::Task<Outcome> open_shipper();
  rt::Task<Outcome> start_nodes();
  rt::Task<Outcome> start_control();
  rt::Task<Outcome> start_certificates();
  rt::Task<Outcome> start_formation();
  Outcome start_metrics();
  RunningNodeOptions node_options(proxy::Tier tier, const std::string& name, rt::Endpoint at, ByteCount memory);
};

// Before anything is made: a port that someone else has is one clear line, also where that one shares its ports.
Outcome Deployment::Parts::check_ports() {
  if (settings.automatic_ports) return {};
  struct Use {
    std::string setting;
    std::size_t port;
  };
  std::vector<Use> uses{{"api_port", settings.api_port},
                        {"regional_port", settings.regional_port},
                        {"metrics_port", settings.metrics_port}};
  for (std::size_t i = 0; i < settings.edges.size(); ++i) {
    uses.push_back({fmt::format("edge_port, for edge {}", settings.edges[i]), settings.edge_port + i});
    uses.push_back({fmt::format("edge_https_port, for edge {}", settings.edges[i]), settings.edge_https_port + i});
  }
  for (std::size_t i = 0; i < uses.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (uses[i].port != uses[j].port) continue;
      return std::unexpected(
          fmt::format("port {} is wanted twice: by {} and by {}", uses[i].port, uses[j].setting, uses[i].setting));
    }
    if (loop.network().is_free(endpoint(static_cast<std::uint16_t>(uses[i].port)))) continue;
    return std::unexpected(
        fmt::format("port {} ({}) is in use: stop what listens there, choose another port, or give --ports auto",
                    uses[i].port, uses[i].setting));
  }
  return {};
}

rt::Task<Outcome> Deployment::Parts::open_state() {
  auto opened_locations = geo::open_mmdb(settings.geoip_city, settings.geoip_asn);
  if (!opened_locations) co_return std::unexpected(std::move(opened_locations.error()));
  locations = std::move(*opened_locations);
  auto opened_keys = co_await open_origin_keys(loop, settings.origin_keys);
  if (!opened_keys) co_return std::unexpected(std::move(opened_keys.error()));
  store_keys = std::move(*opened_keys);
  auto opened_trust = co_await open_origin_trust(loop, settings.origin_trust);
  if (!opened_trust) co_return std::unexpected(std::move(opened_trust.error()));
  origin_trust = std::move(*opened_trust);
  if (!origin_trust) log.warning("this system has no file of certificate authorities: no origin is reached over TLS");
  edge_key = make_credentials(loop);
  if (auto made = co_await loop.files().make_directory(settings.data); !made) {
    co_return std::unexpected(describe(fmt::format("cannot make the data folder {}", settings.data), made.error()));
  }
  auto opened = co_await config::open_sqlite_store(settings.data + "/config.db");
  if (!opened) {
    const std::string doing = opened.error().code == Errc::address_in_use
                                  ? fmt::format("the data folder {} is in use by another gustfront", settings.data)
                                  : fmt::format("cannot open {}/config.db", settings.data);
    co_return std::unexpected(describe(doing, opened.error()));
  }
  store = std::move(*opened);
  auto opened_identities = co_await Identities::open(loop, *store, settings.data, settings.account_id);
  if (!opened_identities) {
    co_return std::unexpected(describe(fmt::format("cannot read or make the keys and users in {}", settings.data),
                                       opened_identities.error()));
  }
  identities = std::move(*opened_identities);
  auto token = co_await open_explain_token(loop, settings.data);
  if (!token) {
    co_return std::unexpected(
        describe(fmt::format("cannot read or make {}", explain_token_path(settings.data)), token.error()));
  }
  explain_token = std::move(*token);
  auto bucket_store = co_await bucket::BucketStore::open(settings.data + "/buckets");
  if (!bucket_store) {
    co_return std::unexpected(
        describe(fmt::format("cannot open the buckets in {}/buckets", settings.data), bucket_store.error()));
  }
  buckets = std::move(*bucket_store);
  const bucket::StartReport& report = buckets->start_report();
  if (report.remnants_removed > 0 || report.records_corrupt > 0) {
    log.warning("buckets: {} remnants of interrupted work removed, {} records that cannot be read were left alone",
                report.remnants_removed, report.records_corrupt);
  }
  co_return Outcome{};
}

RunningNodeOptions Deployment::Parts::node_options(proxy::Tier tier, const std::string& name, rt::Endpoint at,
                                                   ByteCount memory) {
  RunningNodeOptions options;
  options.node.tier = tier;
  options.node.name = name;
  if (tier == proxy::Tier::edge) options.node.explain_token = explain_token;
  if (tier == proxy::Tier::edge && !settings.acme_directory.empty()) options.node.challenges = &challenges;
  options.node.cache.bytes_max = memory;
  options.node.cache.object_bytes_max = settings.object_bytes_max == 0 ? memory / 8 : settings.object_bytes_max;
  options.node.eviction = settings.eviction == "sieve"
                              ? cache::MakeEvictionPolicy(cache::make_sieve)
                              : cache::lsg(static_cast<double>(settings.eviction_size_weight) / 100);
  options.node.circuit.failures_to_trip = static_cast<std::uint32_t>(settings.circuit_failures);
  options.node.circuit.pause_max = settings.circuit_pause_max;
  options.node.coding_levels = settings.coding_levels;
  options.node.codings_at_once_max = settings.compressions_max;
  options.node.slice_bytes = settings.slice_bytes;
  options.node.route_cache = route_cache;
  options.at = at;
  options.connections_max = settings.connections_max;
  if (tier == proxy::Tier::edge) {
    options.proxies = settings.proxy_protocol_from;
    options.spool_folder = spool_folder();
    options.spool = &spool;
    options.spool_limits.file_time = settings.log_delivery;
  }
  if (settings.access_log) options.log_folder = fmt::format("{}/logs/{}", settings.data, name);
  options.fetcher.addresses.allow_loopback = !settings.public_origins_only;
  options.fetcher.addresses.allow_private = !settings.public_origins_only;
  options.fetcher.trust = origin_trust;
  options.buckets.endpoints = {addresses.api};
  options.buckets.has_bucket = [this](std::string_view bucket) { return buckets->find_bucket(bucket).has_value(); };
  options.origin_keys = {.account_id = settings.account_id,
                         .access_key_id = edge_key.access_key_id,
                         .secret = edge_key.secret_access_key,
                         .stores = store_keys};
  return options;
}

rt::Task<Outcome> Deployment::Parts::start_nodes() {
  const std::string tier_key = make_run_secret(loop);
  std::string tickets(net::TicketKeys::secret_bytes, '\0');
  loop.fill_secret(std::span(tickets));
  ticket_keys.emplace(tickets, loop.wall_now());
  const auto start_node = [this, &tier_key](RunningNodeOptions options) -> RunningNode& {
    options.node.tier_key = tier_key;
    return *nodes.emplace_back(std::make_unique<RunningNode>(cores, metrics, log_sink, std::move(options)));
  };
  if (!settings.regional.empty()) {
    RunningNode& regional = start_node(node_options(proxy::Tier::regional, settings.regional,
                                                    endpoint(settings.regional_port), settings.regional_memory));
    if (auto started = co_await regional.start(); !started) {
      co_return std::unexpected(describe("cannot start the regional cache", started.error()));
    }
    addresses.regional = regional.at();
  }
  for (std::size_t i = 0; i < settings.edges.size(); ++i) {
    const auto port = static_cast<std::uint16_t>(settings.edge_port + i);
    RunningNodeOptions options =
        node_options(proxy::Tier::edge, settings.edges[i], endpoint(port), settings.edge_memory);
    options.https_at = endpoint(static_cast<std::uint16_t>(settings.edge_https_port + i));
    options.ticket_keys = &*ticket_keys;
    options.locations = locations.get();
    if (addresses.regional) options.parents = {*addresses.regional};
    options.parent_name = settings.regional;
    RunningNode& edge = start_node(std::move(options));
    if (auto started = co_await edge.start(); !started) {
      co_return std::unexpected(describe(fmt::format("cannot start edge {}", edge.name()), started.error()));
    }
    addresses.edges.push_back({edge.name(), edge.at(), *edge.https_at()});
  }
  co_return Outcome{};
}

Outcome Deployment::Parts::start_api_server() {
  bucket::S3Options s3_options;
  s3_options.host_suffixes = {"localhost", "s3.localhost"};
  if (!settings.bucket_domain.empty()) s3_options.host_suffixes.push_back(settings.bucket_domain);
  s3_options.region = settings.region;
  s3_options.owner_id = settings.account_id;
  identities->add_edge_key(edge_key);
  const auto report = [this](std::string_view line) { log.warning("{}", line); };
  front.emplace(loop, identities->authorizer(), report);
  gateway.emplace([this](http::Exchange& exchange) { return s3->handle(exchange); }, s3_options.host_suffixes);
  s3.emplace(*buckets, std::move(s3_options), identities->directory(), report);
  api.emplace(loop, *gateway, http::ServerLimits{}, api_connections_max);
  if (auto listening = api->listen(endpoint(settings.api_port), false); !listening) {
    return std::unexpected(describe("cannot listen for the API", listening.error()));
  }
  addresses.api = api->local();
  return {};
}

rt::Task<Outcome> Deployment::Parts::open_shipper() {
  LogShipperOptions options;
  options.folder = spool_folder();
  options.look_interval = std::min<Duration>(settings.log_delivery, std::chrono::seconds(30));
  options.store = addresses.api;
  const Credentials pair = identities->make_run_key();
  options.key = {pair.access_key_id, pair.secret_access_key, settings.region, "s3"};
  shipper.emplace(loop, spool, metrics.make_writer(), log, std::move(options));
  if (auto opened = co_await shipper->open(); !opened) {
    co_return std::unexpected(describe(fmt::format("cannot make or read {}", spool_folder()), opened.error()));
  }
  co_return Outcome{};
}

rt::Task<Outcome> Deployment::Parts::start_control() {
  std::vector<RunningNode*> in_purge_order;
  for (const auto& node : nodes) in_purge_order.push_back(node.get());
  delivery.emplace(loop, std::move(in_purge_order), *books);
  control::Settings control_settings;
  control_settings.account_id = settings.account_id;
  control_settings.domain_suffix = settings.domain_suffix;
  control_settings.quotas = settings.quotas;
  control_settings.has_bucket = [this](std::string_view name) { return buckets->find_bucket(name).has_value(); };
  control_settings.read_object = [this](std::string bucket, std::string key, std::optional<std::string> version,
                                        ByteCount most) {
    return read_whole_object(*buckets, std::move(bucket), std::move(key), std::move(version), most);
  };
  control_settings.knows_countries = locations->has_cities();
  control_settings.report = [this](std::string_view line) { log.warning("control: {}", line); };
  control.emplace(loop, *store, *delivery, std::move(control_settings));
  auto findings = co_await control->start();
  is_control_started = true;
  renewing.emplace(loop);
  renewing->spawn(default_certificate->run(*delivery));
  if (!findings) co_return std::unexpected(describe("cannot load the configuration", findings.error()));
  for (const config::Finding& finding : *findings) log.warning("configuration: {}: {}", finding.path, finding.message);
  serve(control->front_service());
  serve(control->key_value_service());
  serve(identities->iam_service());
  serve(identities->sts_service());
  api->start();
  co_return Outcome{};
}

rt::Task<Outcome> Deployment::Parts::start_certificates() {
  const auto report = [this](std::string_view line) { log.info("certificates: {}", line); };
  auto opened = co_await Certificates::open(loop, *store, settings, identities->seal(), challenges, report);
  if (!opened) co_return std::unexpected(std::move(opened.error()));
  certificates = std::move(*opened);
  serve(certificates->service());
  books.emplace(identities->seal(), settings.domain_suffix, [this](std::string_view line) { log.warning("{}", line); });
  default_certificate.emplace(loop, certificates->authority(), settings.domain_suffix, *books);
  if (auto issued = default_certificate->issue(); !issued) {
    co_return std::unexpected(
        describe(fmt::format("cannot issue the certificate of *.{}", settings.domain_suffix), issued.error()));
  }
  co_return Outcome{};
}

rt::Task<Outcome> Deployment::Parts::start_formation() {
  const auto make_services = [this](const aws::Caller& caller) {
    return std::make_unique<ApiServices>(loop, addresses.api, identities->authorizer(), caller, settings.region);
  };
  formation::Settings formation_settings{
      .account_id = settings.account_id, .region = settings.region, .report = {}, .why_refused = {}};
  formation_settings.report = [this](std::string_view line) { log.warning("{}", line); };
  formation_settings.why_refused = [](std::string_view operation) {
    const auto* refused = control::find_refused_operation(operation);
    return refused != nullptr ? refused->reason : std::string_view();
  };
  formation.emplace(loop, *store, std::move(formation_settings), make_services);
  control::FrontService service;
  service.handlers = &formation->handlers();
  service.deeds_of = [this](const aws::Caller&, const aws::Route& route, const aws::OperationRequest&) {
    return formation->deeds_of(route);
  };
  serve(std::move(service));
  is_formation_started = true;
  if (auto started = co_await formation->start(); !started) {
    co_return std::unexpected(describe("cannot take up the stacks", started.error()));
  }
  co_return Outcome{};
}

void Deployment::Parts::serve(control::FrontService service) {
  const std::string name(service.handlers->service().name);
  front->add(std::move(service));
  gateway->add(name, [this, name](http::Exchange& exchange) { return front->handle(name, exchange); });
}

Outcome Deployment::Parts::start_metrics() {
  metrics_page.emplace(metrics, [this] { return is_serving.load(); });
  metrics_server.emplace(loop, *metrics_page, http::ServerLimits{}, api_connections_max);
  if (auto listening = metrics_server->listen(endpoint(settings.metrics_port), false); !listening) {
    return std::unexpected(describe("cannot listen for metrics", listening.error()));
  }
  addresses.metrics = metrics_server->local();
  metrics_server->start();
  return {};
}

Deployment::Deployment(CoreGroup& cores, const Settings& settings) : parts_(std::make_unique<Parts>(cores, settings)) {}
Deployment::~Deployment() = default;

rt::Task<Outcome> Deployment::start() {
  Parts& parts = *parts_;
  if (auto free = parts.check_ports(); !free) co_return free;
  if (auto opened = co_await parts.open_state(); !opened) co_return opened;
  if (auto started = parts.start_api_server(); !started) co_return started;
  if (auto opened = co_await parts.open_shipper(); !opened) co_return opened;
  if (auto started = co_await parts.start_nodes(); !started) co_return started;
  if (auto started = co_await parts.start_certificates(); !started) co_return started;
  if (auto started = co_await parts.start_control(); !started) co_return started;
  if (auto started = co_await parts.start_formation(); !started) co_return started;
  if (auto started = parts.start_metrics(); !started) co_return started;
  parts.shipper->start();
  parts.lifecycle.emplace(parts.loop, *parts.buckets);
  parts.lifecycle->start();
  parts.is_serving = true;
  co_return Outcome{};
}

rt::Task<void> Deployment::stop() {
  Parts& parts = *parts_;
  parts.is_serving = false;
  // One bound for all of it: what an edge did not need is left for the next.
  const Instant deadline = parts.loop.now() + parts.settings.drain;
  const auto patience = [&] { return std::max(deadline - parts.loop.now(), Duration::zero()); };
  // Edges before the regional cache, since their requests in flight go through it.
  {
    rt::Scope scope(co_await rt::context());
    const std::size_t first_edge = parts.addresses.regional ? 1 : 0;
    for (std::size_t i = first_edge; i < parts.nodes.size(); ++i) scope.spawn(parts.nodes[i]->stop(patience()));
    co_await scope.join();
  }
  if (parts.addresses.regional) co_await parts.nodes.front()->stop(patience());
  if (parts.shipper) co_await parts.shipper->stop();
  if (parts.is_formation_started) co_await parts.formation->stop();
  if (parts.api) co_await parts.api->drain(deadline);
  if (parts.renewing) {
    parts.renewing->cancel();
    co_await parts.renewing->join();
  }
  if (parts.certificates) co_await parts.certificates->stop();
  if (parts.is_control_started) co_await parts.control->stop();
  if (parts.metrics_server) co_await parts.metrics_server->drain(parts.loop.now());
  if (parts.lifecycle) co_await parts.lifecycle->stop();
  if (parts.buckets) co_await parts.buckets->close();
}

const Addresses& Deployment::addresses() const { return parts_->addresses; }
const Credentials& Deployment::credentials() const { return parts_->identities->root(); }

rt::Task<Result<bool>> Deployment::reload_credentials() {
  const auto changed = co_await parts_->identities->reload_root();
  if (!changed) {
    parts_->log.warning("{}", describe("the root key pair stays as it was", changed.error()));
  } else if (*changed) {
    parts_->log.info("the root key pair was changed: {} holds now", parts_->identities->root().access_key_id);
  }
  co_return changed;
}

}  // namespace gust::app
