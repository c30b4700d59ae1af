#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "rt/sim_engine_internal.h"
#include "rt/sim_files_internal.h"
#include "rt/sim_network_internal.h"

namespace gust::rt::sim {
namespace {

constexpr Duration own_latency_least = std::chrono::microseconds{1};
constexpr Duration own_latency_most = std::chrono::microseconds{20};
constexpr Duration post_most = std::chrono::microseconds{20};
// RFC 6298 section 2: the least retransmission timeout in use (Linux), doubled each time.
constexpr Duration retransmission = std::chrono::milliseconds{200};

}  // namespace

bool overlap(const Endpoint& a, const Endpoint& b) {
  return a.port == b.port && a.is_v6 == b.is_v6 && (a.address == b.address || is_any(a) || is_any(b));
}

SimLoop::SimLoop(Engine& engine, Host& host)
    : engine_(engine), host_(host), network_(make_network(*this)), files_(make_files(*this)) {}
SimLoop::~SimLoop() = default;

Instant SimLoop::now() const { return engine_.now(); }
WallTime SimLoop::wall_now() const { return engine_.wall() + host_.wall_skew; }
std::uint64_t SimLoop::random() { return host_.chance.next(); }
void SimLoop::fill_secret(MutableBytes bytes) {
  for (char& byte : bytes) byte = static_cast<char>(host_.secrets.next() >> 32);
}

void SimLoop::post(Job job) {
  engine_.check_thread();
  on_the_way_.push_back(std::move(job));
  engine_.schedule(engine_.chance().between(Duration{0}, post_most), [this] {
    posted_.push_back(std::move(on_the_way_.front()));
    on_the_way_.pop_front();
  });
}

void SimLoop::offload(Job job) {
  engine_.check_thread();
  const WorldOptions& options = engine_.options();
  engine_.schedule(engine_.chance().between(options.offload_least, options.offload_most), std::move(job));
}

Instant SimLoop::wakes_at() const {
  if (has_ready() || !posted_.empty()) return busy_until_;
  const Instant due = next_timer();
  return due == never ? never : std::max(due, busy_until_);
}

void SimLoop::turn() {
  const WorldOptions& options = engine_.options();
  busy_until_ = engine_.now() + engine_.chance().between(options.turn_least, options.turn_most);
  run_ready();
  fire_timers(engine_.now());
  for (Job& job : std::exchange(posted_, {})) job();
}

Engine::Engine(std::uint64_t seed, const WorldOptions& options)
    : seed_(seed),
      options_(options),
      chance_(seed),
      trace_(options.trace_lines),
      now_(std::chrono::hours{1}),  // so that a time before the start is still a time
      start_(now_),
      wall_at_start_(options.wall_start) {}

Engine::~Engine() {
  // Packets under way hold connections, which leave connections_ as they go.
  events_.clear();
  links_.clear();
}

void Engine::set_wall(WallTime at) {
  wall_at_start_ = at - (now_ - start_);
  for (const auto& host : hosts_) host->wall_skew = Duration{0};
}

bool Engine::is_later(const Event& a, const Event& b) {
  if (a.at != b.at) return a.at > b.at;
  if (a.tie != b.tie) return a.tie > b.tie;
  return a.order > b.order;
}

void Engine::schedule(Duration after, Job job) {
  events_.push_back({now_ + after, chance_.next(), next_order_++, std::move(job)});
  std::ranges::push_heap(events_, is_later);
}

void Engine::run_first_event() {
  std::ranges::pop_heap(events_, is_later);
  Job job = std::move(events_.back().job);
  events_.pop_back();
  job();
}

bool Engine::step(Instant until) {
  Instant next = events_.empty() ? never : events_.front().at;
  for (const SimLoop* loop : loops_) next = std::min(next, loop->wakes_at());
  if (next == never || next > until) return false;
  now_ = std::max(now_, next);

  awake_.clear();
  for (SimLoop* loop : loops_) {
    if (loop->wakes_at() <= now_) awake_.push_back(loop);
  }
  const bool has_event = !events_.empty() && events_.front().at <= now_;
  const std::size_t choices = awake_.size() + (has_event ? 1 : 0);
  const std::size_t choice = choices == 1 ? 0 : chance_.below(choices);
  if (choice == awake_.size()) {
    run_first_event();
  } else {
    trace_.fold(awake_[choice]->host().index);
    awake_[choice]->turn();
  }
  trace_.fold(static_cast<std::uint64_t>(now_.time_since_epoch().count()));
  return true;
}

Engine::Ended Engine::run(const std::function<bool()>& done, Instant until) {
  for (std::uint64_t steps = 0; !done(); ++steps) {
    if (steps == options_.steps_max) return last_ended_ = Ended::spinning;
    if (step(until)) continue;
    const bool nothing_left =
        events_.empty() && std::ranges::all_of(loops_, [](const SimLoop* loop) { return loop->wakes_at() == never; });
    if (nothing_left) return last_ended_ = Ended::nothing_left;
    now_ = std::max(now_, until);
    return last_ended_ = Ended::limit;
  }
  return last_ended_ = Ended::reached;
}

Host& Engine::add_host(std::string_view name) {
  for (const auto& host : hosts_) CHECK(host->name != name);
  auto made = std::make_unique<Host>(Host{.name = std::string(name),
                                          .index = hosts_.size(),
                                          .addresses = {},
                                          .chance = Chance(chance_.next()),
                                          .secrets = Chance(chance_.next()),
                                          .disk = {},
                                          .loops = {},
                                          .listeners = {},
                                          .datagrams = {}});
  made->next_port = static_cast<std::uint16_t>(chance_.between(32768, 60999));
  hosts_.push_back(std::move(made));
  return *hosts_.back();
}

SimLoop& Engine::add_core(Host& host) {
  host.loops.push_back(std::make_unique<SimLoop>(*this, host));
  loops_.push_back(host.loops.back().get());
  return *loops_.back();
}

Host& Engine::host(std::string_view name) const {
  const auto found = std::ranges::find(hosts_, name, [](const auto& host) { return std::string_view(host->name); });
  CHECK(found != hosts_.end());
  return **found;
}

Host* Engine::find_host(const Host& from, const Endpoint& address) const {
  if (is_loopback(address)) return hosts_[from.index].get();
  for (const auto& host : hosts_) {
    for (const Endpoint& own : host->addresses) {
      if (own.is_v6 == address.is_v6 && own.address == address.address) return host.get();
    }
  }
  return nullptr;
}

Engine::Link& Engine::link(const Host& a, const Host& b) {
  const auto [found, is_new] = links_.try_emplace(std::minmax(a.index, b.index));
  Link& link = found->second;
  if (is_new) {
    link.options = options_.links;
    if (&a == &b) {
      link.options.latency_least = own_latency_least;
      link.options.latency_most = own_latency_most;
      link.has_own_options = true;
    }
  }
  return link;
}

void Engine::set_links(const LinkOptions& options) {
  options_.links = options;
  for (auto& [hosts, link] : links_) {
    if (!link.has_own_options) link.options = options;
  }
}

void Engine::send(const Host& from, const Host& to, Job job) {
  Link& path = link(from, to);
  Duration latency = chance_.between(path.options.latency_least, path.options.latency_most);
  if (path.options.loss_chance > 0) {
    Duration wait = retransmission;
    for (int times = 0; times < 6 && chance_.happens(path.options.loss_chance); ++times, wait *= 2) latency += wait;
  }
  schedule(latency, [&path, job = std::move(job)]() mutable { arrive(path, std::move(job)); });
}

void Engine::send_datagram(const Host& from, const Host& to, std::size_t bytes, Job arrives) {
  Link& path = link(from, to);
  if (&from != &to && bytes > path.options.datagram_bytes_max) return;
  if (path.options.loss_chance > 0 && chance_.happens(path.options.loss_chance)) return;
  Instant at = now_ + chance_.between(path.options.latency_least, path.options.latency_most);
  Instant& last = path.last_datagram[from.index > to.index ? 1 : 0];
  const bool is_reordered = path.options.reorder_chance > 0 && chance_.happens(path.options.reorder_chance);
  if (!is_reordered) at = std::max(at, last + std::chrono::nanoseconds{1});
  last = std::max(last, at);
  schedule(at - now_, [&path, arrives = std::move(arrives)]() mutable {
    if (!path.is_cut) arrives();
  });
}

void Engine::arrive(Link& path, Job job) {
  if (path.is_cut) return path.held.push_back(std::move(job));
  job();
}

void Engine::cut(const Host& a, const Host& b) {
  link(a, b).is_cut = true;
  trace_.record(now_, a.name, "partitioned from", 0, 0, b.name);
}

void Engine::heal(const Host& a, const Host& b) {
  Link& path = link(a, b);
  if (!path.is_cut) return;
  path.is_cut = false;
  trace_.record(now_, a.name, "healed with", 0, 0, b.name);
  for (Job& job : std::exchange(path.held, {})) {
    schedule(chance_.between(path.options.latency_least, path.options.latency_most),
             [&path, job = std::move(job)]() mutable { arrive(path, std::move(job)); });
  }
}

}  // namespace gust::rt::sim
