#include <array>

#include "http/connection_test_internal.h"

namespace gust::http {
namespace {

rt::Task<void> connect_to(rt::Loop& loop, rt::Endpoint to, std::unique_ptr<rt::Socket>& made) {
  auto socket = co_await loop.network().connect(to, never);
  if (socket) made = std::move(*socket);
}

rt::Task<void> accept_from(rt::Listener& listener, std::unique_ptr<rt::Socket>& made) {
  auto socket = co_await listener.accept(never);
  if (socket) made = std::move(*socket);
}

}  // namespace

std::pair<std::unique_ptr<rt::Socket>, std::unique_ptr<rt::Socket>> TwoEnds::connect() {
  std::pair<std::unique_ptr<rt::Socket>, std::unique_ptr<rt::Socket>> ends;
  auto listener = std::move(*far.network().listen(*rt::read_address("10.0.0.2", 80), {}));
  world.run(near, connect_to(near, listener->local(), ends.first));
  world.run(far, accept_from(*listener, ends.second));
  return ends;
}

rt::Task<void> say(RawPeer& peer, std::vector<std::string> pieces, Duration pause) {
  rt::Loop& loop = co_await rt::this_loop();
  for (const std::string& piece : pieces) {
    for (std::size_t said = 0; said < piece.size();) {
      const std::array<ByteView, 1> bytes{ByteView(piece).substr(said)};
      const auto taken = co_await peer.socket->write(bytes, never);
      if (!taken) co_return;
      said += *taken;
    }
    if (pause > Duration{}) (void)co_await rt::sleep_until(loop.now() + pause);
  }
}

rt::Task<void> hear(RawPeer& peer, Instant until) {
  std::array<char, 10'000> buffer;
  while (peer.end == Errc::bug) {
    const auto got = co_await peer.socket->read(buffer, until);
    if (!got && got.error().code != Errc::reset) co_return;
    if (!got || *got == 0) {
      peer.end = got ? Errc::closed : Errc::reset;
    } else {
      peer.heard.append(buffer.data(), *got);
    }
  }
}

rt::Task<void> hear_text(RawPeer& peer, std::string text) {
  std::array<char, 10'000> buffer;
  while (peer.end == Errc::bug && peer.heard.find(text) == std::string::npos) {
    const auto got = co_await peer.socket->read(buffer, never);
    if (!got || *got == 0) {
      peer.end = got ? Errc::closed : got.error().code;
    } else {
      peer.heard.append(buffer.data(), *got);
    }
  }
}

rt::Task<void> TestHandler::handle(Exchange& exchange) {
  targets.emplace_back(exchange.request().target);
  co_await function_(*this, exchange);
  facts = exchange.facts();
}

void TestHandler::refused(const Refusal& refusal, ResponseHead& answer, std::string& content) {
  refusals.push_back(refusal.error.code);
  answer.fields.add("X-Refused", name_of(refusal.error.code));
  content = "refused\n";
}

rt::Task<void> answer_target(TestHandler&, Exchange& exchange) {
  ResponseHead head;
  (void)co_await exchange.respond_text(head, exchange.request().target);
}

rt::Task<Errc> read_all(BodyReader& body, std::string& text) {
  for (;;) {
    const auto piece = co_await body.read(never);
    if (!piece) co_return piece.error().code;
    if (piece->empty()) co_return Errc::bug;
    text += piece->view();
  }
}

rt::Task<void> echo(TestHandler& handler, Exchange& exchange) {
  std::string text;
  const Errc failure = co_await read_all(exchange.body(), text);
  handler.bodies.push_back(text);
  handler.errors.push_back(failure);
  if (failure != Errc::bug) {
    exchange.abort();
    co_return;
  }
  ResponseHead head;
  (void)co_await exchange.respond_text(head, text);
}

std::size_t times(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

}  // namespace gust::http
