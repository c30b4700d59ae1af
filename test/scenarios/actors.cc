#include "scenarios/actors.h"

#include <fmt/format.h>

#include "scenarios/wire_text.h"

namespace gust::scenarios {
namespace {

sim::Answer answer_of(const OriginAnswer& words) {
  sim::Answer answer;
  answer.method = words.method;
  answer.target = words.target;
  for (const auto& [name, value] : words.expected.fields) answer.fields.push_back({name, value});
  answer.absent_fields = words.expected.absent_fields;
  answer.present_fields = words.expected.present_fields;
  answer.body = words.expected.body;
  answer.is_repeated = words.is_repeated;
  answer.wait = words.wait;
  answer.pause = words.pause;
  answer.reply = reply_text(words);
  if (words.closes) answer.then = sim::Answer::Then::close;
  if (words.kind == OriginAnswer::Kind::reset) answer.then = sim::Answer::Then::reset;
  if (words.kind == OriginAnswer::Kind::stall) answer.then = sim::Answer::Then::stall;
  return answer;
}

rt::Task<void> ask(sim::Viewer& viewer, std::string request, Duration patience, ViewerReply& reply) {
  sim::Reply heard = co_await viewer.ask(std::move(request), patience);
  reply = {.status = heard.status, .body = std::move(heard.message.body)};
  if (heard.failure) {
    reply.is_failure = true;
    reply.text = name_of(*heard.failure);
  }
  for (auto& [name, value] : heard.message.fields) reply.fields.emplace_back(std::move(name), std::move(value));
}

rt::Task<void> close(sim::Viewer& viewer) {
  viewer.close();
  co_return;
}

rt::Task<void> look_at(const OriginActor& origin, std::string_view counter, std::optional<std::uint64_t>& value) {
  value = origin.read_counter(counter);
  co_return;
}

}  // namespace

rt::Task<void> OriginActor::start(rt::Loop& loop, rt::Endpoint at, const StartOrigin& words) {
  origin_ = std::make_unique<sim::Origin>(loop, at);
  for (const OriginAnswer& answer : words.answers) origin_->add(answer_of(answer));
  co_return;
}

rt::Task<void> OriginActor::end() {
  if (!origin_) co_return;
  co_await origin_->end();
  complaints_ = complaints();
  requests_ += origin_->request_count();
  connections_ += origin_->connection_count();
  origin_.reset();
}

std::optional<std::uint64_t> OriginActor::read_counter(std::string_view counter) const {
  if (counter == "requests") return requests_ + (origin_ ? origin_->request_count() : 0);
  if (counter == "connections") return connections_ + (origin_ ? origin_->connection_count() : 0);
  return std::nullopt;
}

std::vector<std::string> OriginActor::complaints() const {
  std::vector<std::string> all = complaints_;
  if (!origin_) return all;
  for (std::string& complaint : origin_->complaints()) all.push_back(std::move(complaint));
  return all;
}

void ActorsWorld::run(rt::Loop& loop, std::function<rt::Task<void>()> make_task) {
  run({{.loop = &loop, .make_task = std::move(make_task)}});
}

void ActorsWorld::start_origin(const StartOrigin& words) {
  if (words.is_again != origins_.contains(words.name)) {
    return complain(fmt::format("{} {}", words.name, words.is_again ? "was never started" : "is there already"));
  }
  if (!words.is_again) places_[words.name] = make_place(words.name);
  Place& place = places_[words.name];
  OriginActor& origin = origins_[words.name];
  kinds_[words.name] = Upstream::Kind::origin;
  rt::Loop& loop = *place.cores.front();
  run(loop, [&] { return origin.end(); });
  run(loop, [&] { return origin.start(loop, place.at, words); });
  place.at = origin.at();
}

void ActorsWorld::start_node(const StartNode& words) {
  if (kinds_.contains(words.name)) return complain(words.name + " is there already");
  std::vector<Upstream> upstreams;
  for (const std::string& name : words.upstreams) {
    const auto kind = kinds_.find(name);
    if (kind == kinds_.end()) return complain(fmt::format("{}: no upstream {}", words.name, name));
    upstreams.push_back({.kind = kind->second, .name = name, .at = places_[name].at});
  }
  Place& place = places_[words.name] = make_place(words.name);
  std::unique_ptr<RunningNode> node = maker_.make_node(words, place.cores, place.at, upstreams, complaints_);
  kinds_[words.name] = words.role == StartNode::Role::regional ? Upstream::Kind::regional : Upstream::Kind::edge;
  run(*place.cores.front(), [&] { return node->start(); });
  place.at = node->at();
  nodes_[words.name] = std::move(node);
}

sim::Viewer& ActorsWorld::viewer(const ViewerAt& words) {
  std::unique_ptr<sim::Viewer>& viewer = viewers_[{words.name, words.edge}];
  if (viewer) return *viewer;
  if (!places_.contains(words.name)) places_[words.name] = make_place(words.name);
  viewer = std::make_unique<sim::Viewer>(*places_[words.name].cores.front(), places_[words.edge].at);
  return *viewer;
}

std::vector<ViewerReply> ActorsWorld::send(std::span<const ViewerAt> viewers, const Send& request) {
  const std::string text = request_text(request, maker_.default_host());
  std::vector<ViewerReply> replies(viewers.size());
  std::vector<Errand> errands;
  for (std::size_t i = 0; i < viewers.size(); ++i) {
    if (!kinds_.contains(viewers[i].edge)) {
      replies[i] = {.is_failure = true, .text = "no edge " + viewers[i].edge};
      continue;
    }
    sim::Viewer& its = viewer(viewers[i]);
    ViewerReply& reply = replies[i];
    const Duration patience = request.patience.value_or(patience_);
    errands.push_back({.loop = places_[viewers[i].name].cores.front(),
                       .make_task = [&its, &text, patience, &reply] { return ask(its, text, patience, reply); }});
  }
  run(std::move(errands));
  return replies;
}

void ActorsWorld::purge(const Purge& words) {
  const std::uint64_t epoch = ++purges_;
  for (const std::string& name : words.nodes) {
    const auto node = nodes_.find(name);
    if (node == nodes_.end() || !node->second->purge(epoch, words.path)) complain(name + " has nothing to purge");
  }
}

void ActorsWorld::stop(std::string_view name) {
  if (const auto origin = origins_.find(name); origin != origins_.end()) {
    return run(*places_.find(name)->second.cores.front(), [&] { return origin->second.end(); });
  }
  const auto node = nodes_.find(name);
  if (node == nodes_.end()) return complain(fmt::format("{} does not run", name));
  run(*places_.find(name)->second.cores.front(), [&] { return node->second->stop(); });
  nodes_.erase(node);
}

std::optional<std::uint64_t> ActorsWorld::read_counter(std::string_view name, std::string_view counter) {
  if (const auto origin = origins_.find(name); origin != origins_.end()) {
    std::optional<std::uint64_t> value;
    run(*places_.find(name)->second.cores.front(), [&] { return look_at(origin->second, counter, value); });
    return value;
  }
  const auto node = nodes_.find(name);
  return node == nodes_.end() ? std::nullopt : node->second->read_counter(counter);
}

std::vector<std::string> ActorsWorld::complaints() {
  end_all();
  std::vector<std::string> all = complaints_;
  for (const auto& [name, origin] : origins_) {
    for (const std::string& complaint : origin.complaints()) all.push_back(fmt::format("{} {}", name, complaint));
  }
  return all;
}

void ActorsWorld::close_viewers() {
  std::vector<Errand> errands;
  for (const auto& [key, viewer] : viewers_) {
    errands.push_back({.loop = places_[key.first].cores.front(), .make_task = [&viewer] { return close(*viewer); }});
  }
  run(std::move(errands));
}

void ActorsWorld::end_all() {
  close_viewers();
  while (!nodes_.empty()) stop(std::string(nodes_.begin()->first));
  for (auto& [name, origin] : origins_) {
    run(*places_[name].cores.front(), [&origin] { return origin.end(); });
  }
  viewers_.clear();
}

}  // namespace gust::scenarios
