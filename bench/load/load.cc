#include "load/load.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cmath>
#include <deque>
#include <memory>
#include <utility>

namespace gust::bench {

namespace {

using Clock = std::chrono::steady_clock;

struct Connection {
  enum class State : std::uint8_t { closed, connecting, idle, waiting };

  explicit Connection(const HitRule* rule) : answer(rule) {}

  int socket = -1;
  State state = State::closed;
  Answer answer;
  Clock::time_point due;   // when its request should have been sent
  Clock::time_point sent;  // when it was, or when connecting began
  std::string unread;      // the front of an answer's head or chunk line
};

class Run {
 public:
  Run(const LoadPlan& plan, const HitRule& hits, Targets& targets) : plan_(plan), hits_(hits), targets_(targets) {}
  ~Run();
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  Result<LoadReport> run();

 private:
  bool is_open_loop() const { return plan_.requests_per_second > 0; }
  std::uint64_t planned() const;
  Clock::time_point due_time(std::uint64_t number) const;
  bool may_start(Clock::time_point now);
  void start_what_is_due();
  void start_request(Connection& connection, Clock::time_point due);
  void connect(Connection& connection);
  void handle(Connection& connection, std::uint32_t events);
  void finish_connecting(Connection& connection);
  void read(Connection& connection);
  bool drop_content(Connection& connection);
  bool take_answer(Connection& connection, ByteView come);
  void finish_answer(Connection& connection);
  void fail_request(Connection& connection);
  void close(Connection& connection);
  void make_idle(Connection& connection);
  void end_silent_ones(Clock::time_point now);
  void wait();

  const LoadPlan& plan_;
  const HitRule& hits_;
  Targets& targets_;
  LoadReport report_;
  sockaddr_in peer_{};
  int epoll_ = -1;
  std::deque<Connection> connections_;
  std::vector<Connection*> idle_;
  std::size_t busy_ = 0;  // connections that connect or wait for an answer
  std::uint64_t started_ = 0;
  bool is_over_ = true;  // nothing new is started; so before the first connections are made
  Clock::time_point begin_, last_answer_, looked_for_silence_;
  std::string request_;
  std::array<char, 65536> buffer_{};
};

Run::~Run() {
  for (auto& connection : connections_) {
    if (connection.socket >= 0) ::close(connection.socket);
  }
  if (epoll_ >= 0) ::close(epoll_);
}

Result<LoadReport> Run::run() {
  peer_.sin_family = AF_INET;
  peer_.sin_port = htons(plan_.port);
  if (inet_pton(AF_INET, plan_.address.c_str(), &peer_.sin_addr) != 1) {
    return fail(Errc::bad_value, "the address is not IPv4 in numbers");
  }
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  if (epoll_ < 0) return fail(Errc::io_failed, "no epoll");
  // The default lets the kernel wake us 50 us late, which would count as the server's latency.
  prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);

  looked_for_silence_ = Clock::now();
  for (std::size_t i = 0; i < plan_.connections; ++i) connect(connections_.emplace_back(&hits_));
  while (busy_ > 0) wait();
  if (report_.connected == 0) return fail(Errc::io_failed, "no connection could be made");

  begin_ = last_answer_ = Clock::now();
  is_over_ = false;
  while (true) {
    start_what_is_due();
    if (is_over_ && busy_ == 0) break;
    wait();
  }
  report_.elapsed = last_answer_ - begin_;
  return std::move(report_);
}

Clock::time_point Run::due_time(std::uint64_t number) const {
  const std::chrono::duration<double> after(static_cast<double>(number) / plan_.requests_per_second);
  return begin_ + std::chrono::duration_cast<Clock::duration>(after);
}

// How many requests the plan has.
std::uint64_t Run::planned() const {
  if (!is_open_loop()) return plan_.requests_max;
  const auto due = std::ceil(std::chrono::duration<double>(plan_.duration).count() * plan_.requests_per_second);
  return due < static_cast<double>(plan_.requests_max) ? static_cast<std::uint64_t>(due) : plan_.requests_max;
}

bool Run::may_start(Clock::time_point now) {
  if (is_over_) return false;
  // The last requests of an open loop come due right before the end and may start a little behind it.
  const auto end = plan_.duration + (is_open_loop() ? std::chrono::milliseconds(20) : std::chrono::milliseconds(0));
  const bool has_connections = busy_ > 0 || !idle_.empty();
  is_over_ = started_ >= planned() || now - begin_ >= end || report_.errors >= plan_.errors_max || !has_connections;
  if (is_over_ && is_open_loop()) report_.unsent = planned() - started_;
  return !is_over_;
}

void Run::start_what_is_due() {
  auto now = Clock::now();
  while (may_start(now) && !idle_.empty()) {
    const auto due = is_open_loop() ? due_time(started_) : now;
    if (due > now) return;
    auto* connection = idle_.back();
    idle_.pop_back();
    start_request(*connection, due);
    now = Clock::now();
  }
}

void Run::start_request(Connection& connection, Clock::time_point due) {
  request_ = "GET ";
  if (!targets_.next(request_)) {
    is_over_ = true;
    return;
  }
  request_ += " HTTP/1.1\r\n";
  request_ += plan_.fields;
  request_ += "\r\n";
  ++started_;
  ++busy_;
  connection.state = Connection::State::waiting;
  connection.due = due;
  connection.sent = Clock::now();
  connection.answer.clear();
  connection.unread.clear();
  // A request is far smaller than the socket's buffer, which is empty: there is one request at a time.
  const auto sent = send(connection.socket, request_.data(), request_.size(), MSG_NOSIGNAL);
  if (std::cmp_not_equal(sent, request_.size())) fail_request(connection);
}

void Run::connect(Connection& connection) {
  connection.socket = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(connection.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  connection.state = Connection::State::connecting;
  connection.sent = Clock::now();
  ++busy_;
  epoll_event event{.events = EPOLLOUT, .data = {.ptr = &connection}};
  const bool begun =
      connection.socket >= 0 &&
      (::connect(connection.socket, std::bit_cast<sockaddr*>(&peer_), sizeof peer_) == 0 || errno == EINPROGRESS) &&
      epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.socket, &event) == 0;
  if (!begun) {
    --busy_;
    ++report_.errors;
    close(connection);
  }
}

void Run::wait() {
  timespec patience{.tv_sec = 0, .tv_nsec = 200'000'000};
  if (is_open_loop() && !is_over_ && !idle_.empty()) {
    const auto left = std::max(due_time(started_) - Clock::now(), Clock::duration::zero());
    patience.tv_nsec = std::min<long>(patience.tv_nsec, std::chrono::nanoseconds(left).count());
  }
  if (const auto now = Clock::now(); now - looked_for_silence_ > std::chrono::milliseconds(200)) end_silent_ones(now);
  std::array<epoll_event, 256> events{};
  const int count = epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()), &patience, nullptr);
  for (int i = 0; i < count; ++i) {
    const auto& event = events[static_cast<std::size_t>(i)];
    handle(*static_cast<Connection*>(event.data.ptr), event.events);
    // Requests that came due while answers were read are not to wait for the rest of the batch.
    if (is_open_loop()) start_what_is_due();
  }
}

void Run::handle(Connection& connection, std::uint32_t events) {
  switch (connection.state) {
    case Connection::State::connecting:
      finish_connecting(connection);
      break;
    case Connection::State::waiting:
      if (events != 0) read(connection);
      break;
    case Connection::State::idle: {  // closed by the server between two requests, which is no error
      std::erase(idle_, &connection);
      close(connection);
      if (!is_over_) connect(connection);
      break;
    }
    case Connection::State::closed:
      break;
  }
}

void Run::finish_connecting(Connection& connection) {
  int trouble = 0;
  socklen_t size = sizeof trouble;
  getsockopt(connection.socket, SOL_SOCKET, SO_ERROR, &trouble, &size);
  if (trouble != 0) {
    fail_request(connection);
    return;
  }
  ++report_.connected;
  --busy_;
  epoll_event event{.events = EPOLLIN, .data = {.ptr = &connection}};
  epoll_ctl(epoll_, EPOLL_CTL_MOD, connection.socket, &event);
  make_idle(connection);
}

void Run::make_idle(Connection& connection) {
  connection.state = Connection::State::idle;
  idle_.push_back(&connection);
}

void Run::read(Connection& connection) {
  if (connection.answer.content_left() > 0) {
    if (drop_content(connection) && connection.answer.is_finished()) finish_answer(connection);
    return;
  }
  const auto got = recv(connection.socket, buffer_.data(), buffer_.size(), 0);
  if (got > 0) {
    if (take_answer(connection, {buffer_.data(), static_cast<std::size_t>(got)})) {
      if (connection.answer.content_left() > 0) drop_content(connection);
      if (connection.answer.is_finished()) finish_answer(connection);
    }
  } else if (got == 0 && connection.answer.close()) {
    finish_answer(connection);
  } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
    fail_request(connection);
  }
}

// Takes content out of the socket without copying it. False if the connection broke.
bool Run::drop_content(Connection& connection) {
  constexpr ByteCount at_once = 1_GiB;
  const auto got = recv(connection.socket, nullptr, std::min(connection.answer.content_left(), at_once), MSG_TRUNC);
  if (got > 0) {
    connection.answer.drop(static_cast<ByteCount>(got));
    return true;
  }
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return true;
  fail_request(connection);
  return false;
}

// False if what came is no HTTP, or more than the answer.
bool Run::take_answer(Connection& connection, ByteView come) {
  if (!connection.unread.empty()) {
    connection.unread += come;
    come = connection.unread;
  }
  while (!come.empty() && !connection.answer.is_finished()) {
    const auto taken = connection.answer.read(come);
    if (!taken) {
      fail_request(connection);
      return false;
    }
    if (*taken == 0) break;
    come.remove_prefix(*taken);
  }
  if (connection.answer.is_finished() && !come.empty()) {
    fail_request(connection);
    return false;
  }
  connection.unread = std::string(come);
  return true;
}

void Run::finish_answer(Connection& connection) {
  const auto& answer = connection.answer;
  last_answer_ = Clock::now();
  const auto latency = std::chrono::nanoseconds(last_answer_ - connection.due).count();
  report_.latency.record(static_cast<std::uint64_t>(latency));
  ++report_.answers[answer.status()];
  report_.content_bytes += answer.content_bytes();
  if (answer.is_hit()) {
    ++report_.hits;
    report_.hit_bytes += answer.content_bytes();
  }
  --busy_;
  if (answer.wants_close()) {
    close(connection);
    if (!is_over_) connect(connection);
    return;
  }
  make_idle(connection);
  if (!is_open_loop()) start_what_is_due();
}

void Run::fail_request(Connection& connection) {
  ++report_.errors;
  --busy_;
  close(connection);
  if (!is_over_ && report_.errors < plan_.errors_max) connect(connection);
}

void Run::close(Connection& connection) {
  if (connection.socket >= 0) ::close(connection.socket);
  connection.socket = -1;
  connection.state = Connection::State::closed;
}

void Run::end_silent_ones(Clock::time_point now) {
  looked_for_silence_ = now;
  for (auto& connection : connections_) {
    const bool expects =
        connection.state == Connection::State::waiting || connection.state == Connection::State::connecting;
    if (expects && now - connection.sent > plan_.timeout) fail_request(connection);
  }
}

}  // namespace

Result<LoadReport> run_load(const LoadPlan& plan, const HitRule& hits, Targets& targets) {
  return std::make_unique<Run>(plan, hits, targets)->run();
}

}  // namespace gust::bench
