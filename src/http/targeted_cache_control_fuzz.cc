// Any text is a CDN-Cache-Control, or none, without harm.
#include "http/fuzz_internal.h"
#include "http/targeted_cache_control.h"

using namespace gust;
using namespace gust::http;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView in = view_of(data, size);
  const ByteView end = ByteView("\n");
  Fields fields;
  fields.add("CDN-Cache-Control", in.substr(0, in.find(end)));
  if (in.find(end) != ByteView::npos) fields.add("CDN-Cache-Control", in.substr(in.find(end) + 1));
  const auto control = read_cdn_cache_control(fields);
  expect(!control || (control->is_present && control->max_age.value_or(0) <= delta_seconds_max));
  return 0;
}
