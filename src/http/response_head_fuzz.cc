// A response head that is taken reads back the same after it is written, however its bytes arrive.
#include "http/framing.h"
#include "http/fuzz_internal.h"
#include "http/head_parser.h"
#include "http/head_writer.h"

using namespace gust;
using namespace gust::http;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView in = view_of(data, size);
  HeadScan scan;
  ResponseHead head;
  const auto whole = read_response_head(in, {}, scan, head);

  HeadScan growing_scan;
  ResponseHead growing_head;
  const auto growing = read_growing(
      in, 1 + size / 17, [&](ByteView front) { return read_response_head(front, {}, growing_scan, growing_head); });
  expect(whole.has_value() == growing.has_value());
  expect(!whole || *whole == *growing);
  if (!whole || *whole == 0) return 0;

  const auto framing = framing_of(head, Method::get);
  if (!framing) return 0;
  remove_hop_by_hop(head.fields);
  std::string out;
  expect(write_response_head(out, head, *framing, Persistence::implied).has_value());
  HeadScan back_scan;
  ResponseHead back;
  const HeadLimits wide{.head_bytes_max = 1 << 20, .target_bytes_max = 8192, .fields_max = 200};
  const auto taken = read_response_head(out, wide, back_scan, back);
  expect(taken && *taken == out.size() && back.status == head.status);
  expect(framing_of(back, Method::get) == *framing);
  return 0;
}
