// A date that is read is written and read again as the same second.
#include "base/date.h"

using namespace gust;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto at = read_http_date(text); at && read_http_date(http_date_of(*at)) != *at) __builtin_trap();
  if (const auto at = read_iso8601(text); at && read_iso8601(iso8601_exact_of(*at)) != *at) __builtin_trap();
  if (const auto at = read_iso8601_basic(text); at && read_iso8601_basic(iso8601_basic_of(*at)) != *at)
    __builtin_trap();
  return 0;
}
