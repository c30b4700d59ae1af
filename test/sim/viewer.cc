#include "sim/viewer.h"

#include <fmt/format.h>

#include "base/text.h"
#include "rt/loop.h"
#include "rt/network.h"

namespace gust::sim {
namespace {

// 0 for anything but `HTTP/1.1 ddd reason`.
int status_of(std::string_view start_line) {
  if (!start_line.starts_with("HTTP/1.1 ") || start_line.size() < 13 || start_line[12] != ' ') return 0;
  return static_cast<int>(parse_decimal<unsigned>(start_line.substr(9, 3)).value_or(0));
}

}  // namespace

std::string get_text(std::string_view target, std::string_view host, const std::vector<TextField>& fields) {
  std::string text = fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\n", target, host);
  for (const auto& [name, value] : fields) text += fmt::format("{}: {}\r\n", name, value);
  return text + "\r\n";
}

Viewer::Viewer(rt::Loop& loop, const rt::Endpoint& to) : loop_(loop), to_(to) {}
Viewer::~Viewer() = default;

void Viewer::close() {
  reader_.reset();
  socket_.reset();
}

void Viewer::reset() {
  if (socket_) socket_->reset();
  close();
}

rt::Task<Result<void>> Viewer::send(std::string bytes, Duration patience) {
  const Instant deadline = loop_.now() + patience;
  if (!socket_) {
    CO_TRY(socket_, co_await loop_.network().connect(to_, deadline));
    reader_ = std::make_unique<MessageReader>(*socket_);
  }
  co_return co_await write_text(*socket_, bytes, deadline);
}

rt::Task<Reply> Viewer::read(BodyRule rule, Duration patience) {
  Reply reply;
  const Instant deadline = loop_.now() + patience;
  if (!socket_) {
    reply.failure = Errc::closed;
    co_return reply;
  }
  while (true) {
    reply.message = {};
    const Result<void> read = co_await reader_->read(reply.message, rule, deadline);
    reply.status = status_of(reply.message.start_line);
    if (!read) reply.failure = read.error().code;
    if (read && reply.status == 0) reply.failure = Errc::bad_syntax;
    const bool is_interim = !reply.failure && reply.status < 200 && reply.status != 101;
    if (!is_interim) break;
    ++reply.interim_count;
    reply.interim = std::move(reply.message);
  }
  const bool is_framed = rule == BodyRule::none || reply.message.was_chunked || reply.message.find("Content-Length") ||
                         reply.status == 204 || reply.status == 304;
  const bool closes = equal_fold(reply.message.find("Connection").value_or(""), "close");
  if (reply.failure || !is_framed || closes) close();
  co_return reply;
}

rt::Task<Reply> Viewer::ask(std::string request, Duration patience) {
  const BodyRule rule = request.starts_with("HEAD ") ? BodyRule::none : BodyRule::reply;
  const Result<void> sent = co_await send(std::move(request), patience);
  // A server may answer before it has read all; then its reply counts and not the broken write.
  if (!sent && !socket_) {
    Reply reply;
    reply.failure = sent.error().code;
    co_return reply;
  }
  co_return co_await read(rule, patience);
}

}  // namespace gust::sim
