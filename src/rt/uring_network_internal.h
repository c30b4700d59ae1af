// The io_uring backend of Network.
#pragma once

#include <memory>

#include "rt/network.h"

namespace gust::rt {

class UringLoop;
std::unique_ptr<Network> make_uring_network(UringLoop& loop);

}  // namespace gust::rt
