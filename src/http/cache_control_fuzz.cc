// Any text is a Cache-Control without harm, and its numbers stay within their bound.
#include "http/cache_control.h"
#include "http/field_values.h"
#include "http/fuzz_internal.h"

using namespace gust;
using namespace gust::http;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView in = view_of(data, size);
  Fields fields;
  fields.add(Name::cache_control, in.substr(0, size / 2));
  fields.add(Name::cache_control, in.substr(size / 2));
  const CacheControl control = read_cache_control(fields);
  expect(control.max_age.value_or(0) <= delta_seconds_max && control.s_maxage.value_or(0) <= delta_seconds_max);
  find_parameter(in, "charset");
  read_quoted_string(in);
  return 0;
}
