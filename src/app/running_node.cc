#include "app/running_node.h"

#include <optional>

#include "app/core_group.h"
#include "http/http3_limits.h"
#include "http/http3_server.h"
#include "http/server.h"
#include "net/quic_group.h"
#include "net/quic_keys.h"
#include "net/quic_limits.h"
#include "net/tls_book.h"
#include "net/tls_server.h"
#include "observe/access_log_file.h"
#include "observe/metrics.h"
#include "origin/parent_tier.h"
#include "rt/loop.h"
#include "rt/scope.h"

namespace gust::app {
namespace {

// An edge waits for the regional cache's answer as long as that may try the origins: three times 30 s and the connects,
// and the same for the second of an origin group.
constexpr Duration parent_read_timeout = std::chrono::seconds(250);
constexpr Duration parent_connect_timeout = std::chrono::seconds(2);
constexpr Duration parent_keepalive = std::chrono::seconds(30);

origin::ParentTier make_parents(const std::string& name, const std::vector<rt::Endpoint>& endpoints) {
  std::vector<origin::OriginTarget> targets;
  for (const rt::Endpoint& endpoint : endpoints) {
    origin::OriginTarget target;
    target.id = rt::endpoint_text(endpoint);  // keys are shared out by it: each parent has its own
    target.host = name;
    target.trusted_endpoints = {endpoint};
    target.connect_timeout = parent_connect_timeout;
    target.attempts = 1;
    target.read_timeout = parent_read_timeout;
    target.keepalive_timeout = parent_keepalive;
    targets.push_back(std::move(target));
  }
  return {name, std::move(targets)};
}

}  // namespace

// Before the parts, which use it.
struct RunningNode::Http3 {
  Http3(std::span<rt::Loop* const> loops, const RunningNodeOptions& options)
      : limits(options.server), group(loops), keys(net::QuicKeys::make(*loops.front())) {
    quic_limits.connections_max = options.connections_max;
    quic_limits.handshake_time_max = limits.handshake_time_max;
  }
  http::ServerLimits limits;
  http::Http3Limits http3_limits;
  net::QuicLimits quic_limits;
  net::QuicGroup group;
  std::shared_ptr<const net::QuicKeys> keys;
};

// What lives on one core.
struct RunningNode::Part {
  Part(RunningNode& owner, rt::Loop& loop, std::size_t number)
      : metrics(owner.metrics_.make_writer()),
        log(owner.log_, loop, std::string(name_of(owner.node_.settings().tier)) + " " + owner.name()),
        log_scope(loop) {
    const RunningNodeOptions& options = owner.options_;
    if (!options.access && !options.log_folder.empty()) access.emplace(loop, options.log_folder, metrics);
    proxy::NodeCoreParts parts;
    parts.loop = &loop;
    parts.metrics = &metrics;
    parts.access = access ? &*access : options.access;
    if (!options.spool_folder.empty()) {
      spool.emplace(loop, options.spool_folder, metrics, *options.spool, options.spool_limits);
      parts.delivered = &*spool;
    }
    parts.log = &log;
    parts.fetcher = options.fetcher;
    if (!options.parents.empty()) parts.parents = make_parents(options.parent_name, options.parents);
    parts.buckets = options.buckets;
    parts.origin_keys = options.origin_keys;
    parts.locations = options.locations;
    parts.keeps_cache = number == 0;
    core.emplace(owner.node_, std::move(parts));
    http::ServerLimits limits = options.server;
    limits.takes_http2_preface = true;
    if (options.node.tier == proxy::Tier::regional) limits.head = proxy::between_tiers(limits.head);
    server.emplace(loop, *core, limits, options.connections_max);
    server->trust_proxies(options.proxies);
    if (!options.https_at) return;
    tls.emplace(loop, *options.ticket_keys);
    https_server.emplace(loop, *core, limits, options.connections_max, &*tls);
    https_server->trust_proxies(options.proxies);
    Http3& shared = *owner.http3_;
    http3_server.emplace(http::Http3Parts{.loop = loop,
                                          .handler = *core,
                                          .limits = shared.limits,
                                          .http3_limits = shared.http3_limits,
                                          .quic_limits = shared.quic_limits,
                                          .group = &shared.group,
                                          .core = number},
                         shared.keys);
  }

  observe::MetricsWriter& metrics;
  observe::Log log;
  std::optional<observe::FileAccessLog> access;
  std::optional<observe::LogSpool> spool;
  rt::Scope log_scope;
  std::optional<proxy::NodeCore> core;
  std::optional<http::Server> server;
  std::optional<net::TlsServer> tls;  // of an edge, as the next
  std::optional<http::Server> https_server;
  std::optional<http::Http3Server> http3_server;
};

RunningNode::RunningNode(CoreGroup& cores, observe::Registry& metrics, observe::LogSink& log,
                         RunningNodeOptions options)
    : cores_(cores),
      metrics_(metrics),
      log_(log),
      options_(std::move(options)),
      node_(options_.node),
      at_(options_.at),
      https_at_(options_.https_at) {
  parts_.resize(cores_.count());
}

RunningNode::~RunningNode() = default;

rt::Task<void> RunningNode::start_part(std::size_t core, Result<void>& outcome) {
  parts_[core] = std::make_unique<Part>(*this, cores_.loop(core), core);
  Part& part = *parts_[core];
  outcome = part.server->listen(at_, true);
  if (!outcome) co_return;
  at_ = part.server->local();  // the other cores take the port that the first was given
  if (https_at_) {
    outcome = part.https_server->listen(*https_at_, true);
    if (!outcome) co_return;
    https_at_ = part.https_server->local();
    node_.set_https_port(https_at_->port);
    outcome = part.http3_server->listen(*https_at_, true);
    if (!outcome) co_return;
    node_.set_http3_port(https_at_->port);
  }
  if (part.access) part.log_scope.spawn(part.access->run());
  if (part.spool) part.log_scope.spawn(part.spool->run());
  part.core->start();
  part.server->start();
  if (part.https_server) part.https_server->start();
  if (part.http3_server) part.http3_server->start();
}

rt::Task<Result<void>> RunningNode::start() {
  if (https_at_) {
    std::vector<rt::Loop*> loops;
    for (std::size_t core = 0; core < cores_.count(); ++core) loops.push_back(&cores_.loop(core));
    http3_ = std::make_unique<Http3>(loops, options_);
  }
  for (std::size_t core = 0; core < cores_.count(); ++core) {
    Result<void> outcome;
    co_await cores_.on(core, [this, core, &outcome] { return start_part(core, outcome); });
    CO_TRY_OK(outcome);
  }
  co_return Result<void>{};
}

rt::Task<void> RunningNode::stop_part(std::size_t core, Duration patience) {
  Part& part = *parts_[core];
  {
    rt::Scope draining(co_await rt::context());
    const Instant deadline = cores_.loop(core).now() + patience;
    if (part.https_server) draining.spawn(part.https_server->drain(deadline));
    if (part.http3_server) draining.spawn(part.http3_server->drain(deadline));
    co_await part.server->drain(deadline);
    co_await draining.join();
  }
  if (part.tls) co_await part.tls->close();
  co_await part.core->stop();
  if (part.access) part.access->stop();
  if (part.spool) part.spool->stop();
  co_await part.log_scope.join();
}

rt::Task<void> RunningNode::stop(Duration patience) {
  // All cores drain at the same time.
  rt::Scope scope(co_await rt::context());
  for (std::size_t core = 0; core < cores_.count(); ++core) {
    if (parts_[core]) scope.spawn(cores_.on(core, [this, core, patience] { return stop_part(core, patience); }));
  }
  co_await scope.join();
}

rt::Task<void> RunningNode::install_part(std::size_t core, config::SnapshotRef snapshot,
                                         std::shared_ptr<const net::TlsBook> book) {
  parts_[core]->core->install(std::move(snapshot));
  if (parts_[core]->http3_server) parts_[core]->http3_server->install(book);
  if (parts_[core]->tls) parts_[core]->tls->install(std::move(book));
  co_return;
}

rt::Task<void> RunningNode::install(config::SnapshotRef snapshot, std::shared_ptr<const net::TlsBook> book) {
  for (std::size_t core = 0; core < cores_.count(); ++core) {
    co_await cores_.on(core, [this, core, snapshot, book] { return install_part(core, snapshot, book); });
  }
}

}  // namespace gust::app
