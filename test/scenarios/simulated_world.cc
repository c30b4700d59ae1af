#include "scenarios/simulated_world.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "rt/loop.h"
#include "rt/scope.h"
#include "scenarios/wire_text.h"

namespace gust::scenarios {
namespace {

sim::Answer answer_of(const OriginAnswer& words) {
  sim::Answer answer;
  answer.method = words.method;
  answer.target = words.target;
  for (const auto& [name, value] : words.expected.fields) answer.fields.push_back({name, value});
  answer.absent_fields = words.expected.absent_fields;
  answer.body = words.expected.body;
  answer.is_repeated = words.is_repeated;
  answer.wait = words.wait;
  answer.reply = reply_text(words);
  if (words.closes) answer.then = sim::Answer::Then::close;
  if (words.kind == OriginAnswer::Kind::reset) answer.then = sim::Answer::Then::reset;
  if (words.kind == OriginAnswer::Kind::stall) answer.then = sim::Answer::Then::stall;
  return answer;
}

ViewerReply reply_of(sim::Reply&& reply) {
  ViewerReply words{.status = reply.status, .body = std::move(reply.message.body)};
  if (reply.failure) {
    words.is_failure = true;
    words.text = name_of(*reply.failure);
  }
  for (auto& [name, value] : reply.message.fields) words.fields.emplace_back(std::move(name), std::move(value));
  return words;
}

rt::Task<void> ask(sim::Viewer& viewer, std::string request, ViewerReply& words) {
  words = reply_of(co_await viewer.ask(std::move(request)));
}

}  // namespace

SimulatedWorld::SimulatedWorld(std::uint64_t seed, NodeMaker& maker, const rt::sim::WorldOptions& options)
    : world_(seed, options), maker_(maker) {}

SimulatedWorld::~SimulatedWorld() {
  viewers_.clear();
  for (const auto& [name, node] : nodes_) node->stop();
  for (const auto& [name, origin] : origins_) origin->stop();
  const bool all_ended = world_.run_until([this] {
    return std::ranges::all_of(nodes_, [](const auto& node) { return node.second->has_ended(); }) &&
           std::ranges::all_of(origins_, [](const auto& origin) { return origin.second->has_ended(); });
  });
  if (!all_ended) fmt::print(stderr, "a node does not end when stopped\n{}", world_.report());
}

rt::Endpoint SimulatedWorld::next_address(std::string_view name) {
  const std::string literal = fmt::format("10.0.{}.{}", hosts_.size() / 200, hosts_.size() % 200 + 1);
  return hosts_.emplace(name, *rt::read_address(literal, 80)).first->second;
}

void SimulatedWorld::start_origin(const StartOrigin& words) {
  const rt::Endpoint at = next_address(words.name);
  auto origin = std::make_unique<sim::Origin>(world_.add_host(words.name, rt::address_text(at)), at);
  for (const OriginAnswer& answer : words.answers) origin->add(answer_of(answer));
  origins_.emplace(words.name, std::move(origin));
}

void SimulatedWorld::start_node(const StartNode& words) {
  std::vector<Upstream> upstreams;
  for (const std::string& name : words.upstreams) {
    const auto found = hosts_.find(name);
    if (found == hosts_.end()) return complaints_.push_back(fmt::format("{}: no upstream {}", words.name, name));
    upstreams.push_back({.name = name, .at = found->second, .is_node = nodes_.contains(name)});
  }
  const rt::Endpoint at = next_address(words.name);
  rt::Loop& loop = world_.add_host(words.name, rt::address_text(at));
  nodes_.emplace(words.name, maker_.make_node(words, loop, at, upstreams, complaints_));
}

sim::Viewer& SimulatedWorld::viewer(const std::string& name, std::string_view edge) {
  std::unique_ptr<sim::Viewer>& viewer = viewers_[{name, std::string(edge)}];
  if (viewer) return *viewer;
  if (!hosts_.contains(name)) world_.add_host(name, rt::address_text(next_address(name)));
  viewer = std::make_unique<sim::Viewer>(world_.loop(name), hosts_.find(edge)->second);
  return *viewer;
}

std::vector<ViewerReply> SimulatedWorld::send(std::span<const std::string> viewers, std::string_view edge,
                                              const Send& request) {
  if (!nodes_.contains(edge)) {
    complaints_.push_back(fmt::format("no edge {}", edge));
    return std::vector<ViewerReply>(viewers.size(), {.is_failure = true, .text = "no edge"});
  }
  const std::string text = request_text(request, maker_.default_host());
  std::vector<ViewerReply> replies(viewers.size());
  std::deque<rt::Scope> scopes;
  for (std::size_t i = 0; i < viewers.size(); ++i) {
    sim::Viewer& one = viewer(viewers[i], edge);
    scopes.emplace_back(world_.loop(viewers[i])).spawn(ask(one, text, replies[i]));
  }
  const auto are_over = [&] { return std::ranges::all_of(scopes, [](const auto& s) { return s.running() == 0; }); };
  if (!world_.run_until(are_over)) {
    complaints_.push_back("viewers wait for ever: " + world_.report());
    for (rt::Scope& scope : scopes) scope.cancel();
    world_.run_until(are_over);
  }
  return replies;
}

std::optional<std::uint64_t> SimulatedWorld::read_counter(std::string_view node, std::string_view counter) {
  if (const auto found = origins_.find(node); found != origins_.end()) {
    if (counter == "requests") return found->second->request_count();
    if (counter == "connections") return found->second->connection_count();
    return std::nullopt;
  }
  const auto found = nodes_.find(node);
  return found == nodes_.end() ? std::nullopt : found->second->read_counter(counter);
}

std::vector<std::string> SimulatedWorld::complaints() {
  std::vector<std::string> all = complaints_;
  for (const auto& [name, origin] : origins_) {
    for (const std::string& complaint : origin->complaints()) all.push_back(fmt::format("{} {}", name, complaint));
  }
  return all;
}

}  // namespace gust::scenarios
