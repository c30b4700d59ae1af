// The operating system's side of Network that all backends share: addresses, failures, binding, names.
#pragma once

#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

#include <array>
#include <span>
#include <string>
#include <vector>

#include "rt/network.h"

namespace gust::rt {

class RealLoop;

struct NativeAddress {
  sockaddr_storage storage{};
  socklen_t size = sizeof(sockaddr_storage);
  sockaddr* pointer() { return reinterpret_cast<sockaddr*>(&storage); }
};

NativeAddress native_of(const Endpoint& endpoint);
Endpoint endpoint_of(const sockaddr* native);
Endpoint local_of(int descriptor);
// Nothing where the peer has gone already.
std::optional<Endpoint> peer_of(int descriptor);
// Of an errno of a socket call.
std::unexpected<Error> failure_of_socket(int error);
// Small writes go out at once.
void set_no_delay(int descriptor);
// The peer of a connected socket sees a reset now, where that is possible, and else at the close to come.
void reset_now(int descriptor);
// Pieces as system calls take them: the first 64 that are not empty.
class IoVectors {
 public:
  explicit IoVectors(std::span<const ByteView> pieces);
  iovec* data() { return vectors_.data(); }
  std::size_t size() const { return count_; }

 private:
  std::array<iovec, 64> vectors_;
  std::size_t count_ = 0;
};
// How many bytes were received or taken, or -errno; -EAGAIN when the kernel has nothing or no room now.
ssize_t receive_now(int descriptor, MutableBytes into);
// `more`: other bytes follow at once, so the last packet may wait for them.
ssize_t send_now(int descriptor, std::span<const ByteView> pieces, bool more = false);
// Asks the system and blocks; the ports are 0.
//   fails   name_not_found
Result<std::vector<Endpoint>> look_up_name(const std::string& name);

// What does not depend on how events are heard of.
class RealNetwork : public Network {
 public:
  bool is_free(const Endpoint& at) final;
  Task<Result<std::vector<Endpoint>>> resolve(std::string_view host, std::uint16_t port) final;

 protected:
  explicit RealNetwork(RealLoop& loop) : real_loop_(loop) {}
  // A non-blocking socket that listens.
  static Result<int> listen_at(const Endpoint& at, const ListenOptions& options);
  // A non-blocking UDP socket.
  static Result<int> bind_datagrams(const Endpoint& at, const DatagramOptions& options);
  // A non-blocking socket, not yet connected.
  static Result<int> make_socket(const Endpoint& to);
  // True when it is connected, false when that is under way; connect_end() then tells how it went.
  static Result<bool> begin_connect(int descriptor, const Endpoint& to);
  static Result<void> connect_end(int descriptor);

 private:
  RealLoop& real_loop_;
};

}  // namespace gust::rt
