#include "sim/origin.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/text.h"
#include "rt/loop.h"
#include "rt/network.h"

namespace gust::sim {
namespace {

bool fits(const Answer& answer, const MessageText& request) {
  const std::vector<std::string_view> words = split(request.start_line, ' ');
  if (words.size() != 3 || words[0] != answer.method) return false;
  if (!answer.target.empty() && words[1] != answer.target) return false;
  if (answer.body && *answer.body != request.body) return false;
  for (const TextField& field : answer.fields) {
    const bool has_it = std::ranges::any_of(request.fields, [&](const TextField& own) {
      return equal_fold(own.name, field.name) && own.value == field.value;
    });
    if (!has_it) return false;
  }
  const auto has = [&](const std::string& name) { return request.find(name).has_value(); };
  return std::ranges::none_of(answer.absent_fields, has) && std::ranges::all_of(answer.present_fields, has);
}

}  // namespace

std::string reply_text(int status, const std::vector<TextField>& fields, std::string_view body) {
  std::string text = fmt::format("HTTP/1.1 {} Scripted\r\n", status);
  for (const auto& [name, value] : fields) text += fmt::format("{}: {}\r\n", name, value);
  const bool is_without_body = status == 204 || status == 304;
  if (!is_without_body) text += fmt::format("Content-Length: {}\r\n", body.size());
  text += "\r\n";
  if (!is_without_body) text += body;
  return text;
}

Origin::Origin(rt::Loop& loop, const rt::Endpoint& at) : loop_(loop), scope_(loop) {
  auto listener = loop.network().listen(at, {});
  CHECK(listener);
  listener_ = std::move(*listener);
  scope_.spawn(accept_all());
}

Origin::~Origin() = default;

rt::Endpoint Origin::at() const { return listener_->local(); }

rt::Task<void> Origin::end() {
  stop();
  co_await scope_.join();
}

void Origin::add(Answer answer) { steps_.push_back(std::make_unique<Step>(Step{.answer = std::move(answer)})); }

std::uint64_t Origin::request_count_of(std::string_view target) const {
  return static_cast<std::uint64_t>(std::ranges::count_if(requests_, [&](const MessageText& request) {
    const std::vector<std::string_view> words = split(request.start_line, ' ');
    return words.size() == 3 && words[1] == target;
  }));
}

std::vector<std::string> Origin::complaints() const {
  std::vector<std::string> all = strange_;
  for (const auto& step : steps_) {
    if (step->used > 0 || step->answer.is_repeated) continue;
    all.push_back(fmt::format("was not asked for {} {}", step->answer.method, step->answer.target));
  }
  return all;
}

rt::Task<void> Origin::accept_all() {
  while (auto socket = co_await listener_->accept(never)) {
    ++connections_;
    scope_.spawn(serve(std::move(*socket)));
  }
}

Answer Origin::answer_for(const MessageText& request) {
  requests_.push_back(request);
  for (const auto& step : steps_) {
    if ((step->used > 0 && !step->answer.is_repeated) || !fits(step->answer, request)) continue;
    ++step->used;
    return step->answer;
  }
  strange_.push_back("no answer fits: " + request.start_line);
  return {.reply = reply_text(500, {}, "the script has no answer to this"), .then = Answer::Then::close};
}

rt::Task<void> Origin::serve(std::unique_ptr<rt::Socket> socket) {
  MessageReader reader(*socket);
  while (true) {
    MessageText request;
    const Result<void> read = co_await reader.read(request, BodyRule::request, never);
    if (!read && read.error().code == Errc::bad_syntax) {
      strange_.push_back(fmt::format("malformed request: {} ({})", request.start_line, read.error().text));
    }
    if (!read) co_return;
    if (!co_await answer_with(*socket, answer_for(request))) co_return;
    if (equal_fold(request.find("Connection").value_or(""), "close")) co_return;
  }
}

// Gives whether the connection goes on.
rt::Task<bool> Origin::answer_with(rt::Socket& socket, Answer answer) {
  if (answer.wait > Duration{0} && !co_await rt::sleep_until(loop_.now() + answer.wait)) co_return false;
  if (answer.trickle > Duration{0}) {
    constexpr std::size_t piece = 1024;
    for (std::size_t at = 0; at < answer.reply.size(); at += piece) {
      if (!co_await write_text(socket, std::string_view(answer.reply).substr(at, piece), never)) co_return false;
      if (!co_await rt::sleep_until(loop_.now() + answer.trickle)) co_return false;
    }
    answer.reply.clear();
  }
  const std::size_t half = answer.pause > Duration{0} ? answer.reply.size() / 2 : answer.reply.size();
  if (!co_await write_text(socket, std::string_view(answer.reply).substr(0, half), never)) co_return false;
  if (answer.pause > Duration{0}) {
    if (!co_await rt::sleep_until(loop_.now() + answer.pause)) co_return false;
    if (!co_await write_text(socket, std::string_view(answer.reply).substr(half), never)) co_return false;
  }
  switch (answer.then) {
    case Answer::Then::keep_open:
      co_return true;
    case Answer::Then::close:
      co_return false;
    case Answer::Then::reset:
      socket.reset();
      co_return false;
    case Answer::Then::stall:
      co_await rt::sleep_until(never);
      co_return false;
  }
  co_return false;
}

}  // namespace gust::sim
