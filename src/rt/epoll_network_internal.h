// The epoll backend of Network.
#pragma once

#include <memory>

#include "rt/network.h"

namespace gust::rt {

class EpollLoop;
std::unique_ptr<Network> make_epoll_network(EpollLoop& loop);

}  // namespace gust::rt
