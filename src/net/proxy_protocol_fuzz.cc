// Whatever a proxy says, its header is read in one way: the same from a front that grows as from the whole, no longer
// than what is there, and never past its end.
#include <cstddef>
#include <cstdint>
#include <string>

#include "net/proxy_protocol.h"

using namespace gust;
using namespace gust::net;

namespace {

void expect(bool holds) {
  if (!holds) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string in(reinterpret_cast<const char*>(data), size);
  const auto whole = read_proxy_header(in);
  if (whole) expect(whole->bytes <= size && whole->bytes <= ProxyHeader::header_bytes_max);
  for (std::size_t front = 0; front <= size && front <= ProxyHeader::header_bytes_max; ++front) {
    const std::string part = in.substr(0, front);  // in memory of its own
    const auto read = read_proxy_header(part);
    if (!read) {
      expect(!whole && whole.error().code == read.error().code);
      break;
    }
    if (read->bytes == 0) continue;
    expect(whole && whole->bytes == read->bytes && whole->tells_ends == read->tells_ends);
    expect(whole->source == read->source && whole->destination == read->destination);
    expect(read->bytes == front);
    break;
  }
  return 0;
}
