// Origin: whatever a benchmark asks for. `/o/ID-SIZE` has SIZE bytes, whatever ID is, and may be stored a day.
//
// Shape:  one thread, one epoll, HTTP/1.1 keep-alive, one request at a time on a connection. `/stats` gives a JSON
//         object: `requests` and `bytes` of content since the start, those for /stats left out. Other paths are 404,
//         what is not a GET 405. Ranges are not understood: everything is answered whole.
// Use:    bench_origin PORT
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/text.h"
#include "listening.h"
#include "origin/object_path.h"

namespace {

using gust::ByteCount;
using gust::ByteView;

constexpr std::size_t head_bytes_max = 32 * 1024;

std::string head_of(std::string_view status, ByteCount bytes, std::string_view fields) {
  return fmt::format("HTTP/1.1 {}\r\nContent-Length: {}\r\n{}\r\n", status, bytes, fields);
}

struct Connection {
  std::string request;        // what has come of its head
  std::string unsent;         // head, and content that is not filler
  ByteCount filler_left = 0;  // content behind it
};

class Origin {
 public:
  explicit Origin(int listener) : listener_(listener), epoll_(epoll_create1(0)) { watch(listener, EPOLLIN); }

  [[noreturn]] void run() {
    std::array<epoll_event, 128> events{};
    while (true) {
      const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
      for (int i = 0; i < count; ++i) {
        const auto& event = events[static_cast<std::size_t>(i)];
        if (event.data.fd == listener_) {
          accept_all();
        } else if ((event.events & EPOLLOUT) != 0U) {
          watch(event.data.fd, EPOLLIN);
          send_some(event.data.fd);
        } else {
          read(event.data.fd);
        }
      }
    }
  }

 private:
  void watch(int socket, std::uint32_t what) const {
    epoll_event event{.events = what, .data = {.fd = socket}};
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event) != 0) epoll_ctl(epoll_, EPOLL_CTL_MOD, socket, &event);
  }

  void accept_all() {
    while (true) {
      const int socket = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK);
      if (socket < 0) return;
      const int on = 1;
      setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      connections_[socket] = {};
      watch(socket, EPOLLIN);
    }
  }

  void read(int socket) {
    std::array<char, 16384> bytes{};
    const auto got = recv(socket, bytes.data(), bytes.size(), 0);
    if (got <= 0) {
      if (got == 0 || errno != EAGAIN) drop(socket);
      return;
    }
    auto& connection = connections_[socket];
    connection.request.append(bytes.data(), static_cast<std::size_t>(got));
    if (connection.request.ends_with("\r\n\r\n")) {
      answer(connection);
      connection.request.clear();
      send_some(socket);
    } else if (connection.request.size() > head_bytes_max) {
      drop(socket);
    }
  }

  void answer(Connection& connection) {
    const ByteView line = gust::cut(connection.request, ByteView("\r\n")).before;
    const auto [method, rest, found] = gust::cut(line, ' ');
    const auto target = gust::cut(rest, ' ').before;
    if (method != "GET") {
      connection.unsent = head_of("405 Method Not Allowed", 0, "Allow: GET\r\n");
    } else if (target == "/stats") {
      const auto stats = fmt::format("{{\"requests\": {}, \"bytes\": {}}}\n", requests_, bytes_);
      connection.unsent = head_of("200 OK", stats.size(), "Cache-Control: no-store\r\n") + stats;
    } else if (const auto size = gust::bench::size_of_object_path(target)) {
      ++requests_;
      bytes_ += *size;
      connection.unsent = head_of("200 OK", *size,
                                  "Content-Type: application/octet-stream\r\nCache-Control: max-age=86400\r\n"
                                  "ETag: \"1\"\r\nLast-Modified: Thu, 01 Jan 2026 00:00:00 GMT\r\n");
      connection.filler_left = *size;
    } else {
      ++requests_;
      connection.unsent = head_of("404 Not Found", 0, "Cache-Control: no-store\r\n");
    }
  }

  void send_some(int socket) {
    auto& connection = connections_[socket];
    while (!connection.unsent.empty() || connection.filler_left > 0) {
      // The head goes out with the first of the filler: one packet for a small object.
      iovec parts[] = {{connection.unsent.data(), connection.unsent.size()},
                       {filler_.data(), std::min<std::size_t>(filler_.size(), connection.filler_left)}};
      msghdr message{};
      message.msg_iov = parts;
      message.msg_iovlen = 2;
      const auto sent = sendmsg(socket, &message, MSG_NOSIGNAL);
      if (sent < 0 && errno == EAGAIN) {
        watch(socket, EPOLLOUT);
        return;
      }
      if (sent < 0) {
        drop(socket);
        return;
      }
      const auto of_head = std::min(static_cast<std::size_t>(sent), connection.unsent.size());
      connection.unsent.erase(0, of_head);
      connection.filler_left -= static_cast<std::size_t>(sent) - of_head;
    }
  }

  void drop(int socket) {
    connections_.erase(socket);
    close(socket);
  }

  int listener_;
  int epoll_;
  std::uint64_t requests_ = 0;
  ByteCount bytes_ = 0;
  std::string filler_ = std::string(256UL * 1024, 'x');
  std::unordered_map<int, Connection> connections_;
};

}  // namespace

int main(int count, char** words) {
  const auto port = gust::parse_decimal<std::uint16_t>(count == 2 ? words[1] : "");
  if (!port || *port == 0) {
    std::fputs("use: bench_origin PORT\n", stderr);
    return 2;
  }
  const int listener = listen_on_loopback(*port, SOCK_NONBLOCK);
  if (listener < 0) {
    std::perror("bench_origin");
    return 1;
  }
  Origin(listener).run();
}
