#include "rt/sim_world.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/text.h"
#include "rt/scope.h"
#include "rt/sim_datagrams_internal.h"
#include "rt/sim_engine_internal.h"
#include "rt/sim_network_internal.h"

namespace gust::rt::sim {
namespace {

Endpoint address_of(std::string_view literal) {
  const Result<Endpoint> endpoint = read_address(literal, 0);
  CHECK(endpoint);
  return *endpoint;
}

std::string_view text_of(Engine::Ended ended) {
  switch (ended) {
    case Engine::Ended::reached:
      return "reached its condition";
    case Engine::Ended::limit:
      return "came to its time limit";
    case Engine::Ended::nothing_left:
      return "deadlocked: nothing can happen any more";
    case Engine::Ended::spinning:
      return "took too many steps: a loop spins";
  }
  return "";
}

std::string text_of(const Connection& connection) {
  std::string text = fmt::format("  connection {}:", connection.id);
  for (const End& end : connection.ends) {
    text += fmt::format(" [{} {}{}{}{}{}{}{} inbox {} unread by peer {}]", end.host->name, endpoint_text(end.local),
                        end.reader ? " reading" : "", end.writer ? " writing" : "", end.has_finished ? " finished" : "",
                        end.is_broken ? " broken" : "", end.is_closed ? " closed" : (end.socket ? "" : " not accepted"),
                        end.is_dead ? " dead" : "", end.inbox.size() - end.inbox_read, end.unread);
  }
  return text + '\n';
}

}  // namespace

World::World(std::uint64_t seed, const WorldOptions& options) : engine_(std::make_unique<Engine>(seed, options)) {}
World::~World() = default;

Loop& World::add_host(std::string_view name, std::string_view address) {
  Host& host = engine_->add_host(name);
  engine_->add_core(host);
  add_address(name, address);
  return *host.loops.front();
}

Loop& World::add_core(std::string_view host) { return engine_->add_core(engine_->host(host)); }

Loop& World::loop(std::string_view host, std::size_t core) {
  CHECK(core < engine_->host(host).loops.size());
  return *engine_->host(host).loops[core];
}

void World::add_address(std::string_view host, std::string_view address) {
  const Endpoint endpoint = address_of(address);
  Host& owner = engine_->host(host);
  CHECK(!is_loopback(endpoint) && !engine_->find_host(owner, endpoint));
  owner.addresses.push_back(endpoint);
  engine_->names()[to_lower(host)].push_back(endpoint);
}

void World::set_name(std::string_view name, const std::vector<std::string>& addresses) {
  std::vector<Endpoint>& endpoints = engine_->names()[to_lower(name)];
  endpoints.clear();
  for (const std::string& address : addresses) endpoints.push_back(address_of(address));
}

void World::set_sockets_max(std::string_view host, std::size_t sockets_max) {
  engine_->host(host).sockets_max = sockets_max;
}

Instant World::now() const { return engine_->now(); }
WallTime World::wall_now() const { return engine_->wall(); }
void World::set_wall(WallTime at) { engine_->set_wall(at); }
void World::jump_wall(std::string_view host, Duration by) { engine_->host(host).wall_skew += by; }

bool World::run_until(const std::function<bool()>& done, Duration limit) {
  return engine_->run(done, engine_->now() + limit) == Engine::Ended::reached;
}
void World::run_for(Duration time) {
  // Time passes also where nothing happens in it.
  const Instant until = engine_->now() + time;
  engine_->schedule(time, [] {});
  run_until([this, until] { return engine_->now() >= until; }, time);
}
bool World::run_until_idle(Duration limit) {
  return engine_->run([] { return false; }, engine_->now() + limit) == Engine::Ended::nothing_left;
}

bool World::run(Loop& loop, Task<void> task, Duration limit) {
  Scope scope(loop);
  scope.spawn(std::move(task));
  const auto is_over = [&] { return scope.running() == 0; };
  const bool in_time = run_until(is_over, limit);
  if (!in_time) {
    const Engine::Ended why = engine_->last_ended();
    scope.cancel();
    const bool was_cancelled = run_until(is_over, limit);
    if (!was_cancelled) fmt::print(stderr, "a task does not end when cancelled\n{}", report());
    CHECK(was_cancelled);
    engine_->set_last_ended(why);
  }
  return in_time;
}

void World::set_links(const LinkOptions& options) { engine_->set_links(options); }
void World::set_link(std::string_view a, std::string_view b, const LinkOptions& options) {
  Engine::Link& link = engine_->link(engine_->host(a), engine_->host(b));
  link.options = options;
  link.has_own_options = true;
}
void World::partition(std::string_view a, std::string_view b) { engine_->cut(engine_->host(a), engine_->host(b)); }
void World::heal(std::string_view a, std::string_view b) { engine_->heal(engine_->host(a), engine_->host(b)); }
void World::isolate(std::string_view host) {
  const Host& one = engine_->host(host);
  for (const auto& other : engine_->hosts()) {
    if (other.get() != &one) engine_->cut(one, *other);
  }
}
void World::heal_all() {
  for (const auto& a : engine_->hosts()) {
    for (const auto& b : engine_->hosts()) engine_->heal(*a, *b);
  }
}

void World::rebind_datagrams(std::string_view name, std::string_view address) {
  Host& host = engine_->host(name);
  engine_->trace().record(engine_->now(), name, "is rebound by its NAT");
  for (SimDatagrams* socket : host.datagrams) {
    Endpoint outside = address.empty() ? host.addresses.front() : address_of(address);
    CHECK(engine_->find_host(host, outside) == &host);
    outside.port = host.take_port();
    socket->rebind(outside);
  }
}

void World::reset_connections(std::string_view a, std::string_view b) {
  const Host* one = &engine_->host(a);
  const Host* other = &engine_->host(b);
  std::vector<ConnectionRef> found;
  for (const auto& [id, connection] : engine_->connections()) {
    const auto& [client, server] = connection->ends;
    if ((client.host == one && server.host == other) || (client.host == other && server.host == one)) {
      found.push_back(connection->shared_from_this());
    }
  }
  for (const ConnectionRef& connection : found) connection->cut_off();
}

void World::crash(std::string_view name) {
  Host& host = engine_->host(name);
  engine_->trace().record(engine_->now(), name, "crashed");
  host.is_down = true;
  crash_network(*engine_, host);
}

void World::restart(std::string_view name) {
  engine_->trace().record(engine_->now(), name, "restarted");
  engine_->host(name).is_down = false;
}

void World::crash_files(std::string_view name) {
  engine_->trace().record(engine_->now(), name, "lost its power");
  engine_->host(name).disk.crash(engine_->chance());
}

void World::set_disk_budget(std::string_view host, ByteCount bytes) { engine_->host(host).disk.set_budget(bytes); }
void World::set_disk_error_chance(std::string_view host, double per_call) {
  engine_->host(host).disk_error_chance = per_call;
}

std::optional<std::string> World::file_bytes(std::string_view host, std::string_view path) const {
  const DiskNodeRef node = engine_->host(host).disk.find(path);
  if (!node || node->is_directory) return std::nullopt;
  return node->bytes;
}

bool World::flip_bit(std::string_view host, std::string_view path, ByteCount offset) {
  const DiskNodeRef node = engine_->host(host).disk.find(path);
  if (!node || offset >= node->bytes.size()) return false;
  const auto at = static_cast<std::size_t>(offset);
  const char flip = static_cast<char>(1 << engine_->chance().below(8));
  node->bytes[at] ^= flip;
  if (at < node->stable_bytes.size()) node->stable_bytes[at] ^= flip;
  return true;
}

void World::note(std::string_view text) { engine_->trace().record(engine_->now(), "test", "notes", 0, 0, text); }
std::uint64_t World::trace_hash() const { return engine_->trace().hash(); }

std::string World::report() const {
  std::string text = fmt::format("seed {}: the run {}\n", engine_->seed(), text_of(engine_->last_ended()));
  for (const auto& host : engine_->hosts()) {
    text += fmt::format("  host {}{}: {} listeners, {} sockets\n", host->name, host->is_down ? " (down)" : "",
                        host->listeners.size(), host->sockets);
  }
  for (const auto& [id, connection] : engine_->connections()) text += text_of(*connection);
  return text + "last events:\n" + engine_->trace().text();
}

}  // namespace gust::rt::sim
