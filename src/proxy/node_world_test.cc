// The harness of the whole-node tests, and what shows that it would notice.
#include <fmt/format.h>
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/check.h"
#include "base/text.h"
#include "proxy/node_world_internal.h"

namespace gust::proxy {
namespace {

constexpr std::string_view origin_address = "10.0.0.1";
constexpr std::string_view regional_address = "10.0.0.2";

rt::Endpoint endpoint(std::string_view address) { return *rt::read_address(address, 80); }

origin::ParentTier parents_of(const rt::Endpoint& parent) {
  origin::OriginTarget target;
  target.id = target.host = "regional";
  target.trusted_endpoints = {parent};
  target.connect_timeout = seconds(2);
  target.attempts = 1;
  target.read_timeout = seconds(250);
  target.keepalive_timeout = seconds(30);
  return {"regional", {target}};
}

NodeCoreParts parts_of(rt::Loop& loop, observe::MetricsWriter& metrics, observe::AccessSink& access, observe::Log& log,
                       const rt::Endpoint* parent, const geo::Locations* locations, const origin::PoolLimits& pool,
                       const OriginKeys& keys) {
  NodeCoreParts parts;
  parts.locations = locations;
  parts.loop = &loop;
  parts.metrics = &metrics;
  parts.access = &access;
  parts.log = &log;
  parts.fetcher.addresses.allow_private = true;
  parts.fetcher.pool = pool;
  parts.origin_keys = keys;
  if (parent) parts.parents = parents_of(*parent);
  return parts;
}

rt::Task<void> ask_for(Visit& visit, std::string request) {
  visit.reply = co_await visit.viewer.ask(std::move(request), std::chrono::hours(1));
  if (visit.reply.failure) {
    visit.viewer.reset();
  } else {
    visit.viewer.close();
  }
}

}  // namespace

SimulatedNode::SimulatedNode(rt::Loop& loop, const rt::Endpoint& listens_at, NodeSettings settings,
                             const http::ServerLimits& limits, const rt::Endpoint* parent,
                             const geo::Locations* locations, const origin::PoolLimits& pool, const OriginKeys& keys)
    : at(listens_at),
      log(sink_, loop, settings.name),
      node(std::move(settings)),
      core(node, parts_of(loop, registry_.make_writer(), access, log, parent, locations, pool, keys)),
      server(loop, core, limits, 1000) {
  CHECK(server.listen(at, false));
  core.start();
  server.start();
}

rt::Task<void> SimulatedNode::stop(Duration patience) {
  rt::Loop& loop = co_await rt::this_loop();
  co_await server.drain(loop.now() + patience);
  co_await core.stop();
  is_running_ = false;
}

std::int64_t SimulatedNode::metric(ByteView name, const observe::Labels& more) const {
  observe::Labels labels{{"node", node.settings().name}, {"tier", std::string(name_of(node.settings().tier))}};
  labels.insert(labels.end(), more.begin(), more.end());
  return registry_.value_of(name, labels);
}

NodeWorld::NodeWorld(NodeWorldOptions options) : world(options.seed, options.world), options_(std::move(options)) {
  rt::Loop& origin_loop = world.add_host("origin", origin_address);
  world.set_name("origin.test", {std::string(origin_address)});
  origin_ = std::make_unique<sim::Origin>(origin_loop, endpoint(origin_address));
  world.add_host("viewers", "10.0.1.1");
  if (options_.has_regional) {
    regional_ = make_node("regional", regional_address, Tier::regional, "REG1", options_.regional_cache, nullptr);
  }
  for (std::size_t i = 0; i < options_.edges; ++i) {
    edges_.push_back(make_node(fmt::format("edge{}", i), fmt::format("10.0.0.{}", i + 3), Tier::edge,
                               fmt::format("EDG{}", i + 1), options_.edge_cache, regional_ ? &regional_->at : nullptr));
  }
  install(options_.distribution);
}

NodeWorld::~NodeWorld() {
  for (const auto& visit : visits_) visit->asking.cancel();
  EXPECT_TRUE(run_until_over()) << world.report();
  for (const auto& edge : edges_) {
    if (edge->is_running()) EXPECT_TRUE(stop(*edge)) << world.report();
    EXPECT_EQ(edge->node.cache().counters().fills, 0U);
  }
  if (regional_ && regional_->is_running()) EXPECT_TRUE(stop(*regional_)) << world.report();
  if (regional_) EXPECT_EQ(regional_->node.cache().counters().fills, 0U);
  for (const auto& over : visits_) {
    const std::string id = field(over->reply, "X-Amz-Cf-Id");
    if (!id.empty()) EXPECT_EQ(edges_[over->edge]->access.count_of(id), 1U);
  }
  end_origin();
}

std::unique_ptr<SimulatedNode> NodeWorld::make_node(std::string_view host, std::string_view address, Tier tier,
                                                    std::string name, const cache::Limits& cache,
                                                    const rt::Endpoint* parent) {
  NodeSettings settings;
  settings.tier = tier;
  settings.name = std::move(name);
  settings.tier_key = "the tiers' secret";
  settings.explain_token = "the explain token";
  if (tier == Tier::edge) settings.challenges = options_.challenges;
  settings.cache = cache;
  settings.circuit = options_.circuit;
  settings.slice_bytes = options_.slice_bytes;
  http::ServerLimits limits = options_.server;
  if (tier == Tier::regional) limits.head = between_tiers(limits.head);
  return std::make_unique<SimulatedNode>(world.add_host(host, address), endpoint(address), std::move(settings), limits,
                                         parent, tier == Tier::edge ? options_.locations : nullptr, options_.pool,
                                         options_.origin_keys);
}

void NodeWorld::install(const config::Distribution& distribution) { install(std::vector{distribution}); }

void NodeWorld::install(std::vector<config::Distribution> distributions) {
  const auto snapshot = std::make_shared<const config::Snapshot>(++revision_, std::move(distributions));
  if (regional_) regional_->core.install(snapshot);
  for (const auto& edge : edges_) edge->core.install(snapshot);
}

void NodeWorld::purge_at(SimulatedNode& node, std::string_view path, std::uint64_t epoch) {
  node.node.apply(cache::Purge::of_item(epoch, options_.distribution.id, path));
}

// As delivered: the regional cache first.
void NodeWorld::purge(std::string_view path) {
  ++epoch_;
  if (regional_) purge_at(*regional_, path, epoch_);
  for (const auto& edge : edges_) purge_at(*edge, path, epoch_);
}

void NodeWorld::end_origin() {
  if (!origin_) return;
  if (!complaints_allowed_) EXPECT_EQ(origin_->complaints(), std::vector<std::string>());
  origin_->stop();
  EXPECT_TRUE(world.run_until([&] { return origin_->has_ended(); })) << world.report();
  origin_.reset();
}

void NodeWorld::kill_origin() {
  world.crash("origin");
  end_origin();
}

void NodeWorld::revive_origin() {
  world.restart("origin");
  origin_ = std::make_unique<sim::Origin>(world.loop("origin"), endpoint(origin_address));
}

bool NodeWorld::stop(SimulatedNode& node, Duration patience) {
  return world.run(node.core.loop(), node.stop(patience), minutes(10) + patience);
}

Visit& NodeWorld::begin(std::string request, std::size_t edge) {
  Visit& begun = *visits_.emplace_back(std::make_unique<Visit>(viewers(), edges_[edge]->at, edge));
  begun.asking.spawn(ask_for(begun, std::move(request)));
  return begun;
}

Visit& NodeWorld::begin_get(std::string_view target, const std::vector<TextField>& fields, std::size_t edge) {
  return begin(sim::get_text(target, options_.distribution.domain_name, fields), edge);
}

bool NodeWorld::run_until_over(Duration limit) {
  return world.run_until([&] { return std::ranges::all_of(visits_, [](const auto& each) { return each->is_over(); }); },
                         limit);
}

void NodeWorld::leave(Visit& visit) {
  visit.asking.cancel();
  EXPECT_TRUE(world.run_until([&] { return visit.is_over(); })) << world.report();
}

Reply NodeWorld::ask(std::string request, std::size_t edge) {
  const Visit& asked = begin(std::move(request), edge);
  EXPECT_TRUE(world.run_until([&] { return asked.is_over(); })) << world.report();
  return asked.reply;
}

Reply NodeWorld::get(std::string_view target, const std::vector<TextField>& fields, std::size_t edge) {
  return ask(sim::get_text(target, options_.distribution.domain_name, fields), edge);
}

Reply NodeWorld::head(std::string_view target, const std::vector<TextField>& fields, std::size_t edge) {
  return ask("HEAD" + sim::get_text(target, options_.distribution.domain_name, fields).substr(3), edge);
}

void NodeWorld::serve(std::string_view target, std::string reply) {
  origin_->add({.target = std::string(target), .is_repeated = true, .reply = std::move(reply)});
}

std::string field(const Reply& reply, std::string_view name) {
  return std::string(reply.message.find(name).value_or(""));
}

std::string cache_result(const Reply& reply) {
  const std::string text = field(reply, "X-Cache");
  const Cut parts = cut(text, " from ");
  return parts.after == "cloudfront" ? std::string(parts.before) : "not an X-Cache: " + text;
}

std::size_t count_of(const sim::MessageText& message, std::string_view name) {
  return static_cast<std::size_t>(
      std::ranges::count_if(message.fields, [&](const TextField& each) { return equal_fold(each.name, name); }));
}

namespace {

void leave_an_answer_unasked() {
  NodeWorld net;
  net.origin().add({.target = "/a", .reply = reply_text(200, {}, "body")});
}
TEST(NodeWorld, NoticesWhatTheOriginWasNotAsked) {
  EXPECT_NONFATAL_FAILURE(leave_an_answer_unasked(), "was not asked for GET /a");
}

void lose_a_record() {
  NodeWorld net;
  net.serve("/a", reply_text(200, {}, "body"));
  net.get("/a");
  net.world.run_for(seconds(1));
  net.edge().access.clear();
}
TEST(NodeWorld, NoticesARequestWithoutARecord) { EXPECT_NONFATAL_FAILURE(lose_a_record(), "access.count_of(id)"); }

}  // namespace
}  // namespace gust::proxy
