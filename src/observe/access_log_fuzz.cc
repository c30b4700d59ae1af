// Whatever stands in a record's texts, its line has 33 fields and one line end.

#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "observe/access_log.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const gust::ByteView bytes(reinterpret_cast<const char*>(data), size);
  gust::observe::AccessRecord record;
  const std::size_t third = size / 3;
  record.path = bytes.substr(0, third);
  record.user_agent = bytes.substr(third, third);
  record.content_type = bytes.substr(2 * third);
  record.status = static_cast<std::uint16_t>(size);
  std::string line;
  gust::observe::append_access_line(record, line);
  std::size_t tabs = 0;
  for (const char c : line) {
    if (c == '\t') ++tabs;
    CHECK(c == '\t' || c == '\n' || (c > ' ' && c < 127));
  }
  CHECK(tabs == 32 && line.find('\n') == line.size() - 1);
  return 0;
}
