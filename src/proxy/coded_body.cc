#include "proxy/coded_body.h"

#include "rt/blocking.h"

namespace gust::proxy {

using Then = http::Encoder::Then;

CodedBody::CodedBody(const rt::Context& context, origin::Fetched& fetched, http::Encoder encoder)
    : fetched_(fetched), encoder_(std::move(encoder)), reading_(context) {
  reading_.spawn(read_ahead());
}

rt::Task<void> CodedBody::end() {
  reading_.cancel();
  co_await reading_.join();
}

rt::Task<void> CodedBody::read_ahead() {
  while (true) {
    auto piece = co_await fetched_.read();
    const bool is_last = !piece || piece->empty();
    next_.emplace(std::move(piece));
    came_.notify_all();
    if (is_last) co_return;
    while (next_) {
      if (!co_await taken_.wait(never)) co_return;
    }
  }
}

rt::Task<Result<Slice>> CodedBody::encode(ByteView bytes, Then then) {
  rt::Loop& loop = co_await rt::this_loop();
  const auto coded = co_await rt::blocking(loop, [this, bytes, then] { return encoder_.encode(bytes, then); });
  if (!coded) co_return std::unexpected(coded.error());
  co_return Slice::borrowed(*coded);
}

rt::Task<Result<Slice>> CodedBody::read() {
  rt::Loop& loop = co_await rt::this_loop();
  while (!is_finished_) {
    while (!next_) {
      const auto came = co_await came_.wait(held_since_ ? *held_since_ + flush_after : never);
      if (came || next_) continue;
      if (came.error().code != Errc::timed_out) co_return std::unexpected(came.error());
      held_since_.reset();
      CO_TRY(Slice flushed, co_await encode({}, Then::flush));
      if (!flushed.empty()) co_return flushed;
    }
    const Result<Slice> piece = std::move(*next_);
    next_.reset();
    taken_.notify_all();
    if (!piece) co_return std::unexpected(piece.error());
    received_ += piece->size();
    is_finished_ = piece->empty();
    if (!held_since_) held_since_ = loop.now();
    CO_TRY(Slice coded, co_await encode(piece->view(), is_finished_ ? Then::finish : Then::more));
    if (!coded.empty()) co_return coded;
  }
  co_return Slice();
}

}  // namespace gust::proxy
