// Any text is a reference, or none, without harm; what it means begins with a slash and is longer by one path at most.
#include <cstdint>

#include "base/arena.h"
#include "proxy/same_origin.h"

using namespace gust;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView in(reinterpret_cast<const char*>(data), size);
  Arena arena;
  http::RequestHead request;
  request.set_target("/a/b?c");
  request.authority = "h";
  const auto target = proxy::same_origin_target(request, in, arena);
  if (target && (!target->starts_with('/') || target->size() > in.size() + 6)) __builtin_trap();
  return 0;
}
