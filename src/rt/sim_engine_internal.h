// Engine: the clock, the queue of events and the hosts of a simulated world; what World offers is done here.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/check.h"
#include "base/time.h"
#include "rt/address.h"
#include "rt/loop.h"
#include "rt/sim_chance.h"
#include "rt/sim_disk_internal.h"
#include "rt/sim_trace_internal.h"
#include "rt/sim_world.h"

namespace gust::rt::sim {

class Engine;
class SimDatagrams;
class SimListener;
struct Connection;
struct Host;

// One core of one host.
class SimLoop final : public Loop {
 public:
  SimLoop(Engine& engine, Host& host);
  ~SimLoop() override;

  Instant now() const override;
  WallTime wall_now() const override;
  std::uint64_t random() override;
  void fill_secret(MutableBytes bytes) override;
  Network& network() override { return *network_; }
  Files& files() override { return *files_; }
  void post(Job job) override;
  void offload(Job job) override;

  Engine& engine() const { return engine_; }
  Host& host() const { return host_; }
  // When the loop has something to do next, or `never`.
  Instant wakes_at() const;
  // Resumes what is ready, fires timers, runs what was posted; then the loop is busy for a moment.
  void turn();

 private:
  Engine& engine_;
  Host& host_;
  Instant busy_until_{};
  std::deque<Job> on_the_way_;  // posted; each of as many events lets the first one in
  std::vector<Job> posted_;
  std::unique_ptr<Network> network_;
  std::unique_ptr<Files> files_;
};

struct Host {
  std::string name;
  std::size_t index = 0;
  std::vector<Endpoint> addresses;
  Chance chance;   // random()
  Chance secrets;  // fill_secret()
  Duration wall_skew{};
  bool is_down = false;
  Disk disk;
  double disk_error_chance = 0;
  std::vector<std::unique_ptr<SimLoop>> loops;
  std::vector<SimListener*> listeners;
  std::vector<SimDatagrams*> datagrams;
  std::uint16_t next_port = 0;  // of connections and of listeners that leave the choice
  std::size_t sockets = 0;
  std::size_t sockets_max = SIZE_MAX;

  std::uint16_t take_port() {
    next_port = next_port >= 60999 ? std::uint16_t{32768} : static_cast<std::uint16_t>(next_port + 1);
    return next_port;
  }
};

// True when one of the two could be asked for what is sent to the other.
bool overlap(const Endpoint& a, const Endpoint& b);

class Engine {
 public:
  Engine(std::uint64_t seed, const WorldOptions& options);
  ~Engine();

  const WorldOptions& options() const { return options_; }
  Chance& chance() { return chance_; }
  Trace& trace() { return trace_; }
  const Trace& trace() const { return trace_; }
  std::uint64_t seed() const { return seed_; }
  // A thread of the node's own would make a run more than a function of its seed.
  void check_thread() const { CHECK(std::this_thread::get_id() == thread_); }
  Instant now() const { return now_; }
  WallTime wall() const { return wall_at_start_ + (now_ - start_); }
  void set_wall(WallTime at);

  // --- Events. Those of the same time run in an order drawn from the seed.
  void schedule(Duration after, Job job);
  enum class Ended { reached, limit, nothing_left, spinning };
  Ended run(const std::function<bool()>& done, Instant until);
  Ended last_ended() const { return last_ended_; }
  void set_last_ended(Ended ended) { last_ended_ = ended; }

  // --- Hosts.
  Host& add_host(std::string_view name);
  SimLoop& add_core(Host& host);
  Host& host(std::string_view name) const;
  const std::vector<std::unique_ptr<Host>>& hosts() const { return hosts_; }
  // Who has this address, seen from `from`; null when no one.
  Host* find_host(const Host& from, const Endpoint& address) const;
  std::map<std::string, std::vector<Endpoint>, std::less<>>& names() { return names_; }

  // --- Links.
  struct Link {
    LinkOptions options;
    bool has_own_options = false;
    bool is_cut = false;
    std::vector<Job> held;                   // arrived while the link was cut
    std::array<Instant, 2> last_datagram{};  // when the latest arrives, each way
  };
  Link& link(const Host& a, const Host& b);
  void set_links(const LinkOptions& options);
  // Runs `job` after the link's latency, or after it is healed and then the latency again.
  void send(const Host& from, const Host& to, Job job);
  // Runs `arrives` when a datagram of `bytes` bytes has come there, if it does.
  void send_datagram(const Host& from, const Host& to, std::size_t bytes, Job arrives);
  void cut(const Host& a, const Host& b);
  void heal(const Host& a, const Host& b);

  // --- Connections alive, in the order of their making.
  std::map<std::uint64_t, Connection*>& connections() { return connections_; }
  const std::map<std::uint64_t, Connection*>& connections() const { return connections_; }
  std::uint64_t next_connection() { return ++last_connection_; }

 private:
  struct Event {
    Instant at;
    std::uint64_t tie;    // drawn
    std::uint64_t order;  // of scheduling; makes the order total
    Job job;
  };
  static bool is_later(const Event& a, const Event& b);
  // Does the next thing, not after `until`. False when there is none; then `now` has not moved.
  bool step(Instant until);
  void run_first_event();
  static void arrive(Link& link, Job job);

  std::uint64_t seed_;
  std::thread::id thread_ = std::this_thread::get_id();
  WorldOptions options_;
  Chance chance_;
  Trace trace_;
  Instant now_;
  Instant start_;
  WallTime wall_at_start_;
  std::vector<Event> events_;  // heap, earliest first
  std::uint64_t next_order_ = 0;
  Ended last_ended_ = Ended::reached;
  std::vector<std::unique_ptr<Host>> hosts_;
  std::vector<SimLoop*> loops_;
  std::vector<SimLoop*> awake_;  // of the step under way
  std::map<std::string, std::vector<Endpoint>, std::less<>> names_;
  std::map<std::pair<std::size_t, std::size_t>, Link> links_;
  std::map<std::uint64_t, Connection*> connections_;
  std::uint64_t last_connection_ = 0;
};

}  // namespace gust::rt::sim
