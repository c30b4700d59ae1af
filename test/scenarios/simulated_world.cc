#include "scenarios/simulated_world.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "rt/loop.h"
#include "rt/scope.h"

namespace gust::scenarios {
namespace {

// More than any server of ours lets a request wait.
constexpr Duration viewer_patience = std::chrono::minutes(5);

}  // namespace

SimulatedWorld::SimulatedWorld(std::uint64_t seed, NodeMaker& maker, const rt::sim::WorldOptions& options)
    : ActorsWorld(maker, viewer_patience), world_(seed, options) {}

SimulatedWorld::~SimulatedWorld() {
  world_.heal_all();
  end_all();
}

ActorsWorld::Place SimulatedWorld::make_place(std::string_view name) {
  const std::string literal = fmt::format("10.0.{}.{}", hosts_ / 200, hosts_ % 200 + 1);
  ++hosts_;
  rt::Loop& loop = world_.add_host(name, literal);
  return {.cores = {&loop}, .at = *rt::read_address(literal, 80)};
}

void SimulatedWorld::run(std::vector<Errand> errands) {
  std::deque<rt::Scope> scopes;
  for (const Errand& errand : errands) scopes.emplace_back(*errand.loop).spawn(errand.make_task());
  const auto are_over = [&] { return std::ranges::all_of(scopes, [](const auto& s) { return s.running() == 0; }); };
  if (world_.run_until(are_over)) return;
  complain("waits for ever: " + world_.report());
  for (rt::Scope& scope : scopes) scope.cancel();
  world_.run_until(are_over);
}

void SimulatedWorld::partition(const Partition& words) {
  for (const std::string& name : {words.a, words.b}) {
    if (!has_place(name)) return complain(name + " is not there");
  }
  if (words.is_healed) return world_.heal(words.a, words.b);
  world_.partition(words.a, words.b);
}

void SimulatedWorld::advance(Duration time) {
  close_viewers();
  world_.run_for(time);
}

}  // namespace gust::scenarios
