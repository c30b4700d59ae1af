// ScriptedOrigin: a host of the simulated world that does to each request what a test says, byte for byte.
#pragma once

#include <array>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "rt/loop.h"
#include "rt/network.h"
#include "rt/scope.h"
#include "rt/signal.h"

namespace gust::origin {

// What becomes of one request, or of a connection before its first.
struct Step {
  enum Act : std::uint8_t { reply, stall, close, reset };
  Act act = reply;
  std::string text;  // written first
  Duration wait{};   // before anything else
  Duration gap{};    // behind each byte of the text
};
using Script = std::vector<Step>;  // of one connection; closed in order behind the last step

class ScriptedOrigin {
 public:
  // Serves connection after connection by `scripts`, the last one again and again.
  ScriptedOrigin(rt::Loop& loop, std::string_view address, std::vector<Script> scripts)
      : loop_(loop),
        scripts_(std::move(scripts)),
        listener_(std::move(*loop.network().listen(*rt::read_address(address, 80), {}))),
        scope_(loop) {
    scope_.spawn(accept_all());
  }
  rt::Task<void> stop() {
    scope_.cancel();
    co_await scope_.join();
    listener_.reset();
  }

  std::vector<std::string> requests;  // heads and bodies as they came
  std::size_t connections = 0;

 private:
  rt::Task<void> accept_all() {
    while (true) {
      auto socket = co_await listener_->accept(never);
      if (!socket) co_return;
      const std::size_t script = std::min(connections++, scripts_.size() - 1);
      scope_.spawn(serve(std::move(*socket), scripts_[script]));
    }
  }

  rt::Task<void> serve(std::unique_ptr<rt::Socket> socket, Script script) {
    std::string input;
    for (const Step& step : script) {
      if (!co_await read_request(*socket, input)) co_return;
      if (step.wait > Duration::zero()) co_await rt::sleep_until(loop_.now() + step.wait);
      const std::size_t piece = step.gap > Duration::zero() ? 1 : std::max<std::size_t>(step.text.size(), 1);
      for (std::size_t at = 0; at < step.text.size(); at += piece) {
        co_await write(*socket, std::string_view(step.text).substr(at, piece));
        if (step.gap > Duration::zero() && !co_await rt::sleep_until(loop_.now() + step.gap)) co_return;
      }
      if (step.act == Step::close) co_return;
      if (step.act == Step::reset) co_return socket->reset();
      if (step.act == Step::stall) co_await rt::sleep_until(loop_.now() + std::chrono::hours(1));
    }
  }

  // One request with its body from `input` and the socket.
  rt::Task<bool> read_request(rt::Socket& socket, std::string& input) {
    std::size_t size = 0;
    while ((size = request_size(input)) == 0) {
      std::array<char, 4096> buffer;
      const auto got = co_await socket.read(buffer, never);
      if (!got || *got == 0) co_return false;
      input.append(buffer.data(), *got);
    }
    requests.push_back(input.substr(0, size));
    input.erase(0, size);
    co_return true;
  }
  static std::size_t request_size(std::string_view input) {
    const std::size_t head = input.find("\r\n\r\n");
    if (head == input.npos) return 0;
    const std::size_t length = input.find("Content-Length: ");
    std::size_t size = head + 4;
    if (length < head) size += static_cast<std::size_t>(std::stoul(std::string(input.substr(length + 16, 9))));
    if (input.find("Transfer-Encoding") < head) {
      const std::size_t end = input.find("0\r\n\r\n", head);
      if (end == input.npos) return 0;
      size = end + 5;
    }
    return input.size() >= size ? size : 0;
  }
  rt::Task<void> write(rt::Socket& socket, std::string_view text) {
    while (!text.empty()) {
      const std::array<ByteView, 1> pieces{text};
      const auto written = co_await socket.write(pieces, never);
      if (!written) co_return;
      text.remove_prefix(*written);
    }
  }

  rt::Loop& loop_;
  std::vector<Script> scripts_;
  std::unique_ptr<rt::Listener> listener_;
  rt::Scope scope_;
};

inline Step replies(std::string_view body, std::string_view fields = "") {
  return {.act = Step::reply,
          .text = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + std::string(fields) +
                  "\r\n" + std::string(body),
          .wait = {},
          .gap = {}};
}
inline Step says(std::string text, Step::Act then = Step::reply) {
  return {.act = then, .text = std::move(text), .wait = {}, .gap = {}};
}

}  // namespace gust::origin
