#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "base/text.h"
#include "rt/epoll_loop.h"
#include "rt/epoll_network_internal.h"
#include "rt/look_up_pool.h"
#include "rt/signal.h"

namespace gust::rt {
namespace {

struct NativeAddress {
  sockaddr_storage storage{};
  socklen_t size = sizeof(sockaddr_storage);
  sockaddr* pointer() { return reinterpret_cast<sockaddr*>(&storage); }
};

NativeAddress native_of(const Endpoint& endpoint) {
  NativeAddress native;
  if (endpoint.is_v6) {
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&native.storage);
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(endpoint.port);
    std::memcpy(&v6->sin6_addr, endpoint.address.data(), 16);
    native.size = sizeof *v6;
  } else {
    auto* v4 = reinterpret_cast<sockaddr_in*>(&native.storage);
    v4->sin_family = AF_INET;
    v4->sin_port = htons(endpoint.port);
    std::memcpy(&v4->sin_addr, endpoint.address.data(), 4);
    native.size = sizeof *v4;
  }
  return native;
}

Endpoint endpoint_of(const sockaddr* native) {
  Endpoint endpoint;
  if (native->sa_family == AF_INET6) {
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(native);
    endpoint.is_v6 = true;
    endpoint.port = ntohs(v6->sin6_port);
    std::memcpy(endpoint.address.data(), &v6->sin6_addr, 16);
  } else if (native->sa_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(native);
    endpoint.port = ntohs(v4->sin_port);
    std::memcpy(endpoint.address.data(), &v4->sin_addr, 4);
  }
  return endpoint;
}

std::unexpected<Error> failure_of(int error) {
  switch (error) {
    case ECONNREFUSED:
      return fail(Errc::refused, "connection refused");
    case ECONNRESET:
    case EPIPE:
      return fail(Errc::reset, "connection reset by the peer");
    case ETIMEDOUT:
      return fail(Errc::timed_out, "connection timed out");
    case EHOSTUNREACH:
    case ENETUNREACH:
      return fail(Errc::unreachable, "host or network unreachable");
    case EADDRINUSE:
      return fail(Errc::address_in_use, "address already in use");
    case EACCES:
    case EPERM:
      return fail(Errc::access_denied, "not permitted to use this address or port");
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
      return fail(Errc::would_exceed_limit, "out of file descriptors or socket memory");
    case EADDRNOTAVAIL:
      return fail(Errc::unreachable, "address not available on this host");
    default:
      return fail(Errc::io_failed, "socket call failed");
  }
}

class EpollSocket final : public Socket, public Watched {
 public:
  EpollSocket(EpollLoop& loop, int descriptor, const Endpoint& peer)
      : loop_(loop), descriptor_(descriptor), peer_(peer) {}
  ~EpollSocket() override {
    CHECK(!reader_ && !writer_);
    loop_.unwatch(descriptor_, *this);
    close(descriptor_);
  }
  Result<void> start() {
    const int on = 1;
    setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return loop_.watch(descriptor_, *this);
  }

  void finish_writing() override { shutdown(descriptor_, SHUT_WR); }
  void reset() override {
    is_broken_ = true;
    // A shutdown would tell the peer that all was sent. Dissolving the association resets now, and so does the close to
    // come where that is not possible.
    const linger now{.l_onoff = 1, .l_linger = 0};
    setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    sockaddr nobody{};
    nobody.sa_family = AF_UNSPEC;
    [[maybe_unused]] const int dissolved = ::connect(descriptor_, &nobody, sizeof nobody);
    if (reader_) std::exchange(reader_, nullptr)->end_with(failure_of(ECONNRESET));
    if (writer_) std::exchange(writer_, nullptr)->end_with(failure_of(ECONNRESET));
  }
  Endpoint local() const override {
    NativeAddress native;
    getsockname(descriptor_, native.pointer(), &native.size);
    return endpoint_of(native.pointer());
  }
  Endpoint peer() const override { return peer_; }

  void on_events(std::uint32_t events) override {
    constexpr std::uint32_t ended = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
    if (events & ended) ended_ = true;
    if (events & (EPOLLIN | ended)) {
      readable_ = true;
      if (reader_ && receive(*reader_)) std::exchange(reader_, nullptr)->end();
    }
    if (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) {
      writable_ = true;
      if (writer_ && transmit(*writer_)) std::exchange(writer_, nullptr)->end();
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
    CHECK(!reader_);
    reader_ = &operation;
    if (readable_) loop_.ask_again(*this);  // not tried, for the sake of others
  }
  void park_write(WriteOperation& operation) override {
    CHECK(!writer_);
    writer_ = &operation;
    if (writable_) loop_.ask_again(*this);
  }
  void withdraw_read(ReadOperation& operation, Errc why) override {
    reader_ = nullptr;
    operation.end_with(fail(why, "the read was given up"));
  }
  void withdraw_write(WriteOperation& operation, Errc why) override {
    writer_ = nullptr;
    operation.end_with(fail(why, "the write was given up"));
  }

  bool refuse(auto& operation) const {
    if (is_broken_) operation.set_outcome(failure_of(ECONNRESET));
    return is_broken_;
  }

  // False when the kernel has nothing now; the next edge says when it has.
  bool receive(ReadOperation& operation) {
    if (refuse(operation)) return true;
    const MutableBytes into = operation.into();
    ssize_t got;
    do got = recv(descriptor_, into.data(), into.size(), 0);
    while (got < 0 && errno == EINTR);
    if (got >= 0) {
      // A short read has emptied the socket (epoll(7), question 9); an end of the stream gives no further edge.
      readable_ = static_cast<std::size_t>(got) == into.size() || got == 0 || ended_;
      operation.set_outcome(static_cast<std::size_t>(got));
      return true;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
      readable_ = false;
      return false;
    }
    operation.set_outcome(failure_of(errno));
    return true;
  }

  bool transmit(WriteOperation& operation) {
    if (refuse(operation)) return true;
    std::array<iovec, 64> vectors;
    std::size_t count = 0;
    for (const ByteView& piece : operation.pieces()) {
      if (piece.empty()) continue;
      vectors[count++] = {const_cast<char*>(piece.data()), piece.size()};
      if (count == vectors.size()) break;
    }
    msghdr message{};
    message.msg_iov = vectors.data();
    message.msg_iovlen = count;
    ssize_t sent;
    do sent = sendmsg(descriptor_, &message, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    if (sent >= 0) {
      operation.set_outcome(static_cast<std::size_t>(sent));
      return true;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
      writable_ = false;
      return false;
    }
    operation.set_outcome(failure_of(errno));
    return true;
  }

  EpollLoop& loop_;
  int descriptor_;
  Endpoint peer_;
  bool readable_ = true;  // as far as we know
  bool writable_ = true;
  bool ended_ = false;
  bool is_broken_ = false;  // by reset()
  ReadOperation* reader_ = nullptr;
  WriteOperation* writer_ = nullptr;
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
      if (errno != EAGAIN && errno != EWOULDBLOCK) co_return failure_of(errno);
      CO_TRY_OK(co_await ready_.wait(deadline));
    }
  }
  Endpoint local() const override {
    NativeAddress native;
    getsockname(descriptor_, native.pointer(), &native.size);
    return endpoint_of(native.pointer());
  }

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

class EpollNetwork final : public Network {
 public:
  explicit EpollNetwork(EpollLoop& loop) : loop_(loop) {}

  Result<std::unique_ptr<Listener>> listen(const Endpoint& at, const ListenOptions& options) override {
    TRY(const int descriptor, bind_to(at, options.share_port));
    auto listener = std::make_unique<EpollListener>(loop_, descriptor);
    if (::listen(descriptor, options.backlog) != 0) return failure_of(errno);
    TRY_OK(listener->start());
    return listener;
  }

  bool is_free(const Endpoint& at) override {
    const Result<int> descriptor = bind_to(at, false);
    if (!descriptor) return descriptor.error().code != Errc::address_in_use;
    // Another socket that listens is only noticed by listen() itself where both set SO_REUSEADDR.
    const bool free = ::listen(*descriptor, 1) == 0;
    close(*descriptor);
    return free;
  }

  Task<Result<std::unique_ptr<Socket>>> connect(const Endpoint& to, Instant deadline) override {
    const int descriptor =
        ::socket(to.is_v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
    if (descriptor < 0) co_return failure_of(errno);
    auto socket = std::make_unique<EpollSocket>(loop_, descriptor, to);
    NativeAddress native = native_of(to);
    if (::connect(descriptor, native.pointer(), native.size) != 0) {
      if (errno != EINPROGRESS) co_return failure_of(errno);
      Connecting connecting(loop_, descriptor);
      CO_TRY_OK(loop_.watch(descriptor, connecting));
      CO_TRY_OK(co_await connecting.ended().wait(deadline));
      int error = 0;
      socklen_t size = sizeof error;
      getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size);
      if (error != 0) co_return failure_of(error);
    }
    CO_TRY_OK(socket->start());
    co_return socket;
  }

  Task<Result<std::vector<Endpoint>>> resolve(std::string_view host, std::uint16_t port) override {
    if (auto literal = read_address(host, port)) co_return std::vector{*literal};
    const std::string name = to_lower(host);
    if (name == "localhost" || name.ends_with(".localhost")) {
      co_return std::vector{*read_address("127.0.0.1", port), *read_address("::1", port)};
    }
    CO_TRY(std::vector<Endpoint> found, co_await loop_.look_ups().find(name));
    for (Endpoint& endpoint : found) endpoint.port = port;
    co_return found;
  }

 private:
  static Result<int> bind_to(const Endpoint& at, bool share_port) {
    const int descriptor =
        ::socket(at.is_v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
    if (descriptor < 0) return failure_of(errno);
    const int on = 1;
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (share_port) setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    if (at.is_v6) setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    NativeAddress native = native_of(at);
    if (bind(descriptor, native.pointer(), native.size) == 0) return descriptor;
    const int error = errno;
    close(descriptor);
    return failure_of(error);
  }

  EpollLoop& loop_;
};

}  // namespace

Result<std::vector<Endpoint>> look_up_name(const std::string& name) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  if (getaddrinfo(name.c_str(), nullptr, &hints, &found) != 0) {
    return fail(Errc::name_not_found, "the host name does not resolve");
  }
  std::vector<Endpoint> endpoints;
  for (const addrinfo* at = found; at; at = at->ai_next) {
    Endpoint endpoint = endpoint_of(at->ai_addr);
    endpoint.port = 0;
    if (std::ranges::find(endpoints, endpoint) == endpoints.end()) endpoints.push_back(endpoint);
  }
  freeaddrinfo(found);
  if (endpoints.empty()) return fail(Errc::name_not_found, "the host name has no address");
  return endpoints;
}

std::unique_ptr<Network> make_epoll_network(EpollLoop& loop) { return std::make_unique<EpollNetwork>(loop); }

}  // namespace gust::rt
