#include "network/versioned_origin.h"

#include <fmt/format.h>

#include "base/text.h"
#include "http/range.h"
#include "rt/loop.h"
#include "rt/network.h"

namespace gust::network {
namespace {

std::size_t number_of(std::string_view path) { return std::hash<std::string_view>()(path) % 1000; }

std::string path_of(const sim::MessageText& request) {
  const std::string_view target = cut(cut(request.start_line, ' ').after, ' ').before;
  return std::string(cut(target, '?').before);
}

}  // namespace

std::string body_of(std::string_view path, int version) {
  static constexpr std::size_t sizes[] = {0, 1, 30, 1000, 5000, 64 * 1024, 100'000};
  const std::string line = fmt::format("{} version {} of these bytes;", path, version);
  const std::size_t size = sizes[number_of(path) % std::size(sizes)];
  std::string body;
  body.reserve(size + line.size());
  while (body.size() < size) body += line;
  body.resize(size);
  return body;
}

std::string tag_of(std::string_view path) { return fmt::format("t{}", number_of(path) % tag_count); }

VersionedOrigin::VersionedOrigin(rt::Loop& loop, const rt::Endpoint& at)
    : loop_(loop), listener_(*loop.network().listen(at, {})), scope_(loop) {
  scope_.spawn(accept_all());
}

VersionedOrigin::~VersionedOrigin() = default;

int VersionedOrigin::version_of(std::string_view path) const {
  const auto found = versions_.find(path);
  return found == versions_.end() ? 0 : found->second;
}

void VersionedOrigin::set_trouble(double break_chance, double error_chance) {
  break_chance_ = break_chance;
  error_chance_ = error_chance;
}

void VersionedOrigin::set_slow(double chance, Duration pause_max) {
  slow_chance_ = chance;
  pause_max_ = pause_max;
}

bool VersionedOrigin::draw(double chance) {
  return static_cast<double>(loop_.random() % 1'000'000) < chance * 1'000'000;
}

rt::Task<void> VersionedOrigin::accept_all() {
  while (true) {
    auto socket = co_await listener_->accept(never);
    if (!socket) co_return;
    if (is_dead_) continue;
    scope_.spawn(serve(std::move(*socket)));
  }
}

rt::Task<void> VersionedOrigin::serve(std::unique_ptr<rt::Socket> socket) {
  sim::MessageReader reader(*socket);
  while (true) {
    sim::MessageText request;
    if (!co_await reader.read(request, sim::BodyRule::request, never)) co_return;
    if (is_dead_) co_return;
    ++requests_;
    co_await rt::sleep_until(loop_.now() + std::chrono::microseconds(loop_.random() % 20'000));
    bool breaks_off = false;
    bool closes = false;
    std::string answer = answer_to(request, breaks_off, closes);
    if (breaks_off) answer.resize(loop_.random() % answer.size());
    if (!co_await send(*socket, std::move(answer))) co_return;
    if (breaks_off || closes) co_return;
  }
}

rt::Task<Result<void>> VersionedOrigin::send(rt::Socket& socket, std::string answer) {
  if (!answer.empty() && draw(slow_chance_)) {
    const std::size_t first = loop_.random() % answer.size();
    CO_TRY_OK(co_await sim::write_text(socket, answer.substr(0, first), never));
    const auto pause = static_cast<std::int64_t>(loop_.random() % static_cast<std::uint64_t>(pause_max_.count()));
    co_await rt::sleep_until(loop_.now() + Duration(pause));
    answer.erase(0, first);
  }
  co_return co_await sim::write_text(socket, answer, never);
}

std::string VersionedOrigin::answer_to(const sim::MessageText& request, bool& breaks_off, bool& closes) {
  const std::string path = path_of(request);
  const int version = version_of(path);
  breaks_off = draw(break_chance_);
  if (draw(error_chance_)) return "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 7\r\n\r\ntrouble";
  const std::string tag = fmt::format("\"{}\"", version);
  std::string head = fmt::format(
      "ETag: {}\r\nX-Version: {}\r\nContent-Type: text/plain\r\nCache-Tag: all, {}\r\nCache-Control: {}\r\n", tag,
      version, tag_of(path), number_of(path) % 5 == 0 ? "max-age=1" : "max-age=3600");
  if (request.find("If-None-Match") == tag) return "HTTP/1.1 304 Not Modified\r\n" + head + "\r\n";
  const std::string body = body_of(path, version);
  const bool is_head = request.start_line.starts_with("HEAD ");
  const auto range = request.find("Range");
  const bool knows_ranges = number_of(path) % 3 == 0;
  if (knows_ranges) head += "Accept-Ranges: bytes\r\n";
  if (range && knows_ranges) {
    const http::PartsChoice choice = http::choose_parts(*range, body.size(), true);
    if (choice.kind == http::PartsChoice::unsatisfiable) {
      return fmt::format("HTTP/1.1 416 Range Not Satisfiable\r\n{}Content-Range: {}\r\nContent-Length: 0\r\n\r\n", head,
                         http::content_range_of_unsatisfied(body.size()));
    }
    if (choice.parts.size() == 1) {
      const http::ByteRange part = choice.parts.front();
      return fmt::format("HTTP/1.1 206 Partial Content\r\n{}Content-Range: {}\r\nContent-Length: {}\r\n\r\n{}", head,
                         http::content_range_of(part, body.size()), part.bytes, body.substr(part.offset, part.bytes));
    }
  }
  head = "HTTP/1.1 200 OK\r\n" + head;
  switch (number_of(path) % 3) {
    case 0:
      return fmt::format("{}Content-Length: {}\r\n\r\n{}", head, body.size(), is_head ? "" : body);
    case 1:
      if (is_head) return head + "Transfer-Encoding: chunked\r\n\r\n";
      if (body.empty()) return head + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
      return fmt::format("{}Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{}\r\n0\r\n\r\n", head, body.size(), body);
    default:
      // To the end of the connection: what breaks off cannot be told from what is whole (BODY-2).
      breaks_off = false;
      closes = true;
      return head + "\r\n" + (is_head ? "" : body);
  }
}

}  // namespace gust::network
