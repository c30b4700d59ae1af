#include "sim/relay.h"

#include <array>

#include "base/check.h"
#include "rt/loop.h"
#include "rt/network.h"
#include "sim/message_text.h"

namespace gust::sim {
namespace {

rt::Task<void> carry_one_way(rt::Socket& from, rt::Socket& to) {
  std::array<char, 16'384> buffer;
  while (true) {
    const Result<std::size_t> got = co_await from.read(buffer, never);
    if (!got) break;
    if (*got == 0) {
      to.finish_writing();
      co_return;
    }
    if (!co_await write_text(to, std::string_view(buffer.data(), *got), never)) break;
  }
  from.reset();
  to.reset();
}

}  // namespace

Relay::Relay(rt::Loop& loop, const rt::Endpoint& at, const rt::Endpoint& upstream)
    : loop_(loop), upstream_(upstream), scope_(loop) {
  auto listener = loop.network().listen(at, {});
  CHECK(listener);
  listener_ = std::move(*listener);
  scope_.spawn(accept_all());
}

Relay::~Relay() = default;

rt::Task<void> Relay::end() {
  stop();
  co_await scope_.join();
}

rt::Task<void> Relay::accept_all() {
  while (auto socket = co_await listener_->accept(never)) {
    ++connections_;
    scope_.spawn(carry(std::move(*socket)));
  }
}

rt::Task<void> Relay::carry(std::unique_ptr<rt::Socket> viewer) {
  auto origin = co_await loop_.network().connect(upstream_, never);
  if (!origin) {
    viewer->reset();
    co_return;
  }
  rt::Scope ways(co_await rt::context());
  ways.spawn(carry_one_way(*viewer, **origin));
  ways.spawn(carry_one_way(**origin, *viewer));
  co_await ways.join();
}

}  // namespace gust::sim
