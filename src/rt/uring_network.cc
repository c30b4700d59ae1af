#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <deque>
#include <utility>

#include "rt/datagrams.h"
#include "rt/real_network_internal.h"
#include "rt/signal.h"
#include "rt/uring_connection_internal.h"
#include "rt/uring_network_internal.h"
#include "rt/uring_ring_internal.h"

namespace gust::rt {
namespace {

class UringSocket final : public Socket {
 public:
  UringSocket(UringLoop& loop, int descriptor, const Endpoint& peer)
      : Socket(true), connection_(*new UringConnection(loop, descriptor)), peer_(peer) {
    set_no_delay(descriptor);
  }
  ~UringSocket() override { connection_.release(); }

  void finish_writing() override { shutdown(connection_.descriptor(), SHUT_WR); }
  void reset() override { connection_.reset(); }
  Endpoint local() const override { return local_of(connection_.descriptor()); }
  Endpoint peer() const override { return peer_; }

 private:
  bool try_read(ReadOperation& operation) override { return connection_.try_read(operation); }
  bool try_write(WriteOperation& operation) override { return connection_.try_write(operation); }
  void park_read(ReadOperation& operation) override { connection_.park_read(operation); }
  void park_write(WriteOperation& operation) override { connection_.park_write(operation); }
  void withdraw_read(ReadOperation&, Errc why) override { connection_.withdraw_read(why); }
  void withdraw_write(WriteOperation&, Errc why) override { connection_.withdraw_write(why); }

  UringConnection& connection_;
  Endpoint peer_;
};

// The kernel accepts by itself. What nobody has asked for yet waits in a queue of queue_max connections; and as the
// kernel may take all of its backlog in one turn before it is told to stop, of a backlog more.
class Accepting final : public Requester {
 public:
  Accepting(UringLoop& loop, int descriptor) : Requester(loop), descriptor_(descriptor) {}
  int descriptor() const { return descriptor_; }

  Task<Result<int>> accept(Instant deadline) {
    while (true) {
      if (!accepted_.empty()) {
        const int descriptor = accepted_.front();
        accepted_.pop_front();
        co_return descriptor;
      }
      if (failure_ != 0) co_return failure_of_socket(std::exchange(failure_, 0));
      if (!is_asked(accepting)) {
        if (io_uring_sqe* request = ask(accepting)) {
          io_uring_prep_multishot_accept(request, descriptor_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        }
      }
      CO_TRY_OK(co_await come_.wait(deadline));
    }
  }

 private:
  enum Kind : unsigned { accepting };
  static constexpr std::size_t queue_max = 64;

  ~Accepting() override { close(descriptor_); }
  void on_completion(unsigned, int result, unsigned) override {
    if (result >= 0) {
      if (is_released()) return refuse(result);
      accepted_.push_back(result);
      if (accepted_.size() >= queue_max) withdraw(accepting);
    } else if (result != -ECANCELED && result != -ECONNABORTED && result != -EINTR && result != -EAGAIN) {
      failure_ = -result;
    }
    come_.notify_all();
  }
  void on_release() override {
    shutdown(descriptor_, SHUT_RDWR);  // listens no longer, also while the kernel still holds the socket for us
    for (const int descriptor : accepted_) refuse(descriptor);
    accepted_.clear();
  }
  static void refuse(int descriptor) {
    reset_now(descriptor);
    close(descriptor);
  }

  int descriptor_;
  std::deque<int> accepted_;
  int failure_ = 0;
  Signal come_;
};

class UringListener final : public Listener {
 public:
  UringListener(UringLoop& loop, int descriptor) : loop_(loop), accepting_(*new Accepting(loop, descriptor)) {}
  ~UringListener() override { accepting_.release(); }

  Task<Result<std::unique_ptr<Socket>>> accept(Instant deadline) override {
    while (true) {
      CO_TRY(const int descriptor, co_await accepting_.accept(deadline));
      if (const auto peer = peer_of(descriptor)) co_return std::make_unique<UringSocket>(loop_, descriptor, *peer);
      close(descriptor);  // what it may have sent would be of nobody
    }
  }
  Endpoint local() const override { return local_of(accepting_.descriptor()); }

 private:
  UringLoop& loop_;
  Accepting& accepting_;
};

class UringNetwork final : public RealNetwork {
 public:
  explicit UringNetwork(UringLoop& loop) : RealNetwork(loop), loop_(loop) {}

  Result<std::unique_ptr<Listener>> listen(const Endpoint& at, const ListenOptions& options) override {
    TRY(const int descriptor, listen_at(at, options));
    return std::make_unique<UringListener>(loop_, descriptor);
  }

  Result<std::unique_ptr<Datagrams>> open_datagrams(const Endpoint& at, const DatagramOptions& options) override {
    TRY(const int descriptor, bind_datagrams(at, options));
    return make_uring_datagrams(loop_, descriptor);
  }

  Task<Result<std::unique_ptr<Socket>>> connect(const Endpoint& to, Instant deadline) override {
    CO_TRY(const int descriptor, make_socket(to));
    auto socket = std::make_unique<UringSocket>(loop_, descriptor, to);
    CO_TRY(const bool is_connected, begin_connect(descriptor, to));
    if (!is_connected) {
      CO_TRY_OK(co_await socket->write({}, deadline));  // until the connect has ended
      CO_TRY_OK(connect_end(descriptor));
    }
    co_return socket;
  }

 private:
  UringLoop& loop_;
};

}  // namespace

std::unique_ptr<Network> make_uring_network(UringLoop& loop) { return std::make_unique<UringNetwork>(loop); }

}  // namespace gust::rt
