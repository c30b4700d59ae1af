#include "proxy/content_writer.h"

#include <array>

#include "proxy/passage.h"

namespace gust::proxy {
namespace {

constexpr std::size_t slices_at_once = 16;

}  // namespace

rt::Task<bool> ContentWriter::send(cache::BodyCursor& cursor) {
  std::array<Slice, slices_at_once> slices;
  while (true) {
    std::size_t count = 0;
    if (!text_.empty()) slices[count++] = Slice::borrowed(text_);
    const std::size_t count_of_text = count;
    count += cursor.peek(std::span(slices).subspan(count_of_text));
    const std::span<const Slice> content(slices.data(), count);
    ByteCount bytes = 0;
    for (const Slice& slice : content.subspan(count_of_text)) bytes += slice.size();
    text_ = {};
    if (!passage_.exchange.is_begun()) {
      if (!co_await passage_.exchange.start(head_, framing_, content)) co_return false;
    } else if (!content.empty()) {
      if (!co_await passage_.exchange.write(content)) co_return false;
    }
    cursor.advance(bytes);
    if (cursor.at_end()) co_return true;
    if (auto more = co_await cursor.wait(never); !more) {
      break_off();
      co_return false;
    }
  }
}

rt::Task<bool> ContentWriter::finish() {
  if (!text_.empty()) {
    const Slice last = Slice::borrowed(text_);
    if (!co_await passage_.exchange.write({&last, 1})) co_return false;
  }
  co_return (co_await passage_.exchange.finish(nullptr)).has_value();
}

void ContentWriter::break_off() {
  passage_.exchange.abort();
  passage_.detail = "OriginCommError";
}

}  // namespace gust::proxy
