#include <algorithm>

#include "base/check.h"
#include "rt/sim_network_internal.h"

namespace gust::rt::sim {
namespace {

constexpr std::size_t small_piece_bytes_max = 16;
constexpr Duration lateness_most = std::chrono::microseconds{100};

}  // namespace

Connection::Connection(Engine& owner, Host& client, const Endpoint& from, Host& server, const Endpoint& to)
    : engine(owner), id(owner.next_connection()), window(owner.link(client, server).options.window) {
  ends[0].host = &client;
  ends[0].local = from;
  ends[1].host = &server;
  ends[1].local = to;
  engine.connections().emplace(id, this);
}

Connection::~Connection() { engine.connections().erase(id); }

void Connection::note(std::size_t side, std::string_view what, std::uint64_t bytes) {
  engine.trace().record(engine.now(), ends[side].host->name, what, id, bytes);
}

std::size_t Connection::draw_size(std::size_t available) {
  Chance& chance = engine.chance();
  if (chance.happens(engine.options().small_piece_chance)) {
    return 1 + static_cast<std::size_t>(chance.below(std::min(available, small_piece_bytes_max)));
  }
  if (chance.happens(engine.options().short_piece_chance)) return 1 + static_cast<std::size_t>(chance.below(available));
  return available;
}

bool Connection::read(std::size_t side, ReadOperation& operation) {
  End& end = ends[side];
  if (end.is_dead) return false;
  if (operation.into().empty()) {
    operation.set_outcome(std::size_t{0});
    return end.has_unread() || end.is_broken || end.peer_finished;
  }
  if (end.has_unread()) {
    const std::size_t size = draw_size(std::min(end.inbox.size() - end.inbox_read, operation.into().size()));
    end.inbox.copy(operation.into().data(), size, end.inbox_read);
    end.inbox_read += size;
    if (!end.has_unread()) {
      end.inbox.clear();
      end.inbox_read = 0;
    }
    engine.send(*end.host, *ends[1 - side].host, [self = shared_from_this(), side, size] {
      self->ends[1 - side].unread -= size;
      self->wake(1 - side);
    });
    note(side, "read", size);
    operation.set_outcome(size);
    return true;
  }
  if (end.is_broken) {
    operation.set_outcome(fail(Errc::reset, "connection reset by the peer"));
    return true;
  }
  if (!end.peer_finished) return false;
  operation.set_outcome(std::size_t{0});
  return true;
}

bool Connection::write(std::size_t side, WriteOperation& operation) {
  End& end = ends[side];
  if (end.is_dead) return false;
  if (end.is_broken || end.has_finished) {
    operation.set_outcome(fail(Errc::reset, "connection reset by the peer"));
    return true;
  }
  std::size_t available = 0;
  for (const ByteView& piece : operation.pieces()) available += piece.size();
  if (available == 0) {
    operation.set_outcome(std::size_t{0});
    return true;
  }
  if (end.unread >= window) return false;
  std::size_t size = draw_size(std::min(available, static_cast<std::size_t>(window - end.unread)));
  operation.set_outcome(size);
  Segment segment;
  segment.bytes.reserve(size);
  for (const ByteView& piece : operation.pieces()) {
    segment.bytes += piece.substr(0, size - segment.bytes.size());
    if (segment.bytes.size() == size) break;
  }
  end.unread += size;
  note(side, "wrote", size);
  send(side, std::move(segment));
  return true;
}

void Connection::send(std::size_t side, Segment segment) {
  ends[side].under_way.push_back(std::move(segment));
  engine.send(*ends[side].host, *ends[1 - side].host, [self = shared_from_this(), side] { self->arrive(1 - side); });
}

void Connection::arrive(std::size_t side) {
  End& end = ends[side];
  std::deque<Segment>& queue = ends[1 - side].under_way;
  if (queue.empty()) return;  // thrown away by a reset meanwhile
  const Segment segment = std::move(queue.front());
  queue.pop_front();
  if (end.is_dead || end.is_broken) return;
  const double reset_chance = engine.link(*end.host, *ends[1 - side].host).options.reset_chance;
  if (reset_chance > 0 && engine.chance().happens(reset_chance)) return cut_off();

  switch (segment.kind) {
    case Segment::Kind::bytes:
      // A program that has closed is told nothing any more; its kernel answers with a reset.
      if (end.is_closed) return reset(side);
      end.inbox += segment.bytes;
      note(side, "arrived", segment.bytes.size());
      break;
    case Segment::Kind::finish:
      end.peer_finished = true;
      note(side, "peer finished");
      break;
    case Segment::Kind::reset:
      note(side, "peer reset");
      return break_end(side);
  }
  wake(side);
}

void Connection::break_end(std::size_t side) {
  End& end = ends[side];
  end.is_broken = true;
  end.under_way.clear();
  // What had arrived may still be read, or may be lost with the connection: kernels differ.
  if (engine.chance().happens(0.5)) {
    end.inbox.clear();
    end.inbox_read = 0;
  }
  wake(side);
}

void Connection::wake(std::size_t side) {
  End& end = ends[side];
  if (end.reader && read(side, *end.reader)) std::exchange(end.reader, nullptr)->end();
  if (end.writer && write(side, *end.writer)) std::exchange(end.writer, nullptr)->end();
}

void Connection::finish(std::size_t side) {
  End& end = ends[side];
  if (end.is_dead || end.is_broken || end.has_finished) return;
  end.has_finished = true;
  note(side, "finished writing");
  send(side, {.kind = Segment::Kind::finish, .bytes = {}});
}

void Connection::reset(std::size_t side) {
  End& end = ends[side];
  if (end.is_dead || end.is_broken) return;
  note(side, "reset");
  end.inbox.clear();
  end.inbox_read = 0;
  break_end(side);
  send(side, {.kind = Segment::Kind::reset, .bytes = {}});
}

void Connection::close(std::size_t side) {
  End& end = ends[side];
  end.socket = nullptr;
  end.is_closed = true;
  // RFC 9293 section 3.10.4 and RFC 2525 section 2.17: bytes that arrived and were not read make a close a reset.
  if (end.has_unread()) {
    reset(side);
  } else {
    finish(side);
  }
}

void Connection::die(std::size_t side) {
  End& end = ends[side];
  if (end.is_dead) return;
  if (!end.is_broken && !end.is_closed) {
    end.under_way.clear();
    send(side, {.kind = Segment::Kind::reset, .bytes = {}});
  }
  end.is_dead = true;
}

void Connection::cut_off() {
  note(0, "cut off on the way");
  for (const std::size_t side : {0U, 1U}) {
    if (!ends[side].is_broken && !ends[side].is_dead) break_end(side);
  }
}

SimSocket::SimSocket(ConnectionRef connection, std::size_t side) : connection_(std::move(connection)), side_(side) {
  end().socket = this;
  ++end().host->sockets;
}

SimSocket::~SimSocket() {
  CHECK(!end().reader && !end().writer);
  --end().host->sockets;
  connection_->close(side_);
}

// Now and then what could be done at once is done a moment later, so that callers meet both ways.
bool SimSocket::is_late() {
  Engine& engine = connection_->engine;
  if (!engine.chance().happens(engine.options().late_chance)) return false;
  engine.schedule(engine.chance().between(Duration{0}, lateness_most),
                  [connection = connection_, side = side_] { connection->wake(side); });
  return true;
}

bool SimSocket::try_read(ReadOperation& operation) { return !is_late() && connection_->read(side_, operation); }
bool SimSocket::try_write(WriteOperation& operation) { return !is_late() && connection_->write(side_, operation); }

void SimSocket::park_read(ReadOperation& operation) {
  CHECK(!end().reader);
  end().reader = &operation;
}
void SimSocket::park_write(WriteOperation& operation) {
  CHECK(!end().writer);
  end().writer = &operation;
}
void SimSocket::withdraw_read(ReadOperation& operation, Errc why) {
  CHECK(end().reader == &operation);
  end().reader = nullptr;
  operation.end_with(fail(why, "the read was given up"));
}
void SimSocket::withdraw_write(WriteOperation& operation, Errc why) {
  CHECK(end().writer == &operation);
  end().writer = nullptr;
  operation.end_with(fail(why, "the write was given up"));
}

}  // namespace gust::rt::sim
