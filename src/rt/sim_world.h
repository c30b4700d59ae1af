// World: a simulated set of hosts with a virtual clock, an in-memory network and disks that lose what was not synced.
//
// Source: DESIGN.md decision 1. A node runs here unchanged, because it reaches the outside through its Loop alone.
// Shape:  single-threaded. Nothing happens but inside the run_ calls, and what happens is a pure function of the seed:
//         the order of hosts that could go on, the order of events at the same time, latencies, sizes of reads and
//         writes, what a crash loses. A failing seed is a bug report; report() says what led there.
// Time:   virtual. A turn of a loop takes a little of it, so several things may come to a loop before it looks.
// Rule:   sockets, listeners, files, scopes and nodes made on a world's loops are gone before the World is.
// Naming: hosts are named as in add_host; an unknown name is a mistake of the test and stops it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "rt/loop.h"

namespace gust::rt::sim {

class Engine;

// How packets travel between two hosts. Each segment draws its own latency; the order within a connection is kept.
struct LinkOptions {
  Duration latency_least = std::chrono::microseconds{50};
  Duration latency_most = std::chrono::milliseconds{2};
  double loss_chance = 0;        // per segment; it comes later, as by TCP's retransmission
  double reset_chance = 0;       // per segment; both ends see the connection break
  ByteCount window = 64 * 1024;  // bytes written and not yet read by the peer, each way of a connection
  // Of datagrams, which with loss_chance are lost and while the link is cut too:
  double reorder_chance = 0.01;           // takes its own latency and does not wait for those before it
  double twice_chance = 0;                // comes twice
  std::size_t datagram_bytes_max = 1472;  // longer ones are lost (but not on the way of a host to itself)
};

struct WorldOptions {
  LinkOptions links{};               // between different hosts; a host reaches itself in 1 to 20 us
  double small_piece_chance = 0.15;  // a read or write takes at most 16 bytes
  double short_piece_chance = 0.25;  // otherwise, a read or write takes a random part of what it could
  double late_chance = 0.1;          // a read or write that could go on at once is parked for a moment first
  Duration turn_least = std::chrono::nanoseconds{200};  // what one turn of a loop takes
  Duration turn_most = std::chrono::microseconds{20};
  Duration offload_least = std::chrono::microseconds{5};  // offloaded jobs, and so every call of Files
  Duration offload_most = std::chrono::microseconds{500};
  WallTime wall_start = wall_time_of(1'767'225'600);  // 2026-01-01T00:00:00Z
  std::size_t trace_lines = 200;
  std::uint64_t steps_max = 20'000'000;  // of one run_ call; more is a loop that spins
};

class World {
 public:
  explicit World(std::uint64_t seed, const WorldOptions& options = {});
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // --- Hosts. `address` is a literal; the name resolves to it on every host.
  Loop& add_host(std::string_view name, std::string_view address);
  // Another loop (core) of the same host: the same addresses, disk and ports.
  Loop& add_core(std::string_view host);
  Loop& loop(std::string_view host, std::size_t core = 0);
  void add_address(std::string_view host, std::string_view address);
  // `name` resolves to these literals in this order, on every host; empty: no longer.
  void set_name(std::string_view name, const std::vector<std::string>& addresses);
  // Accepted and connected sockets of the host at one time; accept and connect then fail with would_exceed_limit.
  void set_sockets_max(std::string_view host, std::size_t sockets_max);

  // --- Time. The wall clock may be set and jumped while the steady one goes on.
  Instant now() const;
  WallTime wall_now() const;
  void set_wall(WallTime at);                          // of every host, skews undone
  void jump_wall(std::string_view host, Duration by);  // of one host: skew

  // --- Running. `limit` is virtual time from now. False: not `done` within the limit, or nothing can ever happen
  //     again (deadlock), or a loop spins; report() says which.
  bool run_until(const std::function<bool()>& done, Duration limit = std::chrono::hours{1});
  void run_for(Duration time);
  // True when nothing is left to happen.
  bool run_until_idle(Duration limit = std::chrono::hours{1});
  // Runs `task` on `loop` to its end. False: it did not end within `limit`; then it was cancelled and has ended.
  bool run(Loop& loop, Task<void> task, Duration limit = std::chrono::hours{1});

  // --- Network faults. `a` and `b` may be the same host.
  void set_links(const LinkOptions& options);  // of all links that have none of their own
  void set_link(std::string_view a, std::string_view b, const LinkOptions& options);
  // Nothing passes between them until heal(); then what was under way comes, late. Connects wait for their deadline.
  void partition(std::string_view a, std::string_view b);
  void heal(std::string_view a, std::string_view b);
  void isolate(std::string_view host);  // from all other hosts
  void heal_all();
  // The NAT before the host forgets its bindings: each datagram socket of the host is seen from a new port from now on,
  // and from `address` (one of the host's) where given. What is sent to the ports before is lost.
  void rebind_datagrams(std::string_view host, std::string_view address = {});
  // Breaks every connection between the two, at both ends.
  void reset_connections(std::string_view a, std::string_view b);

  // --- Crash of a host's process (kill -9), and of its machine when crash_files() follows. The node's objects belong
  // to
  //     the test and stay; from crash() on nothing they do leaves the host: reads, writes, accepts and connects wait
  //     for their deadline or cancel, Files fail with io_failed; peers see resets; new connections are refused. So:
  //       world.crash("edge1");  node->cancel();  world.run_until([&] { return node->has_ended(); });  node.reset();
  //       world.crash_files("edge1");      // only when the power went, too
  //       world.restart("edge1");  node = make_node(world.loop("edge1"));
  void crash(std::string_view host);
  void restart(std::string_view host);

  // --- Disks.
  // Power loss: each write that no sync() covers is kept, lost or torn at a byte; each create, rename and remove that
  // no sync_directory() covers is kept or lost. Open Files of the host fail with io_failed from here on.
  void crash_files(std::string_view host);
  void set_disk_budget(std::string_view host, ByteCount bytes);  // more is no_space
  void set_disk_error_chance(std::string_view host, double per_call);
  // What a file holds now, as a reader would see it.
  std::optional<std::string> file_bytes(std::string_view host, std::string_view path) const;
  // Changes one stored bit, behind everyone's back; false where there is no such byte.
  bool flip_bit(std::string_view host, std::string_view path, ByteCount offset);

  // --- What happened.
  void note(std::string_view text);  // a line of the test's own in the trace
  std::uint64_t trace_hash() const;
  // The seed, why the last run ended, the state of hosts and connections, and the last events, to print on failure.
  std::string report() const;

 private:
  std::unique_ptr<Engine> engine_;
};

}  // namespace gust::rt::sim
