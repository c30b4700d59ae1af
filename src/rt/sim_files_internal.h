// make_files: the Files of a simulated host's loop, over the Disk of the host.
#pragma once

#include <memory>

#include "rt/files.h"

namespace gust::rt::sim {

class SimLoop;

std::unique_ptr<Files> make_files(SimLoop& loop);

}  // namespace gust::rt::sim
