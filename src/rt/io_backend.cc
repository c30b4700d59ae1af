#include "rt/io_backend.h"

#include "rt/epoll_loop.h"
#include "rt/uring_loop.h"
#include "rt/uring_ring_internal.h"

namespace gust::rt {

std::string_view name_of(IoBackend backend) { return backend == IoBackend::epoll ? "epoll" : "io_uring"; }

Result<void> try_io_uring() { return UringRing::try_out(); }

Result<std::unique_ptr<RealLoop>> make_real_loop(IoBackend backend, WorkerPool& workers) {
  if (backend == IoBackend::epoll) return std::make_unique<EpollLoop>(workers);
  return UringLoop::make(workers);
}

}  // namespace gust::rt
