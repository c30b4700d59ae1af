// Whatever viewers send as query and cookies: what is chosen is made of what was sent, choosing again changes nothing,
// and requests that differ in what is chosen never have the same key text.
#include <string>

#include "base/arena.h"
#include "base/text.h"
#include "cache/key.h"
#include "http/message.h"

using namespace gust;
using namespace gust::cache;

namespace {

void expect(bool holds) {
  if (!holds) __builtin_trap();
}

http::RequestHead request_of(ByteView target, ByteView cookies) {
  http::RequestHead request;
  request.set_target(target);
  request.fields.add(http::Name::cookie, cookies);
  return request;
}

void check_query(const NameSelection& selection, ByteView query) {
  Arena arena;
  const ByteView chosen = select_query(selection, query, arena);
  expect(chosen.size() <= query.size());
  expect(select_query(selection, chosen, arena) == chosen);
}

void check_cookies(const NameSelection& selection, ByteView cookies) {
  Arena arena;
  const ByteView chosen = select_cookies(selection, request_of("/", cookies), arena);
  expect(select_cookies(selection, request_of("/", chosen), arena) == chosen);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView in(reinterpret_cast<const char*>(data), size);
  const Cut halves = cut(in, '\n');
  using Mode = NameSelection::Mode;
  for (const Mode mode : {Mode::none, Mode::all, Mode::listed, Mode::all_except}) {
    const NameSelection names(mode, {"a", "id", "w"});
    check_query(names, halves.before);
    check_cookies(names, halves.after);
    check_cookies(NameSelection(mode, {"a*", "?d"}, true), halves.after);

    KeyPolicy policy;
    policy.query = names;
    policy.cookies = names;
    const KeyRules rules(policy);
    Arena arena;
    const std::string target = std::string("/p?").append(halves.before);
    const Keyed one = make_key(rules, "E1", request_of(target, halves.after), {}, arena);
    const Keyed other = make_key(rules, "E1", request_of("/p?w=1", "id=2"), {}, arena);
    expect((one.key.text == other.key.text) == (one.query == other.query && one.cookie == other.cookie));
  }
  return 0;
}
