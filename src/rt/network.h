// Network: TCP sockets as awaitables with completion semantics, the same over epoll, io_uring and the simulated world.
//
// Shape:  one read and one write may be under way on a socket at a time. A backend first tries the call
//         (try_read, try_write); what cannot be done at once is parked and ended by the backend.
// Units:  bytes; deadlines are Instants of the loop.
// Core:   a socket belongs to the loop that made or accepted it.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "rt/address.h"
#include "rt/operation.h"
#include "rt/task.h"

namespace gust::rt {

class Socket;
class Listener;
class Datagrams;
struct DatagramOptions;

// `Result<std::size_t> n = co_await socket.read(into, deadline)`: 0 says that the peer has finished.
//   fails  reset, timed_out, cancelled, io_failed
// An empty `into` waits, without a buffer, until a read with one is worth trying: bytes have come, or the end, or a
// failure. It gives 0, or the failure itself, and may give 0 though nothing has come.
class ReadOperation final : public Operation {
 public:
  // `cancel` (may be null) ends this wait in the place of the awaiting task's own.
  ReadOperation(Socket& socket, MutableBytes into, Instant deadline, CancelSource* cancel = nullptr)
      : socket_(&socket), into_(into), deadline_(deadline), cancel_(cancel) {}
  bool await_ready();
  template <typename Promise>
  bool await_suspend(std::coroutine_handle<Promise> self) {
    Context context = self.promise().context;
    if (cancel_ != nullptr) context.cancel = cancel_;
    return wait_in(context, self);
  }
  Result<std::size_t> await_resume() { return *outcome_; }

  // For backends.
  MutableBytes into() const { return into_; }
  Instant deadline() const { return deadline_; }
  void set_outcome(Result<std::size_t> outcome) { outcome_ = outcome; }
  void end_with(Result<std::size_t> outcome) {
    outcome_ = outcome;
    end();
  }

 private:
  bool wait_in(const Context& context, std::coroutine_handle<> self);
  void withdraw(Errc why) override;
  Socket* socket_;
  MutableBytes into_;
  Instant deadline_;
  CancelSource* cancel_;
  std::optional<Result<std::size_t>> outcome_;
};

// `Result<std::size_t> n = co_await socket.write(pieces, deadline)`: how many bytes were taken, at least 1.
//   needs  `pieces` and their bytes outlive the wait; at most 64 pieces are looked at
//   fails  reset, timed_out, cancelled, io_failed
// Of `pieces`, those from number `copied` on are lent: they lie in pages that are never written again, even when their
// owner is done with them (base/page_region.h). A backend may send these by reference, or copy them like the others.
class WriteOperation final : public Operation {
 public:
  WriteOperation(Socket& socket, std::span<const ByteView> pieces, std::size_t copied, Instant deadline)
      : socket_(&socket), pieces_(pieces), copied_(copied), deadline_(deadline) {}
  bool await_ready();
  template <typename Promise>
  bool await_suspend(std::coroutine_handle<Promise> self) {
    return wait_in(self.promise().context, self);
  }
  Result<std::size_t> await_resume() { return *outcome_; }

  // For backends.
  std::span<const ByteView> pieces() const { return pieces_; }
  std::span<const ByteView> lent_pieces() const { return pieces_.subspan(std::min(copied_, pieces_.size())); }
  Instant deadline() const { return deadline_; }
  void set_outcome(Result<std::size_t> outcome) { outcome_ = outcome; }
  void end_with(Result<std::size_t> outcome) {
    outcome_ = outcome;
    end();
  }

 private:
  bool wait_in(const Context& context, std::coroutine_handle<> self);
  void withdraw(Errc why) override;
  Socket* socket_;
  std::span<const ByteView> pieces_;
  std::size_t copied_;
  Instant deadline_;
  std::optional<Result<std::size_t>> outcome_;
};

// A TCP connection. Destroying it closes it (what was written is still delivered).
class Socket {
 public:
  virtual ~Socket() = default;

  ReadOperation read(MutableBytes into, Instant deadline) { return {*this, into, deadline}; }
  // As a read into nothing; `cancel` as above.
  ReadOperation readable(Instant deadline, CancelSource* cancel) { return {*this, {}, deadline, cancel}; }
  WriteOperation write(std::span<const ByteView> pieces, Instant deadline) {
    return {*this, pieces, pieces.size(), deadline};
  }
  WriteOperation write_lent(std::span<const ByteView> pieces, std::size_t copied, Instant deadline) {
    return {*this, pieces, copied, deadline};
  }
  // The peer reads the end after what was written.
  virtual void finish_writing() = 0;
  // Throws away what is unsent; the peer sees a reset.
  virtual void reset() = 0;
  virtual Endpoint local() const = 0;
  virtual Endpoint peer() const = 0;

 protected:
  // With true the backend itself ends parked operations at their deadline(), by withdraw_read or withdraw_write.
  explicit Socket(bool keeps_deadlines = false) : keeps_deadlines_(keeps_deadlines) {}

 private:
  friend class ReadOperation;
  friend class WriteOperation;
  // True when the outcome is set, without waiting.
  virtual bool try_read(ReadOperation& operation) = 0;
  virtual bool try_write(WriteOperation& operation) = 0;
  virtual void park_read(ReadOperation& operation) = 0;
  virtual void park_write(WriteOperation& operation) = 0;
  // Leave the parked operation; it ends with `why`.
  virtual void withdraw_read(ReadOperation& operation, Errc why) = 0;
  virtual void withdraw_write(WriteOperation& operation, Errc why) = 0;

  bool keeps_deadlines_;
};

// Destroying it stops listening; connections not yet accepted are refused.
class Listener {
 public:
  virtual ~Listener() = default;
  // The next connection.
  //   fails  cancelled, timed_out; would_exceed_limit when file descriptors ran out (wait a little, then go on)
  virtual Task<Result<std::unique_ptr<Socket>>> accept(Instant deadline) = 0;
  virtual Endpoint local() const = 0;
};

struct ListenOptions {
  // Several loops of this process listen on the same port and the kernel spreads connections (SO_REUSEPORT).
  bool share_port = false;
  int backlog = 1024;
};

class Network {
 public:
  virtual ~Network() = default;
  //   fails  address_in_use, access_denied, io_failed
  virtual Result<std::unique_ptr<Listener>> listen(const Endpoint& at, const ListenOptions& options) = 0;
  //   fails  refused, unreachable, timed_out, cancelled, io_failed
  virtual Task<Result<std::unique_ptr<Socket>>> connect(const Endpoint& to, Instant deadline) = 0;
  // A UDP socket (rt/datagrams.h).
  //   fails  address_in_use, access_denied, unreachable (not an address of this host), io_failed
  virtual Result<std::unique_ptr<Datagrams>> open_datagrams(const Endpoint& at, const DatagramOptions& options) = 0;
  // Addresses of a host name or literal, in order of preference; `localhost` and names under it are loopback (RFC
  // 6761).
  //   fails  name_not_found; would_exceed_limit (too many names wait); cancelled
  virtual Task<Result<std::vector<Endpoint>>> resolve(std::string_view host, std::uint16_t port) = 0;
  // True when no one listens at `at`, also not by a shared port of another process.
  virtual bool is_free(const Endpoint& at) = 0;
};

}  // namespace gust::rt
