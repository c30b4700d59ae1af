#include "http/http2_connection.h"

#include <algorithm>
#include <optional>

#include "base/memory_pool.h"
#include "http/http2_session_internal.h"
#include "net/stream.h"
#include "rt/loop.h"

namespace gust::http {
namespace {

constexpr std::size_t read_bytes = 16 * 1024;
// A viewer that never stops sending lets others have their turn after so many reads.
constexpr int reads_a_turn = 16;

// Memory to read into, for as long as it takes to look at it.
class ReadRoom {
 public:
  ReadRoom() : memory_(static_cast<char*>(take_memory(read_bytes))) {}
  ~ReadRoom() { give_memory(memory_, read_bytes); }
  ReadRoom(const ReadRoom&) = delete;
  ReadRoom& operator=(const ReadRoom&) = delete;
  MutableBytes bytes() { return {memory_, read_bytes}; }

 private:
  char* memory_;
};

}  // namespace

struct Http2Connection::State {
  std::unique_ptr<net::Stream> stream;
  Scheme scheme;
  Handler& handler;
  const ServerLimits& limits;
  std::string begun;
  std::optional<Http2Session> session;
  bool is_drained = false;  // or over
  Instant began{};

  enum class Came : std::uint8_t { bytes, nothing, end };

  rt::Task<void> serve();
  rt::Task<void> read_all(const rt::Context& here);
  Came read_some();
  Instant patience(Instant now) const;
  void judge_time(Instant now);
  rt::Task<void> linger(rt::Loop& loop);
};

rt::Task<void> Http2Connection::State::serve() {
  const rt::Context here = co_await rt::context();
  began = here.loop->now();
  session.emplace(*stream, scheme, handler, limits, here);
  if (session->begin()) {
    if (is_drained) session->drain();
    if (!begun.empty()) session->receive(std::exchange(begun, {}));
    co_await read_all(here);
    co_await session->wait_written();
    if (!session->is_broken()) co_await linger(*here.loop);
  }
  stream->reset();
  co_await session->join();
  session.reset();
  is_drained = true;
}

rt::Task<void> Http2Connection::State::read_all(const rt::Context& here) {
  int reads = 0;
  while (!session->is_over()) {
    rt::CancelSource look_again(here.cancel);
    session->set_reader(&look_again);
    const bool has_turn = ++reads % reads_a_turn != 0;
    const auto waited =
        has_turn ? co_await stream->readable(patience(here.loop->now()), &look_again) : Result<std::size_t>(0);
    if (!has_turn) (void)co_await rt::sleep_until(here.loop->now());
    session->set_reader(nullptr);
    if (here.cancel != nullptr && here.cancel->is_cancelled()) {
      session->break_off({Errc::cancelled, Side::own, Retry::never, "the connection was cancelled"});
    } else if (waited) {
      if (read_some() == Came::end) session->break_off({Errc::reset, Side::viewer, Retry::never, "the viewer left"});
    } else if (waited.error().code != Errc::timed_out && waited.error().code != Errc::cancelled) {
      session->break_off(waited.error());
    }
    judge_time(here.loop->now());
  }
}

Http2Connection::State::Came Http2Connection::State::read_some() {
  ReadRoom room;
  const auto got = stream->try_read(room.bytes());
  if (!got) {
    if (!session->has_exchanges()) session->release();
    return Came::nothing;
  }
  if (!*got || **got == 0) return Came::end;
  session->receive({room.bytes().data(), **got});
  return Came::bytes;
}

// Until when nothing needs to come.
Instant Http2Connection::State::patience(Instant now) const {
  Instant until = now + limits.idle_time_max;
  if (session->exchanges_begun() == 0 && !session->has_exchanges()) until = began + limits.head_time_max;
  if (session->exchanges_begun() > 0 && !session->has_exchanges()) until = session->idle_since() + limits.idle_time_max;
  if (const auto head = session->head_began()) until = std::min(until, *head + limits.head_time_max);
  if (const auto grace = session->grace_ends()) until = std::min(until, *grace);
  return until;
}

void Http2Connection::State::judge_time(Instant now) {
  if (session->is_over()) return;
  if (const auto grace = session->grace_ends(); grace && now >= *grace) session->end_grace();
  if (const auto head = session->head_began(); head && now >= *head + limits.head_time_max) {
    return session->end_with_calm();
  }
  if (!session->has_exchanges() && (session->is_draining() || now >= patience(now))) session->end_in_order();
}

// Bytes of the viewer that no one has read turn a close into a reset, which may destroy the last answers.
rt::Task<void> Http2Connection::State::linger(rt::Loop& loop) {
  stream->finish_writing();
  ReadRoom room;
  const Instant until = loop.now() + limits.linger_time_max;
  for (ByteCount dropped = 0; dropped < limits.linger_bytes_max;) {
    const auto got = co_await stream->read(room.bytes(), until);
    if (!got || *got == 0) co_return;
    dropped += *got;
  }
}

Http2Connection::Http2Connection(std::unique_ptr<net::Stream> stream, Scheme scheme, Handler& handler,
                                 const ServerLimits& limits, std::string begun)
    : state_(std::make_unique<State>(std::move(stream), scheme, handler, limits, std::move(begun))) {}

Http2Connection::~Http2Connection() = default;

rt::Task<void> Http2Connection::serve() { return state_->serve(); }

void Http2Connection::drain() {
  if (state_->session) {
    state_->session->drain();
  } else {
    state_->is_drained = true;
  }
}

bool Http2Connection::is_idle() const {
  return state_->session ? !state_->session->has_exchanges() && !state_->session->is_draining() : !state_->is_drained;
}

Instant Http2Connection::idle_since() const { return state_->session ? state_->session->idle_since() : state_->began; }

ByteCount Http2Connection::memory_held() const { return state_->session ? state_->session->memory_held() : 0; }

}  // namespace gust::http
