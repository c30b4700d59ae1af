// What a parent tier tells of itself, and records of hostile requests: always one JSON object within its bound.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "observe/cache_status.h"
#include "observe/explanation.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gust;
  const ByteView text(reinterpret_cast<const char*>(data), size);
  observe::Decision decision;
  decision.node = text.substr(0, 20);
  observe::Explanation explained(decision);
  explained.path = text;
  explained.query = text.substr(size / 2);
  explained.key_hash = size;
  explained.key_parts.add({"query", text.substr(0, size / 3), text.substr(size / 3)});
  if (const auto record = observe::read_record(text, 4096)) explained.upstream = *record;
  const std::string whole = observe::json_of(explained);
  if (!observe::read_record(whole, whole.size())) std::abort();
  const std::string bounded = observe::json_of(explained, 1024);
  if (bounded.size() > 1024 || !observe::read_record(bounded, 1024)) std::abort();
  for (const char c : observe::cache_status_of(decision, text)) {
    if (c < ' ' || c > '~') std::abort();
  }
  return 0;
}
