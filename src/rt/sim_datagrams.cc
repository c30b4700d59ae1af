#include <algorithm>
#include <utility>

#include "rt/sim_datagrams_internal.h"

namespace gust::rt::sim {
namespace {

constexpr Duration full_most = std::chrono::microseconds{100};

// Whom of several that share a port a peer comes to: always the same, as kernels do it by a hash of the addresses.
SimDatagrams* choose(const Host& host, const Endpoint& from, const Endpoint& to) {
  std::vector<SimDatagrams*> takers;
  for (SimDatagrams* socket : host.datagrams) {
    if (socket->takes(to)) takers.push_back(socket);
  }
  if (takers.empty()) return nullptr;
  std::size_t sum = from.port;
  for (const std::uint8_t byte : from.address) sum = sum * 31 + byte;
  return takers[sum % takers.size()];
}

void arrive(Engine& engine, Host& host, const std::string& bytes, const Endpoint& from, const Endpoint& to, Ecn ecn) {
  SimDatagrams* const socket = host.is_down ? nullptr : choose(host, from, to);
  engine.trace().record(engine.now(), host.name, socket ? "received a datagram" : "dropped a datagram to port",
                        socket ? bytes.size() : to.port, from.port);
  if (socket) socket->enter(bytes, from, to, ecn);
}

}  // namespace

SimDatagrams::SimDatagrams(SimLoop& loop, const Endpoint& at, const DatagramOptions& options)
    : loop_(loop), at_(at), options_(options) {
  loop_.host().datagrams.push_back(this);
  ++loop_.host().sockets;
}

SimDatagrams::~SimDatagrams() {
  std::erase(loop_.host().datagrams, this);
  --loop_.host().sockets;
}

bool SimDatagrams::overlaps(const Endpoint& at) const { return overlap(at_, at); }

bool SimDatagrams::takes(const Endpoint& to) const { return outside_ ? *outside_ == to : overlap(at_, to); }

void SimDatagrams::enter(ByteView bytes, const Endpoint& from, const Endpoint& to, Ecn ecn) {
  if (is_dead_ || inbox_.size() >= inbox_max) return;
  inbox_.push_back({std::string(bytes), from, outside_ ? inside_ : to, ecn});
  come_.notify_all();
}

void SimDatagrams::rebind(const Endpoint& outside) {
  if (!outside_) inside_ = source_for({.to = outside}).value_or(at_);
  outside_ = outside;
}

void SimDatagrams::die() {
  is_dead_ = true;
  inbox_.clear();
}

Task<Result<std::span<const Datagram>>> SimDatagrams::receive(Instant deadline) {
  while (inbox_.empty()) CO_TRY_OK(co_await come_.wait(deadline));
  const std::size_t count = std::min(inbox_.size(), receive_max);
  taken_.assign(std::move_iterator(inbox_.begin()),
                std::move_iterator(inbox_.begin() + static_cast<std::ptrdiff_t>(count)));
  inbox_.erase(inbox_.begin(), inbox_.begin() + static_cast<std::ptrdiff_t>(count));
  received_.clear();
  for (const Arrived& one : taken_) received_.push_back({one.bytes, one.from, one.to, one.ecn});
  co_return std::span<const Datagram>(received_);
}

std::optional<Endpoint> SimDatagrams::source_for(const DatagramBatch& batch) const {
  std::optional<Endpoint> source;
  if (!is_any(batch.from)) {
    source = batch.from;
  } else if (!is_any(at_)) {
    source = at_;
  } else if (is_loopback(batch.to)) {
    source = batch.to;
  } else {
    for (const Endpoint& own : loop_.host().addresses) {
      if (!source && own.is_v6 == batch.to.is_v6) source = own;
    }
  }
  if (source) source->port = at_.port;
  return source;
}

Result<bool> SimDatagrams::try_send(const DatagramBatch& batch) {
  Engine& engine = loop_.engine();
  Host* const to_host = engine.find_host(loop_.host(), batch.to);
  const std::optional<Endpoint> from = outside_ ? outside_ : source_for(batch);
  if (!from || batch.to.is_v6 != at_.is_v6) return fail(Errc::unreachable, "host or network unreachable");
  if (is_dead_ || loop_.host().is_down || !to_host) return true;  // lost
  if (engine.chance().happens(engine.options().late_chance)) {
    room_->is_full = true;
    engine.schedule(engine.chance().between(Duration{0}, full_most), [room = room_] {
      room->is_full = false;
      room->changed.notify_all();
    });
    return false;
  }
  for (std::size_t at = 0; at < batch.bytes.size(); at += batch.segment_bytes) {
    send(std::string(batch.bytes.substr(at, batch.segment_bytes)), *from, batch, *to_host);
  }
  return true;
}

void SimDatagrams::send(std::string bytes, const Endpoint& from, const DatagramBatch& batch, Host& to_host) {
  Engine& engine = loop_.engine();
  const double twice_chance = engine.link(loop_.host(), to_host).options.twice_chance;
  const bool is_twice = twice_chance > 0 && engine.chance().happens(twice_chance);
  const std::size_t size = bytes.size();
  const auto go = [&](std::string its_bytes) {
    engine.send_datagram(loop_.host(), to_host, size,
                         [&engine, &to_host, its_bytes = std::move(its_bytes), from, to = batch.to, ecn = batch.ecn] {
                           arrive(engine, to_host, its_bytes, from, to, ecn);
                         });
  };
  if (is_twice) go(bytes);
  go(std::move(bytes));
}

Task<Result<void>> SimDatagrams::writable(Instant deadline) {
  while (room_->is_full) CO_TRY_OK(co_await room_->changed.wait(deadline));
  co_return Result<void>{};
}

}  // namespace gust::rt::sim
