#include "http/exchange.h"

namespace gust::http {

rt::Task<Result<void>> Exchange::respond(const ResponseHead& head, std::span<const Slice> content) {
  ByteCount bytes = 0;
  for (const Slice& slice : content) bytes += slice.size();
  rt::Task<Result<void>> started = start(head, BodyFraming::of_length(bytes), content);
  if (!started.is_ready()) return finish_behind(std::move(started));
  const Result<void> done = started.take();
  if (!done) return rt::Task<Result<void>>::ready(done);
  return finish(nullptr);
}

rt::Task<Result<void>> Exchange::finish_behind(rt::Task<Result<void>> started) {
  CO_TRY_OK(co_await std::move(started));
  co_return co_await finish(nullptr);
}

rt::Task<Result<void>> Exchange::respond(const ResponseHead& head, Slice content) {
  co_return co_await respond(head, std::span<const Slice>(&content, 1));
}

rt::Task<Result<void>> Exchange::respond_text(const ResponseHead& head, ByteView text) {
  return respond(head, Slice::copy_of(text));
}

void Handler::refused(const Refusal&, ResponseHead&, std::string&) {}

rt::Task<Result<Tunnel*>> Exchange::switch_protocols(const ResponseHead&) {
  co_return fail(Errc::unsupported, "this version of HTTP switches no protocols");
}

}  // namespace gust::http
