#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/text.h"
#include "rt/datagrams.h"
#include "rt/look_up_pool.h"
#include "rt/real_loop.h"
#include "rt/real_network_internal.h"

namespace gust::rt {
namespace {

// A connection has no room while this much waits in the kernel to be sent, so a reader that stops holds no more (and
// what is on its way) instead of all of the send buffer, which grows to 4 MiB. Less would cost: a hit of 1 MiB took 43
// us of CPU with this and without a limit, 49 with 512 KiB, 53 with 256 KiB.
constexpr int unsent_bytes_max = 768 * 1024;

Result<int> bind_to(const Endpoint& at, bool share_port, int type = SOCK_STREAM) {
  const int descriptor = ::socket(at.is_v6 ? AF_INET6 : AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return failure_of_socket(errno);
  const int on = 1;
  // Of UDP it would let anyone share the port.
  if (type == SOCK_STREAM) setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (share_port) setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  if (at.is_v6) setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  NativeAddress native = native_of(at);
  if (bind(descriptor, native.pointer(), native.size) == 0) return descriptor;
  const int error = errno;
  close(descriptor);
  return failure_of_socket(error);
}

}  // namespace

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

std::unexpected<Error> failure_of_socket(int error) {
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

Endpoint local_of(int descriptor) {
  NativeAddress native;
  getsockname(descriptor, native.pointer(), &native.size);
  return endpoint_of(native.pointer());
}

std::optional<Endpoint> peer_of(int descriptor) {
  NativeAddress native;
  if (getpeername(descriptor, native.pointer(), &native.size) != 0) return std::nullopt;
  return endpoint_of(native.pointer());
}

void set_no_delay(int descriptor) {
  const int on = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

void reset_now(int descriptor) {
  // A shutdown would tell the peer that all was sent. Dissolving the association resets now, and so does the close to
  // come where that is not possible.
  const linger now{.l_onoff = 1, .l_linger = 0};
  setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  sockaddr nobody{};
  nobody.sa_family = AF_UNSPEC;
  [[maybe_unused]] const int dissolved = ::connect(descriptor, &nobody, sizeof nobody);
}

ssize_t receive_now(int descriptor, MutableBytes into) {
  while (true) {
    const ssize_t got = recv(descriptor, into.data(), into.size(), 0);
    if (got >= 0) return got;
    if (errno == EWOULDBLOCK) return -EAGAIN;
    if (errno != EINTR) return -errno;
  }
}

IoVectors::IoVectors(std::span<const ByteView> pieces) {
  for (const ByteView& piece : pieces) {
    if (piece.empty()) continue;
    vectors_[count_++] = {const_cast<char*>(piece.data()), piece.size()};
    if (count_ == vectors_.size()) break;
  }
}

ssize_t send_now(int descriptor, std::span<const ByteView> pieces, bool more) {
  IoVectors vectors(pieces);
  msghdr message{};
  message.msg_iov = vectors.data();
  message.msg_iovlen = vectors.size();
  while (true) {
    const ssize_t sent = sendmsg(descriptor, &message, MSG_NOSIGNAL | (more ? MSG_MORE : 0));
    if (sent >= 0) return sent;
    if (errno == EWOULDBLOCK) return -EAGAIN;
    if (errno != EINTR) return -errno;
  }
}

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

Result<int> RealNetwork::listen_at(const Endpoint& at, const ListenOptions& options) {
  TRY(const int descriptor, bind_to(at, options.share_port));
  // Accepted connections inherit it.
  setsockopt(descriptor, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent_bytes_max, sizeof unsent_bytes_max);
  if (::listen(descriptor, options.backlog) == 0) return descriptor;
  const int error = errno;
  close(descriptor);
  return failure_of_socket(error);
}

Result<int> RealNetwork::bind_datagrams(const Endpoint& at, const DatagramOptions& options) {
  return bind_to(at, options.share_port, SOCK_DGRAM);
}

Result<int> RealNetwork::make_socket(const Endpoint& to) {
  const int descriptor =
      ::socket(to.is_v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
  if (descriptor < 0) return failure_of_socket(errno);
  return descriptor;
}

Result<bool> RealNetwork::begin_connect(int descriptor, const Endpoint& to) {
  NativeAddress native = native_of(to);
  if (::connect(descriptor, native.pointer(), native.size) == 0) return true;
  if (errno != EINPROGRESS) return failure_of_socket(errno);
  return false;
}

Result<void> RealNetwork::connect_end(int descriptor) {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return failure_of_socket(error);
  return {};
}

bool RealNetwork::is_free(const Endpoint& at) {
  const Result<int> descriptor = bind_to(at, false);
  if (!descriptor) return descriptor.error().code != Errc::address_in_use;
  // Another socket that listens is only noticed by listen() itself where both set SO_REUSEADDR.
  const bool free = ::listen(*descriptor, 1) == 0;
  close(*descriptor);
  return free;
}

Task<Result<std::vector<Endpoint>>> RealNetwork::resolve(std::string_view host, std::uint16_t port) {
  if (auto literal = read_address(host, port)) co_return std::vector{*literal};
  const std::string name = to_lower(host);
  if (name == "localhost" || name.ends_with(".localhost")) {
    co_return std::vector{*read_address("127.0.0.1", port), *read_address("::1", port)};
  }
  CO_TRY(std::vector<Endpoint> found, co_await real_loop_.look_ups().find(name));
  for (Endpoint& endpoint : found) endpoint.port = port;
  co_return found;
}

}  // namespace gust::rt
