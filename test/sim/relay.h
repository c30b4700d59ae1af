// Relay: the simplest node between viewers and an origin. It carries bytes both ways and knows nothing of them; with it
// the harness is tried before and beside the real nodes.
#pragma once

#include <cstdint>
#include <memory>

#include "rt/address.h"
#include "rt/scope.h"

namespace gust::rt {
class Listener;
class Loop;
class Socket;
}  // namespace gust::rt

namespace gust::sim {

class Relay {
 public:
  // Listens at once; the address is free. A connection of a viewer is one to `upstream`.
  Relay(rt::Loop& loop, const rt::Endpoint& at, const rt::Endpoint& upstream);
  ~Relay();

  std::uint64_t connection_count() const { return connections_; }
  void stop() { scope_.cancel(); }
  bool has_ended() const { return scope_.running() == 0; }
  // stop(), and returns when it has ended.
  rt::Task<void> end();

 private:
  rt::Task<void> accept_all();
  rt::Task<void> carry(std::unique_ptr<rt::Socket> viewer);

  rt::Loop& loop_;
  rt::Endpoint upstream_;
  std::unique_ptr<rt::Listener> listener_;
  std::uint64_t connections_ = 0;
  rt::Scope scope_;
};

}  // namespace gust::sim
