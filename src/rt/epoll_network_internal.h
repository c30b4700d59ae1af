// The epoll backend of Network.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "rt/network.h"

namespace gust::rt {

class EpollLoop;
std::unique_ptr<Network> make_epoll_network(EpollLoop& loop);
// Asks the system and blocks; the ports are 0.
//   fails   name_not_found
Result<std::vector<Endpoint>> look_up_name(const std::string& name);

}  // namespace gust::rt
