// Any text is a Vary, and any text a value it selects by, without harm; what is read again is the same.
#include <cstdint>

#include "base/arena.h"
#include "cache/variant.h"
#include "http/fields.h"
#include "http/message.h"

using namespace gust;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView in(reinterpret_cast<const char*>(data), size);
  const ByteView vary = in.substr(0, in.find('\n'));
  const ByteView value = in.substr(std::min(in.size(), vary.size() + 1));
  http::Fields response;
  response.add(http::Name::vary, vary);
  const auto names = cache::read_vary(response);
  if (!names) return 0;

  Arena arena;
  http::RequestHead request;
  const HashSeed seed;
  const cache::Key key = cache::make_key(cache::KeyRules(), "E1", request, seed, arena).key;
  request.fields.add(http::Name::accept_encoding, value);
  request.fields.add("Foo", value);
  const cache::Key one = cache::make_variant_key(key, *names, request.fields, seed, arena);
  if (!one.text.starts_with(key.text) || one.path_and_query != key.path_and_query) __builtin_trap();
  const cache::Key again = cache::make_variant_key(key, *names, request.fields, seed, arena);
  if (one.text != again.text || !(one.hash == again.hash)) __builtin_trap();
  return 0;
}
