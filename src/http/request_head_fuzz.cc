// A request head that is taken reads back the same after it is written, however its bytes arrive.
#include "http/framing.h"
#include "http/fuzz_internal.h"
#include "http/head_parser.h"
#include "http/head_writer.h"

using namespace gust;
using namespace gust::http;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView in = view_of(data, size);
  HeadScan scan;
  RequestHead head;
  const auto whole = read_request_head(in, Scheme::http, {}, scan, head);

  HeadScan growing_scan;
  RequestHead growing_head;
  const auto growing = read_growing(in, 1 + size / 17, [&](ByteView front) {
    return read_request_head(front, Scheme::http, {}, growing_scan, growing_head);
  });
  // What stands behind a head may be in sight or not, but never changes what the head is.
  expect(whole.has_value() == growing.has_value());
  expect(!whole || *whole == *growing);
  if (!whole || *whole == 0) return 0;

  expect(is_valid_target(head.target) && head.fields.count(Name::host) == 1);
  const auto framing = framing_of(head);
  if (!framing) return 0;
  remove_hop_by_hop(head.fields);
  std::string out;
  expect(write_request_head(out, head, *framing, Persistence::implied).has_value());
  HeadScan back_scan;
  RequestHead back;
  const HeadLimits wide{.head_bytes_max = 1 << 20, .target_bytes_max = 8192, .fields_max = 200};
  const auto taken = read_request_head(out, Scheme::http, wide, back_scan, back);
  expect(taken && *taken == out.size());
  expect(back.target == head.target && back.method == head.method && back.authority == head.authority);
  expect(framing_of(back) == *framing);
  return 0;
}
