#include "cache/key_parts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/arena.h"
#include "cache/key.h"
#include "http/message.h"

namespace gust::cache {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string key_of(http::Method method, ByteView target, const std::vector<std::pair<ByteView, ByteView>>& fields) {
  const KeyRules rules({.query = NameSelection(NameSelection::all, {}),
                        .cookies = NameSelection(NameSelection::all, {}),
                        .headers = {"Origin"},
                        .gzip = true,
                        .brotli = true});
  http::RequestHead request;
  request.method = method;
  request.set_target(target);
  for (const auto& [name, value] : fields) request.fields.add(name, value);
  Arena arena;
  return std::string(make_key(rules, "E1", request, {}, arena).key.text);
}

TEST(KeyParts, Key3EveryPartIsNamed) {
  const std::string text = key_of(
      http::Method::options,
      "/a?x=1&y&z==", {{"Origin", "http://o"}, {"Origin", "2"}, {"Cookie", "b=1; a=2=3"}, {"Accept-Encoding", "gzip"}});
  EXPECT_THAT(
      parts_of(text),
      ElementsAre(KeyPart{"distribution", {}, "E1"}, KeyPart{"path", {}, "/a"}, KeyPart{"query", "x", "1"},
                  KeyPart{"query", "y", ""}, KeyPart{"query", "z", "="}, KeyPart{"method", {}, "OPTIONS"},
                  KeyPart{"header", "origin", "http://o"}, KeyPart{"header", "origin", "2"},
                  KeyPart{"cookie", "a", "2=3"}, KeyPart{"cookie", "b", "1"}, KeyPart{"accept-encoding", {}, "gzip"}));
}

TEST(KeyParts, Rfc9111Section4Point1WhatVaryNamesIsAPart) {
  EXPECT_THAT(parts_of("D2:E1P2:/aN3:fooV1:xN3:bar"),
              ElementsAre(KeyPart{"distribution", {}, "E1"}, KeyPart{"path", {}, "/a"}, KeyPart{"vary", "foo", "x"},
                          KeyPart{"vary", "bar", {}}));
}

TEST(KeyParts, WhatIsNoKeyEndsTheList) {
  EXPECT_THAT(parts_of(""), IsEmpty());
  EXPECT_THAT(parts_of("D"), IsEmpty());
  EXPECT_THAT(parts_of("Dx:a"), IsEmpty());
  EXPECT_THAT(parts_of("D99:a"), IsEmpty());
  EXPECT_THAT(parts_of("V1:a"), ElementsAre(KeyPart{"V", {}, "a"}));
  EXPECT_THAT(parts_of("D2:E1P2:/aD"), ElementsAre(KeyPart{"distribution", {}, "E1"}, KeyPart{"path", {}, "/a"}));
  EXPECT_EQ(parts_of(key_of(http::Method::get, "/?" + std::string(999, '&'), {}), 10).size(), 10U);
}

std::vector<std::string> between(const std::string& here, const std::string& there) {
  const auto here_parts = parts_of(here);
  const auto there_parts = parts_of(there);
  std::vector<std::string> said;
  for (const KeyDifference& one : differences_of(here_parts, there_parts)) {
    said.push_back(std::string(one.from) + " " + std::string(one.name) + " " + std::string(one.here.value_or("-")) +
                   " " + std::string(one.there.value_or("-")));
  }
  return said;
}

TEST(KeyParts, Key3DifferencesAreNamedByTheirSource) {
  const auto get = [](ByteView target, std::vector<std::pair<ByteView, ByteView>> fields = {}) {
    return key_of(http::Method::get, target, fields);
  };
  EXPECT_THAT(between(get("/a?u=1"), get("/a?u=2")), ElementsAre("query u 1 2"));
  EXPECT_THAT(between(get("/a?u=1"), get("/a")), ElementsAre("query u 1 -"));
  EXPECT_THAT(between(get("/a"), get("/a?u=2&v=3")), ElementsAre("query u - 2", "query v - 3"));
  EXPECT_THAT(between(get("/a", {{"Origin", "x"}}), get("/a", {{"Origin", "y"}})), ElementsAre("header origin x y"));
  EXPECT_THAT(between(get("/a", {{"Cookie", "c=1"}}), get("/a")), ElementsAre("cookie c 1 -"));
  EXPECT_THAT(between(get("/a", {{"Accept-Encoding", "br"}}), get("/a")), ElementsAre("accept-encoding  br -"));
  EXPECT_THAT(between(get("/a?u=1"), get("/a?u=1")), IsEmpty());
}

TEST(KeyParts, Key6AnotherOrderOfParametersIsAnotherKey) {
  EXPECT_THAT(between(key_of(http::Method::get, "/a?x=1&y=2", {}), key_of(http::Method::get, "/a?y=2&x=1", {})),
              ElementsAre("query  - -"));
}

}  // namespace
}  // namespace gust::cache
