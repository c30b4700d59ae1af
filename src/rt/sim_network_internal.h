// The simulated network: connections between hosts, their two ends, and who listens.
//
// Shape:  an End is what the kernel of one host knows of a connection; a SimSocket is the program's handle on it. Every
//         segment is put at the end of its direction's queue and has one event on the link; an event lets the first
//         segment of the queue arrive. So each segment draws its own latency and the order is kept all the same.
// Source: RFC 9293 as programs notice it: half close, resets, a bounded window, a backlog.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rt/network.h"
#include "rt/signal.h"
#include "rt/sim_engine_internal.h"

namespace gust::rt::sim {

class SimSocket;

struct Segment {
  enum class Kind : std::uint8_t { bytes, finish, reset };
  Kind kind = Kind::bytes;
  std::string bytes;
};

struct End {
  Host* host = nullptr;
  Endpoint local;
  SimSocket* socket = nullptr;  // null before accept and after close
  ReadOperation* reader = nullptr;
  WriteOperation* writer = nullptr;

  std::string inbox;  // arrived; read up to inbox_read
  std::size_t inbox_read = 0;
  std::deque<Segment> under_way;  // sent by this end, not yet arrived
  ByteCount unread = 0;           // sent by this end and, as far as it knows, not yet read by the peer

  bool has_finished = false;  // this end sends no more
  bool peer_finished = false;
  bool is_broken = false;  // reset, by either side
  bool is_closed = false;  // the program gave its handle away
  bool is_dead = false;    // its host crashed: nothing goes in or out

  bool has_unread() const { return inbox_read < inbox.size(); }
};

struct Connection : std::enable_shared_from_this<Connection> {
  Connection(Engine& engine, Host& client, const Endpoint& from, Host& server, const Endpoint& to);
  ~Connection();

  // The program's calls at end `side`.
  bool read(std::size_t side, ReadOperation& operation);
  bool write(std::size_t side, WriteOperation& operation);
  void finish(std::size_t side);
  // The peer reads a reset; so does this end.
  void reset(std::size_t side);
  void close(std::size_t side);
  // The host of this end crashed.
  void die(std::size_t side);
  // Someone on the way broke it: both ends read a reset.
  void cut_off();

  // Lets the parked operations look again.
  void wake(std::size_t side);

  Engine& engine;
  const std::uint64_t id;
  ByteCount window;
  std::array<End, 2> ends;  // client, server

 private:
  std::size_t draw_size(std::size_t available);
  void send(std::size_t side, Segment segment);
  void arrive(std::size_t to_side);
  void break_end(std::size_t side);
  void note(std::size_t side, std::string_view what, std::uint64_t bytes = 0);
};
using ConnectionRef = std::shared_ptr<Connection>;

class SimSocket final : public Socket {
 public:
  SimSocket(ConnectionRef connection, std::size_t side);
  ~SimSocket() override;

  void finish_writing() override { connection_->finish(side_); }
  void reset() override { connection_->reset(side_); }
  Endpoint local() const override { return end().local; }
  Endpoint peer() const override { return connection_->ends[1 - side_].local; }

 private:
  bool try_read(ReadOperation& operation) override;
  bool try_write(WriteOperation& operation) override;
  void park_read(ReadOperation& operation) override;
  void park_write(WriteOperation& operation) override;
  void withdraw_read(ReadOperation& operation, Errc why) override;
  void withdraw_write(WriteOperation& operation, Errc why) override;

  End& end() const { return connection_->ends[side_]; }
  bool is_late();

  ConnectionRef connection_;
  std::size_t side_;
};

class SimListener final : public Listener {
 public:
  SimListener(SimLoop& loop, const Endpoint& at, const ListenOptions& options);
  ~SimListener() override;
  Task<Result<std::unique_ptr<Socket>>> accept(Instant deadline) override;
  Endpoint local() const override { return at_; }

  bool shares_port() const { return options_.share_port; }
  bool is_full() const { return waiting_.size() >= static_cast<std::size_t>(options_.backlog); }
  void enter(ConnectionRef connection);
  // The host crashed: never again accepts.
  void die();
  // True when a connection to `to` would come here.
  bool takes(const Endpoint& to) const;

 private:
  SimLoop& loop_;
  Endpoint at_;
  ListenOptions options_;
  std::deque<ConnectionRef> waiting_;
  Signal ready_;
};

std::unique_ptr<Network> make_network(SimLoop& loop);

// The host's listeners and connections stop where they are; see World::crash.
void crash_network(Engine& engine, Host& host);

}  // namespace gust::rt::sim
