// The io_uring backend of Network.
#pragma once

#include <memory>

#include "rt/network.h"

namespace gust::rt {

class UringLoop;
std::unique_ptr<Network> make_uring_network(UringLoop& loop);
// Takes `descriptor`, a bound UDP socket.
std::unique_ptr<Datagrams> make_uring_datagrams(UringLoop& loop, int descriptor);

}  // namespace gust::rt
