// Floor: the least work that answers an HTTP/1.1 request, to tell what is ours to save from what the kernel takes.
//
// Shape:  one thread, one epoll, no parsing but for the first byte of the path: `/s...` gets 1 KiB, `/u...` 10 KiB,
//         `/h...` 1 MiB, `/c...` how often `/u...` was asked for, anything else 100 KiB.
//         Pipelined and split requests are not understood; nobody here sends either.
//         With `sendfile` large bodies come from a file in the page cache instead of being copied: the floor of servers
//         that do so. A file of the current folder, as it costs less than one of memfd_create.
// Use:    bench_floor PORT [sendfile]. It also is the origin of the servers it is compared with: its answers may be
//         stored a day.
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "../listening.h"
#include "answers.h"

namespace {

using floor_answers::huge_bytes;
using floor_answers::large_bytes;
using floor_answers::make_answer;
using floor_answers::make_head;
using floor_answers::small_bytes;
using floor_answers::unique_bytes;

// An answer, and the file that holds the same bytes when they are to be sent from there.
struct Answer {
  std::string bytes;
  int file = -1;
};

Answer make_answer_in_file(std::string bytes) {
  int file = open(".", O_TMPFILE | O_RDWR, 0600);
  if (file < 0) file = memfd_create("answer", 0);
  if (write(file, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) std::abort();
  return {std::move(bytes), file};
}

// What is left to send on a connection whose socket buffer was full.
struct Unsent {
  const Answer* answer = nullptr;
  std::size_t from = 0;
};

class Floor {
 public:
  Floor(int listener, bool from_file) : listener_(listener), epoll_(epoll_create1(0)) {
    if (from_file) {
      large_ = make_answer_in_file(std::move(large_.bytes));
      huge_ = make_answer_in_file(std::move(huge_.bytes));
    }
    watch(listener, EPOLLIN);
  }

  [[noreturn]] void run() {
    std::array<epoll_event, 128> events{};
    while (true) {
      const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
      for (int i = 0; i < count; ++i) {
        const auto& event = events[static_cast<std::size_t>(i)];
        if (event.data.fd == listener_) {
          accept_all();
        } else if ((event.events & EPOLLOUT) != 0U) {
          send_rest(event.data.fd);
        } else {
          answer(event.data.fd);
        }
      }
    }
  }

 private:
  void watch(int socket, std::uint32_t what) const {
    epoll_event event{.events = what, .data = {.fd = socket}};
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event) != 0) epoll_ctl(epoll_, EPOLL_CTL_MOD, socket, &event);
  }

  void accept_all() const {
    while (true) {
      const int socket = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK);
      if (socket < 0) return;
      const int on = 1;
      setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      watch(socket, EPOLLIN);
    }
  }

  void answer(int socket) {
    std::array<char, 4096> request{};
    const auto got = recv(socket, request.data(), request.size(), 0);
    if (got <= 0) {
      if (got == 0 || errno != EAGAIN) drop(socket);
      return;
    }
    constexpr std::size_t first_of_path = std::string_view("GET /").size();
    send_answer(socket, answer_for(request[first_of_path]), 0);
  }

  const Answer& answer_for(char first) {
    switch (first) {
      case 's':
        return small_;
      case 'u':
        ++unique_asked_;
        return unique_;
      case 'h':
        return huge_;
      case 'c':
        count_.bytes = make_head(std::to_string(unique_asked_).size()) + std::to_string(unique_asked_);
        return count_;
      default:
        return large_;
    }
  }

  void send_rest(int socket) {
    const auto rest = unsent_[socket];
    unsent_.erase(socket);
    watch(socket, EPOLLIN);
    send_answer(socket, *rest.answer, rest.from);
  }

  void send_answer(int socket, const Answer& answer, std::size_t from) {
    while (from < answer.bytes.size()) {
      const auto left = answer.bytes.size() - from;
      auto offset = static_cast<off_t>(from);
      const auto sent = answer.file >= 0 ? sendfile(socket, answer.file, &offset, left)
                                         : send(socket, &answer.bytes[from], left, MSG_NOSIGNAL);
      if (sent > 0) {
        from += static_cast<std::size_t>(sent);
      } else if (errno == EAGAIN) {
        unsent_[socket] = {&answer, from};
        watch(socket, EPOLLOUT);
        return;
      } else {
        drop(socket);
        return;
      }
    }
  }

  void drop(int socket) {
    unsent_.erase(socket);
    close(socket);
  }

  int listener_;
  int epoll_;
  Answer small_{make_answer(small_bytes)};
  Answer unique_{make_answer(unique_bytes)};
  Answer large_{make_answer(large_bytes)};
  Answer huge_{make_answer(huge_bytes)};
  Answer count_;  // sent whole at once, so it may change afterwards
  std::uint64_t unique_asked_ = 0;
  std::unordered_map<int, Unsent> unsent_;
};

}  // namespace

int main(int count, char** words) {
  const int port = count >= 2 ? std::atoi(words[1]) : 0;
  if (port <= 0 || port > 65535) {
    std::fputs("use: bench_floor PORT [sendfile]\n", stderr);
    return 2;
  }
  const int listener = listen_on_loopback(static_cast<std::uint16_t>(port), SOCK_NONBLOCK);
  if (listener < 0) {
    std::perror("bench_floor");
    return 1;
  }
  std::signal(SIGPIPE, SIG_IGN);
  Floor(listener, count > 2 && std::string_view(words[2]) == "sendfile").run();
}
