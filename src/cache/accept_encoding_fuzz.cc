// Whatever viewers send, the normalised Accept-Encoding is one of a few values, of codings that are on and were named,
// and normalising it again changes nothing.
#include "cache/key.h"
#include "http/field_values.h"
#include "http/message.h"

using namespace gust;
using namespace gust::cache;

namespace {

void expect(bool holds) {
  if (!holds) __builtin_trap();
}

void check(ByteView value, const KeyRules& rules) {
  http::RequestHead request;
  request.fields.add(http::Name::accept_encoding, value);
  const AcceptEncoding made = normalise_accept_encoding(request, rules);
  expect(made.in_key.empty() ? made.to_origin == (rules.has_codings() ? "identity" : "")
                             : made.in_key == made.to_origin);
  expect(made.in_key.size() <= ByteView("zstd,br,gzip").size());
  http::ListReader codings(made.in_key);
  while (const auto coding = codings.next()) {
    expect(*coding == "gzip" ? rules.gzip() : *coding == "br" ? rules.brotli() : *coding == "zstd" && rules.zstd());
  }
  if (made.in_key.empty()) return;
  http::RequestHead again;
  again.fields.add(http::Name::accept_encoding, made.in_key);
  expect(normalise_accept_encoding(again, rules).in_key == made.in_key);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView value(reinterpret_cast<const char*>(data), size);
  for (unsigned flags = 0; flags < 8; ++flags) {
    KeyPolicy policy;
    policy.gzip = (flags & 1) != 0;
    policy.brotli = (flags & 2) != 0;
    policy.zstd = (flags & 4) != 0;
    check(value, KeyRules(policy));
  }
  return 0;
}
