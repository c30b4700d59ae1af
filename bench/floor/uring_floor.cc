// The floor over io_uring: the least work that answers an HTTP/1.1 request, with all that io_uring offers a server.
//
// Shape:  one thread, one ring: multishot accept into registered descriptors, multishot receive into provided buffers,
//         answers submitted together once a turn, completions worked off by the thread itself. Paths as bench_floor's:
//         `/s...` gets 1 KiB, `/h...` 1 MiB, anything else 100 KiB. Pipelined and split requests are not understood.
// Use:    bench_floor_uring PORT [zerocopy] [inline]. With `zerocopy` answers of 100 KiB and more go by SEND_ZC; with
//         `inline` by send(2) the moment the request is there, and by the ring only where the socket is full.
//         docs/decisions/io-uring.md has what was measured.
#include <liburing.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "../listening.h"
#include "answers.h"

namespace {

constexpr unsigned requests_max = 512;
constexpr unsigned completions_max = 4096;
constexpr unsigned connections_max = 4096;
constexpr unsigned buffer_count = 256;
constexpr std::size_t buffer_bytes = 4096;
constexpr std::size_t zerocopy_bytes = 32 * 1024;

enum class Kind : std::uint8_t { accepted = 1, received, sent, closed };

struct Options {
  bool zerocopy = false;
  bool inline_sends = false;
};

class UringFloor {
 public:
  UringFloor(int listener, Options options) : listener_(listener), options_(options) {
    io_uring_params how{};
    how.flags = IORING_SETUP_CQSIZE | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
    how.cq_entries = completions_max;
    must(io_uring_queue_init_params(requests_max, &ring_, &how), "io_uring_setup");
    must(std::min(io_uring_register_ring_fd(&ring_), 0), "registering the ring");
    if (!options_.inline_sends) {
      must(io_uring_register_files_sparse(&ring_, connections_max), "registering descriptors");
    }
    provide_buffers();
    ask_for_connections();
  }

  [[noreturn]] void run() {
    while (true) {
      io_uring_submit_and_wait(&ring_, 1);
      unsigned head = 0;
      unsigned seen = 0;
      io_uring_cqe* completion = nullptr;
      io_uring_for_each_cqe(&ring_, head, completion) {
        hear(*completion);
        ++seen;
      }
      io_uring_cq_advance(&ring_, seen);
    }
  }

 private:
  static void must(int result, const char* what) {
    if (result >= 0) return;
    std::fprintf(stderr, "bench_floor_uring: %s: error %d\n", what, -result);
    std::exit(1);
  }

  void provide_buffers() {
    constexpr std::size_t page = 4096;
    buffers_ = static_cast<io_uring_buf_ring*>(std::aligned_alloc(page, buffer_count * sizeof(io_uring_buf)));
    memory_ = std::make_unique<char[]>(buffer_count * buffer_bytes);
    io_uring_buf_reg how{};
    how.ring_addr = std::bit_cast<std::uintptr_t>(buffers_);
    how.ring_entries = buffer_count;
    must(io_uring_register_buf_ring(&ring_, &how, 0), "providing buffers");
    io_uring_buf_ring_init(buffers_);
    for (unsigned id = 0; id < buffer_count; ++id) give_back(id);
  }

  void give_back(unsigned id) {
    io_uring_buf_ring_add(buffers_, &memory_[id * buffer_bytes], buffer_bytes, static_cast<unsigned short>(id),
                          io_uring_buf_ring_mask(buffer_count), 0);
    io_uring_buf_ring_advance(buffers_, 1);
  }

  io_uring_sqe* request(Kind kind, int connection) {
    io_uring_sqe* free = io_uring_get_sqe(&ring_);
    while (!free) {
      io_uring_submit(&ring_);
      free = io_uring_get_sqe(&ring_);
    }
    free->user_data = static_cast<std::uint64_t>(kind) << 32U | static_cast<std::uint32_t>(connection);
    return free;
  }

  void ask_for_connections() {
    io_uring_sqe* asked = request(Kind::accepted, 0);
    if (options_.inline_sends) {
      io_uring_prep_multishot_accept(asked, listener_, nullptr, nullptr, 0);
    } else {
      io_uring_prep_multishot_accept_direct(asked, listener_, nullptr, nullptr, 0);
    }
  }

  void ask_for_bytes(int connection) {
    io_uring_sqe* asked = request(Kind::received, connection);
    io_uring_prep_recv_multishot(asked, connection, nullptr, 0, 0);
    asked->flags |= IOSQE_BUFFER_SELECT;
    of_registered(*asked);
  }

  void of_registered(io_uring_sqe& asked) const {
    if (!options_.inline_sends) asked.flags |= IOSQE_FIXED_FILE;
  }

  void hear(const io_uring_cqe& completion) {
    const auto connection = static_cast<int>(completion.user_data & 0xffff'ffff);
    const bool is_last = (completion.flags & IORING_CQE_F_MORE) == 0;
    switch (static_cast<Kind>(completion.user_data >> 32U)) {
      case Kind::accepted:
        if (completion.res >= 0) ask_for_bytes(completion.res);
        if (is_last) ask_for_connections();
        return;
      case Kind::received:
        if (completion.res > 0) {
          const unsigned buffer = completion.flags >> IORING_CQE_BUFFER_SHIFT;
          constexpr std::size_t first_of_path = std::string_view("GET /").size();
          const char path = memory_[buffer * buffer_bytes + first_of_path];
          give_back(buffer);
          answer(connection, path);
          if (is_last) ask_for_bytes(connection);
        } else if (completion.res == -ENOBUFS) {
          ask_for_bytes(connection);
        } else {
          drop(connection);
        }
        return;
      case Kind::sent:
      case Kind::closed:
        return;
    }
  }

  void answer(int connection, char path) {
    const std::string& bytes = path == 's' ? small_ : path == 'h' ? huge_ : large_;
    std::size_t from = 0;
    if (options_.inline_sends) {
      const ssize_t sent = send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      from = static_cast<std::size_t>(std::max<ssize_t>(sent, 0));
      if (from == bytes.size()) return;
    }
    io_uring_sqe* asked = request(Kind::sent, connection);
    if (options_.zerocopy && bytes.size() >= zerocopy_bytes) {
      io_uring_prep_send_zc(asked, connection, &bytes[from], bytes.size() - from, MSG_NOSIGNAL | MSG_WAITALL, 0);
    } else {
      io_uring_prep_send(asked, connection, &bytes[from], bytes.size() - from, MSG_NOSIGNAL | MSG_WAITALL);
    }
    of_registered(*asked);
  }

  void drop(int connection) {
    if (options_.inline_sends) {
      close(connection);
    } else {
      io_uring_prep_close_direct(request(Kind::closed, connection), static_cast<unsigned>(connection));
    }
  }

  int listener_;
  Options options_;
  io_uring ring_{};
  io_uring_buf_ring* buffers_ = nullptr;  // as long as the process
  std::unique_ptr<char[]> memory_;
  std::string small_{floor_answers::make_answer(floor_answers::small_bytes)};
  std::string large_{floor_answers::make_answer(floor_answers::large_bytes)};
  std::string huge_{floor_answers::make_answer(floor_answers::huge_bytes)};
};

}  // namespace

int main(int count, char** words) {
  const int port = count >= 2 ? std::atoi(words[1]) : 0;
  if (port <= 0 || port > 65535) {
    std::fputs("use: bench_floor_uring PORT [zerocopy] [inline]\n", stderr);
    return 2;
  }
  Options options;
  for (int i = 2; i < count; ++i) {
    options.zerocopy |= std::string_view(words[i]) == "zerocopy";
    options.inline_sends |= std::string_view(words[i]) == "inline";
  }
  const int listener = listen_on_loopback(static_cast<std::uint16_t>(port), 0);
  if (listener < 0) {
    std::perror("bench_floor_uring");
    return 1;
  }
  const int on = 1;
  setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // accepted connections inherit it
  std::signal(SIGPIPE, SIG_IGN);
  UringFloor(listener, options).run();
}
