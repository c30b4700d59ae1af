// The load generator against a small server on a thread of its own, over real sockets.
#include "load/load.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bit>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>

namespace gust::bench {
namespace {

const std::string ok = "HTTP/1.1 200 OK\r\nX-Cache: Hit\r\nContent-Length: 3\r\n\r\nabc";

// Hands every request head that comes to `answer`, whose text goes back; an empty one closes the connection.
class Server {
 public:
  explicit Server(std::function<std::string(const std::string& head)> answer) : answer_(std::move(answer)) {
    listener_ = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(bind(listener_, std::bit_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(listen(listener_, 64), 0);
    socklen_t size = sizeof address;
    getsockname(listener_, std::bit_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    EXPECT_EQ(pipe(end_), 0);
    thread_ = std::thread([this] { serve(); });
  }
  ~Server() {
    EXPECT_EQ(write(end_[1], "x", 1), 1);
    thread_.join();
    for (const int file : {listener_, end_[0], end_[1]}) close(file);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::uint16_t port() const { return port_; }

 private:
  void serve() {
    while (true) {
      std::vector<pollfd> polled{{end_[0], POLLIN, 0}, {listener_, POLLIN, 0}};
      for (const auto& [socket, head] : heads_) polled.push_back({socket, POLLIN, 0});
      poll(polled.data(), polled.size(), -1);
      if (polled[0].revents != 0) break;
      if (polled[1].revents != 0) heads_[accept(listener_, nullptr, nullptr)];
      for (std::size_t i = 2; i < polled.size(); ++i) {
        if (polled[i].revents != 0) read(polled[i].fd);
      }
    }
    for (const auto& [socket, head] : heads_) close(socket);
  }

  void read(int socket) {
    char bytes[4096];
    const auto got = recv(socket, bytes, sizeof bytes, 0);
    auto& head = heads_[socket];
    if (got > 0) head.append(bytes, static_cast<std::size_t>(got));
    std::string text;
    if (head.ends_with("\r\n\r\n")) {
      text = answer_(head);
      head.clear();
    }
    if (got <= 0 || text.empty() || send(socket, text.data(), text.size(), MSG_NOSIGNAL) < 0) {
      close(socket);
      heads_.erase(socket);
    }
  }

  std::function<std::string(const std::string&)> answer_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  int end_[2]{};
  std::map<int, std::string> heads_;
  std::thread thread_;
};

LoadReport load(const Server& server, LoadPlan plan, const std::string& path = "/") {
  plan.port = server.port();
  plan.fields = "Host: a\r\n";
  Targets targets(path, 1, 0);
  auto report = run_load(plan, HitRule("X-Cache=hit"), targets);
  EXPECT_TRUE(report);
  return report ? std::move(*report) : LoadReport{};
}

TEST(Load, AsksAsOftenAsPlannedAndCountsWhatCame) {
  std::map<std::string, int> heads;
  const Server server([&](const std::string& head) {
    ++heads[head];
    return ok;
  });
  const auto report = load(server, {.connections = 3, .requests_max = 50}, "/#");
  EXPECT_EQ(report.latency.count(), 50U);
  EXPECT_EQ(report.answers.at(200), 50U);
  EXPECT_EQ(report.hits, 50U);
  EXPECT_EQ(report.hit_bytes, 150U);
  EXPECT_EQ(report.content_bytes, 150U);
  EXPECT_EQ(report.errors, 0U);
  EXPECT_EQ(report.connected, 3U);
  EXPECT_EQ(heads.size(), 50U);
  EXPECT_EQ(heads["GET /50 HTTP/1.1\r\nHost: a\r\n\r\n"], 1);
}

TEST(Load, LeavesLargeContentUnreadButCountsIt) {
  const std::string large(3'000'000, 'x');
  const Server server([&](const std::string&) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(large.size()) + "\r\n\r\n" + large;
  });
  const auto report = load(server, {.connections = 1, .requests_max = 3});
  EXPECT_EQ(report.latency.count(), 3U);
  EXPECT_EQ(report.content_bytes, 9'000'000U);
}

TEST(Load, CountsABrokenConnectionAsAnErrorAndGoesOn) {
  int asked = 0;
  const Server server([&](const std::string&) { return ++asked == 2 ? std::string() : ok; });
  const auto report = load(server, {.connections = 1, .requests_max = 4});
  EXPECT_EQ(report.errors, 1U);
  EXPECT_EQ(report.latency.count(), 3U);
  EXPECT_EQ(report.connected, 2U);
}

TEST(Load, CountsBytesBehindAnAnswerAsAnError) {
  const Server server([&](const std::string&) { return ok + "more"; });
  const auto report = load(server, {.connections = 1, .requests_max = 2});
  EXPECT_EQ(report.errors, 2U);
  EXPECT_EQ(report.latency.count(), 0U);
}

TEST(Load, ConnectsAnewWhereTheServerWantsToClose) {
  const Server server(
      [&](const std::string&) { return "HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"; });
  const auto report = load(server, {.connections = 1, .requests_max = 3});
  EXPECT_EQ(report.answers.at(404), 3U);
  EXPECT_EQ(report.errors, 0U);
}

TEST(Load, EndsAfterTooManyErrors) {
  const Server server([&](const std::string&) { return "no HTTP\r\n\r\n"; });
  const auto report = load(server, {.connections = 2, .requests_max = 1000, .errors_max = 5});
  EXPECT_GE(report.errors, 5U);
  EXPECT_LE(report.errors, 7U);
}

// The server is silent for a while on its first request. The others come due all the time, and their latency says so.
TEST(Load, AtAConstantRateCountsLatencyFromWhenARequestWasDue) {
  bool is_first = true;
  const Server server([&](const std::string&) {
    if (std::exchange(is_first, false)) poll(nullptr, 0, 60);
    return ok;
  });
  const auto report = load(server, {.connections = 1, .requests_per_second = 1000, .requests_max = 21});
  EXPECT_EQ(report.latency.count(), 21U);
  // Request n was due n ms after the first and could not be sent before 60 ms.
  EXPECT_GE(report.latency.percentile(0.0), 40'000'000U);
  EXPECT_GE(report.latency.percentile(0.5), 50'000'000U);
  EXPECT_GE(report.latency.max(), 60'000'000U);
}

TEST(Load, FailsWhereNothingListens) {
  std::uint16_t port = 0;
  {
    port = Server([](const std::string&) { return ok; }).port();
  }
  Targets targets("/", 1, 0);
  EXPECT_FALSE(run_load({.port = port, .connections = 2, .requests_max = 1}, HitRule(), targets));
  EXPECT_FALSE(run_load({.address = "localhost", .port = 1}, HitRule(), targets));
}

}  // namespace
}  // namespace gust::bench
