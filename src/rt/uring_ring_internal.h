// UringRing: one io_uring with a ring of receive buffers: the one place that speaks liburing's set-up.
//
// Shape:  set up on any thread, enabled on the thread that uses it from then on.
// Memory: buffer_count buffers of buffer_bytes, touched as they are used.
#pragma once

#include <liburing.h>

#include <cstdint>
#include <memory>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"

namespace gust::rt {

class UringRing {
 public:
  static constexpr unsigned buffer_count = 256;  // a power of two
  static constexpr std::size_t buffer_bytes = 4096;
  static constexpr std::uint16_t buffer_group = 0;

  //   fails   unsupported, access_denied, would_exceed_limit
  static Result<std::unique_ptr<UringRing>> make();
  // Sees each call of the interface work once: filters may forbid them one by one.
  //   fails   as above
  static Result<void> try_out();
  ~UringRing();
  UringRing(const UringRing&) = delete;
  UringRing& operator=(const UringRing&) = delete;

  // From here on, only the calling thread uses the ring.
  void enable();
  // An empty request, submitted with the next wait() at the latest.
  io_uring_sqe& request();
  // Submits what was requested and waits until there is a completion, at most for `longest`.
  void wait(Duration longest);
  // The next completion, or null. A copy is to be made before done_with().
  io_uring_cqe* peek();
  void done_with(io_uring_cqe* completion) { io_uring_cqe_seen(&ring_, completion); }

  const char* buffer(std::uint16_t id) const { return memory_ + id * buffer_bytes; }
  void give_back(std::uint16_t id);
  // A link of the queue in which the owner of a buffer keeps it.
  struct Link {
    std::uint32_t bytes = 0;
    std::uint16_t next = 0;
  };
  Link& link(std::uint16_t id) { return links_[id]; }

 private:
  UringRing() = default;
  Result<void> set_up();
  Result<void> provide_buffers();

  io_uring ring_{};
  bool is_open_ = false;
  io_uring_buf_ring* buffers_ = nullptr;
  char* memory_ = nullptr;
  std::unique_ptr<Link[]> links_;
};

}  // namespace gust::rt
