// The memory engine of the Store: for the simulator and tests. Nothing survives it.
#pragma once

#include <memory>

#include "config/store.h"

namespace gust::config {

std::unique_ptr<Store> make_memory_store(const StoreLimits& limits = {});

}  // namespace gust::config
