#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "rt/datagrams.h"
#include "rt/epoll_loop.h"
#include "rt/epoll_network_internal.h"
#include "rt/lent_sender_internal.h"
#include "rt/real_network_internal.h"
#include "rt/signal.h"
#include "rt/socket_waits_internal.h"

namespace gust::rt {
namespace {

class EpollSocket final : public Socket, public Watched {
 public:
  EpollSocket(EpollLoop& loop, int descriptor, const Endpoint& peer)
      : Socket(true), loop_(loop), descriptor_(descriptor), peer_(peer), waits_(loop) {}
  ~EpollSocket() override {
    waits_.close();
    loop_.unwatch(descriptor_, *this);
    close(descriptor_);
  }
  Result<void> start() {
    set_no_delay(descriptor_);
    return loop_.watch(descriptor_, *this);
  }

  void finish_writing() override { shutdown(descriptor_, SHUT_WR); }
  void reset() override {
    is_broken_ = true;
    reset_now(descriptor_);
    waits_.end_all(failure_of_socket(ECONNRESET).error());
  }
  Endpoint local() const override { return local_of(descriptor_); }
  Endpoint peer() const override { return peer_; }

  void on_events(std::uint32_t events) override {
    constexpr std::uint32_t ended = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
    if (events & ended) ended_ = true;
    if (events & (EPOLLIN | ended)) {
      readable_ = true;
      if (waits_.reader() && receive(*waits_.reader())) waits_.end_reader();
    }
    if (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) {
      writable_ = true;
      if (waits_.writer() && transmit(*waits_.writer())) waits_.end_writer();
    }
  }

 private:
  bool try_read(ReadOperation& operation) override {
    return is_broken_ ? receive(operation) : readable_ && loop_.take_immediate() && receive(operation);
  }
  bool try_write(WriteOperation& operation) override {
    return is_broken_ ? transmit(operation) : writable_ && loop_.take_immediate() && transmit(operation);
  }
  void park_read(ReadOperation& operation) override {
    waits_.enter(operation);
    if (readable_) loop_.ask_again(*this);  // not tried, for the sake of others
  }
  void park_write(WriteOperation& operation) override {
    waits_.enter(operation);
    if (writable_) loop_.ask_again(*this);
  }
  void withdraw_read(ReadOperation&, Errc why) override { waits_.withdraw_reader(why); }
  void withdraw_write(WriteOperation&, Errc why) override { waits_.withdraw_writer(why); }

  bool refuse(auto& operation) const {
    if (is_broken_) operation.set_outcome(failure_of_socket(ECONNRESET));
    return is_broken_;
  }

  // False when the kernel has nothing now; the next edge says when it has.
  bool receive(ReadOperation& operation) {
    if (refuse(operation)) return true;
    const MutableBytes into = operation.into();
    if (into.empty()) {
      operation.set_outcome(std::size_t{0});
      return true;
    }
    const ssize_t got = receive_now(descriptor_, into);
    if (got >= 0) {
      // A short read has emptied the socket (epoll(7), question 9); an end of the stream gives no further edge.
      readable_ = static_cast<std::size_t>(got) == into.size() || got == 0 || ended_;
      operation.set_outcome(static_cast<std::size_t>(got));
      return true;
    }
    if (got == -EAGAIN) {
      readable_ = false;
      return false;
    }
    operation.set_outcome(failure_of_socket(static_cast<int>(-got)));
    return true;
  }

  bool transmit(WriteOperation& operation) {
    if (refuse(operation)) return true;
    const ssize_t sent = loop_.lent_sender().send(descriptor_, operation);
    if (sent >= 0) {
      operation.set_outcome(static_cast<std::size_t>(sent));
      return true;
    }
    if (sent == -EAGAIN) {
      writable_ = false;
      return false;
    }
    operation.set_outcome(failure_of_socket(static_cast<int>(-sent)));
    return true;
  }

  EpollLoop& loop_;
  int descriptor_;
  Endpoint peer_;
  bool readable_ = true;  // as far as we know
  bool writable_ = true;
  bool ended_ = false;
  bool is_broken_ = false;  // by reset()
  SocketWaits waits_;
};

class EpollListener final : public Listener, public Watched {
 public:
  EpollListener(EpollLoop& loop, int descriptor) : loop_(loop), descriptor_(descriptor) {}
  ~EpollListener() override {
    loop_.unwatch(descriptor_, *this);
    close(descriptor_);
  }
  Result<void> start() { return loop_.watch(descriptor_, *this); }
  void on_events(std::uint32_t) override { ready_.notify_all(); }

  Task<Result<std::unique_ptr<Socket>>> accept(Instant deadline) override {
    while (true) {
      if (!loop_.take_immediate()) {
        loop_.ask_again(*this);
        CO_TRY_OK(co_await ready_.wait(deadline));
        continue;
      }
      NativeAddress native;
      const int descriptor = accept4(descriptor_, native.pointer(), &native.size, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (descriptor >= 0) {
        auto socket = std::make_unique<EpollSocket>(loop_, descriptor, endpoint_of(native.pointer()));
        CO_TRY_OK(socket->start());
        co_return socket;
      }
      if (errno == EINTR || errno == ECONNABORTED) continue;
      if (errno != EAGAIN && errno != EWOULDBLOCK) co_return failure_of_socket(errno);
      CO_TRY_OK(co_await ready_.wait(deadline));
    }
  }
  Endpoint local() const override { return local_of(descriptor_); }

 private:
  EpollLoop& loop_;
  int descriptor_;
  Signal ready_;
};

// Waits until a connect under way has ended one way or the other.
class Connecting final : public Watched {
 public:
  Connecting(EpollLoop& loop, int descriptor) : loop_(loop), descriptor_(descriptor) {}
  ~Connecting() { loop_.unwatch(descriptor_, *this); }
  void on_events(std::uint32_t events) override {
    if (events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) ended_.notify_all();
  }
  Signal& ended() { return ended_; }

 private:
  EpollLoop& loop_;
  int descriptor_;
  Signal ended_;
};

class EpollNetwork final : public RealNetwork {
 public:
  explicit EpollNetwork(EpollLoop& loop) : RealNetwork(loop), loop_(loop) {}

  Result<std::unique_ptr<Listener>> listen(const Endpoint& at, const ListenOptions& options) override {
    TRY(const int descriptor, listen_at(at, options));
    auto listener = std::make_unique<EpollListener>(loop_, descriptor);
    TRY_OK(listener->start());
    return listener;
  }

  Result<std::unique_ptr<Datagrams>> open_datagrams(const Endpoint& at, const DatagramOptions& options) override {
    TRY(const int descriptor, bind_datagrams(at, options));
    return make_epoll_datagrams(loop_, descriptor);
  }

  Task<Result<std::unique_ptr<Socket>>> connect(const Endpoint& to, Instant deadline) override {
    CO_TRY(const int descriptor, make_socket(to));
    auto socket = std::make_unique<EpollSocket>(loop_, descriptor, to);
    CO_TRY(const bool is_connected, begin_connect(descriptor, to));
    if (!is_connected) {
      Connecting connecting(loop_, descriptor);
      CO_TRY_OK(loop_.watch(descriptor, connecting));
      CO_TRY_OK(co_await connecting.ended().wait(deadline));
      CO_TRY_OK(connect_end(descriptor));
    }
    CO_TRY_OK(socket->start());
    co_return socket;
  }

 private:
  EpollLoop& loop_;
};

}  // namespace

std::unique_ptr<Network> make_epoll_network(EpollLoop& loop) { return std::make_unique<EpollNetwork>(loop); }

}  // namespace gust::rt
