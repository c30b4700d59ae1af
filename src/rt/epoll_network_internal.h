// The epoll backend of Network.
#pragma once

#include <memory>

#include "rt/network.h"

namespace gust::rt {

class EpollLoop;
std::unique_ptr<Network> make_epoll_network(EpollLoop& loop);
// Takes `descriptor`, a bound UDP socket.
//   fails   would_exceed_limit
Result<std::unique_ptr<Datagrams>> make_epoll_datagrams(EpollLoop& loop, int descriptor);

}  // namespace gust::rt
