#include <sys/mman.h>

#include <cerrno>
#include <utility>

#include "base/check.h"
#include "rt/uring_ring_internal.h"

namespace gust::rt {
namespace {

constexpr unsigned requests_max = 512;      // between two submissions; a full ring is submitted early
constexpr unsigned completions_max = 8192;  // beyond them the kernel keeps a list
constexpr std::size_t buffer_ring_bytes = UringRing::buffer_count * sizeof(io_uring_buf);
constexpr std::size_t buffer_memory_bytes = UringRing::buffer_count * UringRing::buffer_bytes;

std::unexpected<Error> failure_of_set_up(int error) {
  switch (error) {
    case EPERM:
    case EACCES:
      return fail(Errc::access_denied,
                  "io_uring is forbidden here (sysctl kernel.io_uring_disabled, or a container's seccomp profile)");
    case ENOSYS:
      return fail(Errc::unsupported,
                  "this kernel is built without io_uring, or a container's seccomp profile hides it");
    case EINVAL:
    case EOPNOTSUPP:
      return fail(Errc::unsupported, "this kernel's io_uring is too old: Linux 6.1 has what is needed");
    default:
      return fail(Errc::would_exceed_limit, "the kernel has no memory or descriptors for an io_uring");
  }
}

void* map_memory(std::size_t bytes) {
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_PRIVATE, -1, 0);
  return memory == MAP_FAILED ? nullptr : memory;
}

// What io_uring_enable_rings() does, which liburing 2.3 declares and does not export. 0 or -errno.
int enable_ring(const io_uring& ring) {
  return io_uring_register(static_cast<unsigned>(ring.ring_fd), IORING_REGISTER_ENABLE_RINGS, nullptr, 0);
}

}  // namespace

Result<std::unique_ptr<UringRing>> UringRing::make() {
  std::unique_ptr<UringRing> made(new UringRing);
  TRY_OK(made->set_up());
  return made;
}

Result<void> UringRing::try_out() {
  TRY(const std::unique_ptr<UringRing> trial, make());
  if (const int enabled = enable_ring(trial->ring_); enabled < 0) return failure_of_set_up(-enabled);
  io_uring_prep_nop(&trial->request());
  const int submitted = io_uring_submit_and_wait(&trial->ring_, 1);
  if (submitted < 0) return failure_of_set_up(-submitted);
  return {};
}

Result<void> UringRing::set_up() {
  io_uring_params how{};
  // Completions are worked off by the loop's own thread when it asks for them, and never interrupt it.
  how.flags = IORING_SETUP_CQSIZE | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN |
              IORING_SETUP_R_DISABLED;
  how.cq_entries = completions_max;
  if (const int made = io_uring_queue_init_params(requests_max, &ring_, &how); made < 0) {
    return failure_of_set_up(-made);
  }
  is_open_ = true;
  return provide_buffers();
}

Result<void> UringRing::provide_buffers() {
  buffers_ = static_cast<io_uring_buf_ring*>(map_memory(buffer_ring_bytes));
  memory_ = static_cast<char*>(map_memory(buffer_memory_bytes));
  if (!buffers_ || !memory_) return failure_of_set_up(ENOMEM);
  io_uring_buf_reg how{};
  how.ring_addr = reinterpret_cast<std::uintptr_t>(buffers_);
  how.ring_entries = buffer_count;
  how.bgid = buffer_group;
  if (const int provided = io_uring_register_buf_ring(&ring_, &how, 0); provided < 0) {
    return failure_of_set_up(-provided);
  }
  links_ = std::make_unique<Link[]>(buffer_count);
  io_uring_buf_ring_init(buffers_);
  for (unsigned id = 0; id < buffer_count; ++id) give_back(static_cast<std::uint16_t>(id));
  return {};
}

UringRing::~UringRing() {
  if (is_open_) io_uring_queue_exit(&ring_);
  if (buffers_) munmap(buffers_, buffer_ring_bytes);
  if (memory_) munmap(memory_, buffer_memory_bytes);
}

void UringRing::enable() { CHECK(enable_ring(ring_) == 0); }

io_uring_sqe& UringRing::request() {
  io_uring_sqe* free = io_uring_get_sqe(&ring_);
  while (!free) {
    io_uring_submit(&ring_);
    free = io_uring_get_sqe(&ring_);
  }
  return *free;
}

void UringRing::wait(Duration longest) {
  int waited = 0;
  if (longest == Duration::zero()) {
    waited = io_uring_submit_and_get_events(&ring_);
  } else if (longest == Duration::max()) {
    waited = io_uring_submit_and_wait(&ring_, 1);
  } else {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(longest);
    __kernel_timespec limit{.tv_sec = seconds.count(), .tv_nsec = (longest - seconds).count()};
    io_uring_cqe* first = nullptr;
    waited = io_uring_submit_and_wait_timeout(&ring_, &first, 1, &limit, nullptr);
  }
  // What could not be submitted for want of memory stays in the ring for the next time.
  CHECK(waited >= 0 || waited == -EINTR || waited == -ETIME || waited == -EAGAIN || waited == -EBUSY ||
        waited == -ENOMEM);
}

io_uring_cqe* UringRing::peek() {
  io_uring_cqe* completion = nullptr;
  unsigned head = 0;
  io_uring_for_each_cqe(&ring_, head, completion) return completion;
  return nullptr;
}

void UringRing::give_back(std::uint16_t id) {
  io_uring_buf_ring_add(buffers_, memory_ + id * buffer_bytes, buffer_bytes, id, io_uring_buf_ring_mask(buffer_count),
                        0);
  io_uring_buf_ring_advance(buffers_, 1);
}

}  // namespace gust::rt
