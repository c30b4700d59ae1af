// What the tests of the simulated world share: two hosts, and tasks that talk over a socket.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <utility>

#include "rt/network.h"
#include "rt/sim_world.h"

namespace gust::rt::sim {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

inline Endpoint server_address(std::uint16_t port = 80) { return *read_address("10.0.0.2", port); }

// A client 10.0.0.1 and a server 10.0.0.2.
struct TwoHosts {
  explicit TwoHosts(std::uint64_t seed = 1, const WorldOptions& options = {})
      : world(seed, options),
        client(world.add_host("client", "10.0.0.1")),
        server(world.add_host("server", "10.0.0.2")) {}
  World world;
  Loop& client;
  Loop& server;
};

// A connection made and accepted.
struct Pair {
  std::unique_ptr<Listener> listener;
  std::unique_ptr<Socket> client, server;
};

inline Task<void> connect_to(Loop& loop, Endpoint to, Instant deadline, std::unique_ptr<Socket>& made, Errc& failure) {
  auto socket = co_await loop.network().connect(to, deadline);
  if (socket) {
    made = std::move(*socket);
  } else {
    failure = socket.error().code;
  }
}

inline Task<void> accept_from(Listener& listener, Instant deadline, std::unique_ptr<Socket>& made, Errc& failure) {
  auto socket = co_await listener.accept(deadline);
  if (socket) {
    made = std::move(*socket);
  } else {
    failure = socket.error().code;
  }
}

inline Pair make_pair_of(TwoHosts& hosts) {
  Pair pair;
  Errc failure = Errc::bug;
  pair.listener = std::move(*hosts.server.network().listen(server_address(), {}));
  hosts.world.run(hosts.client, connect_to(hosts.client, server_address(), never, pair.client, failure));
  hosts.world.run(hosts.server, accept_from(*pair.listener, never, pair.server, failure));
  return pair;
}

// All of `bytes`; `taken` counts as it goes.
inline Task<void> write_all(Socket& socket, std::string bytes, Instant deadline, std::size_t& taken, Errc& failure) {
  while (taken < bytes.size()) {
    const std::array<ByteView, 1> pieces{ByteView(bytes).substr(taken)};
    auto wrote = co_await socket.write(pieces, deadline);
    if (!wrote) {
      failure = wrote.error().code;
      co_return;
    }
    taken += *wrote;
  }
}

inline Task<void> say(Socket& socket, std::string bytes) {
  std::size_t taken = 0;
  Errc failure = Errc::bug;
  co_await write_all(socket, std::move(bytes), never, taken, failure);
}

inline Task<void> say_and_finish(Socket& socket, std::string bytes) {
  co_await say(socket, std::move(bytes));
  socket.finish_writing();
}

// Until the end, a failure or the deadline; `end` is closed at the end of the stream.
inline Task<void> hear_all(Socket& socket, Instant deadline, std::string& heard, Errc& end) {
  std::array<char, 10'000> buffer;
  while (true) {
    auto got = co_await socket.read(buffer, deadline);
    if (!got) {
      end = got.error().code;
      co_return;
    }
    if (*got == 0) {
      end = Errc::closed;
      co_return;
    }
    heard.append(buffer.data(), *got);
  }
}

inline std::string numbered_bytes(std::size_t size) {
  std::string bytes;
  for (int i = 0; bytes.size() < size; ++i) bytes += std::to_string(i) + ' ';
  bytes.resize(size);
  return bytes;
}

}  // namespace gust::rt::sim
