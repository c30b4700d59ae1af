// IoBackend: by what a real loop hears of events, and whether this system lets it.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/result.h"

namespace gust::rt {

class RealLoop;
class WorkerPool;

enum class IoBackend : std::uint8_t { epoll, io_uring };

// "epoll" and "io_uring".
std::string_view name_of(IoBackend backend);

// Sees whether io_uring works here as UringLoop uses it; the text of the error says what forbids it.
//   fails   unsupported (kernel too old or built without), access_denied (sysctl or seccomp), would_exceed_limit
Result<void> try_io_uring();

// `workers` outlives the loop. With epoll it does not fail.
//   fails   as try_io_uring()
Result<std::unique_ptr<RealLoop>> make_real_loop(IoBackend backend, WorkerPool& workers);

}  // namespace gust::rt
