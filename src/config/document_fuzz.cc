// Any text is a document or an error, and any document compiles or has findings.
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/check.h"
#include "config/compile.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gust::config;
  const auto document = read_document({reinterpret_cast<const char*>(data), size});
  if (!document) return 0;
  const auto snapshot = compile(1, std::span(&*document, 1));
  CHECK(snapshot.has_value() == check_distribution(*document).empty());
  const auto again = read_document(write_document(*document));
  CHECK(again && write_document(*again) == write_document(*document));
  return 0;
}
