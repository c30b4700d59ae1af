// Chunked content is the same however its bytes arrive; the first byte of the input says how.
#include <algorithm>

#include "http/chunked.h"
#include "http/fuzz_internal.h"

using namespace gust;
using namespace gust::http;

namespace {

struct Decoded {
  std::string content;
  std::size_t taken = 0;
  bool is_finished = false;
  bool is_refused = false;
};

Decoded decode(ByteView in, std::size_t piece) {
  ChunkedDecoder decoder(Side::viewer);
  Decoded result;
  while (result.taken < in.size() && !result.is_finished) {
    const std::string part(in.substr(result.taken, piece));
    const auto step = decoder.read(part);
    result.is_refused = !step;
    if (!step) return result;
    expect(step->taken <= part.size() && (step->taken == part.size() || !step->content.empty() || step->is_finished));
    result.content += step->content;
    result.taken += step->taken;
    result.is_finished = step->is_finished;
  }
  return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView in = view_of(data + 1, size - 1);
  const Decoded whole = decode(in, in.size());
  const Decoded pieces = decode(in, 1 + std::size_t{data[0]});
  expect(whole.is_refused == pieces.is_refused && whole.is_finished == pieces.is_finished);
  if (whole.is_refused) return 0;
  expect(whole.content == pieces.content && whole.taken == pieces.taken);

  std::string again(ChunkLine(whole.content.size()).view());
  again.append(whole.content).append(whole.content.empty() ? ByteView() : chunk_end);
  again.append(whole.content.empty() ? chunk_end : last_chunk);
  const Decoded back = decode(again, again.size());
  expect(back.is_finished && back.content == whole.content);
  return 0;
}
