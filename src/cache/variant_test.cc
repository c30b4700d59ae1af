#include "cache/variant.h"

#include <gtest/gtest.h>

#include "base/arena.h"
#include "http/message.h"

namespace gust::cache {
namespace {

http::Fields fields_of(std::initializer_list<std::pair<ByteView, ByteView>> list) {
  http::Fields fields;
  for (const auto& [name, value] : list) fields.add(name, value);
  return fields;
}

class Rfc9111Section4Point1 : public testing::Test {
 protected:
  Key key() {
    http::RequestHead request;
    request.set_target("/a?b=1");
    return make_key(KeyRules({.query = {NameSelection::all, {}}, .cookies = {}, .headers = {}}), "E1", request, seed_,
                    arena_)
        .key;
  }
  Key variant(const VaryNames& names, std::initializer_list<std::pair<ByteView, ByteView>> request) {
    return make_variant_key(key(), names, fields_of(request), seed_, arena_);
  }
  bool selects_alike(ByteView name, ByteView one, ByteView other) {
    const VaryNames names{to_lower(name)};
    const Key a = variant(names, {{name, one}});
    const Key b = variant(names, {{name, other}});
    EXPECT_EQ(a.text == b.text, a.hash == b.hash);
    return a.text == b.text;
  }
  static std::string to_lower(ByteView text) {
    std::string result(text);
    for (char& c : result) c = static_cast<char>(std::tolower(c));
    return result;
  }

  HashSeed seed_;
  Arena arena_;
};

TEST_F(Rfc9111Section4Point1, NamesAreReadFromAllLinesWithoutCaseOrOrder) {
  EXPECT_EQ(read_vary(fields_of({{"Vary", "Foo, bar"}, {"Vary", ", FOO,"}})), (VaryNames{"bar", "foo"}));
  EXPECT_EQ(read_vary(fields_of({})), VaryNames{});
  EXPECT_EQ(read_vary(fields_of({{"Vary", ""}})), VaryNames{});
}

TEST_F(Rfc9111Section4Point1, AStarOnAnyLineSelectsNothing) {
  for (ByteView text : {"*", "*, *", ", *", "*, Foo", "Foo, *", "no name", "\"Foo\""}) {
    EXPECT_FALSE(read_vary(fields_of({{"Vary", text}}))) << text;
  }
  EXPECT_FALSE(read_vary(fields_of({{"Vary", ""}, {"Vary", "*"}})));
  EXPECT_FALSE(read_vary(fields_of({{"Vary", "Accept, HOST"}}))) << "Host is not among the fields that select";
}

TEST_F(Rfc9111Section4Point1, MoreNamesThanTheBoundCountAsAStar) {
  std::string names;
  for (int i = 0; i < 16; ++i) names += "f" + std::to_string(i) + ",";
  EXPECT_TRUE(read_vary(fields_of({{"Vary", names}})));
  names += "one-more";
  EXPECT_FALSE(read_vary(fields_of({{"Vary", names}})));
}

TEST_F(Rfc9111Section4Point1, AVariantKeepsTheKeysPathAndStripe) {
  const Key variant_key = variant({"foo"}, {{"Foo", "1"}});
  EXPECT_EQ(variant_key.path_and_query, "/a?b=1");
  EXPECT_EQ(variant_key.distribution, "E1");
  EXPECT_EQ(variant_key.hash.high, key().hash.high);
  EXPECT_EQ(variant_key.first, key().hash);
  EXPECT_EQ(variant_key.text, std::string(key().text) + "N3:fooV1:1");
}

TEST_F(Rfc9111Section4Point1, AbsentIsNotEmptyAndOtherFieldsDoNotMatter) {
  EXPECT_NE(variant({"foo"}, {}).text, variant({"foo"}, {{"Foo", ""}}).text);
  EXPECT_NE(variant({"bar", "foo"}, {{"Foo", "1"}}).text, variant({"bar", "foo"}, {{"Bar", "1"}}).text);
  EXPECT_EQ(variant({"foo"}, {{"Foo", "1"}, {"Other", "2"}}).text, variant({"foo"}, {{"Foo", "1"}}).text);
}

TEST_F(Rfc9111Section4Point1, WhitespaceAndLinesAreNormalised) {
  EXPECT_TRUE(selects_alike("Foo", "1,2", " 1 ,\t2 "));
  EXPECT_EQ(variant({"foo"}, {{"Foo", "1"}, {"Foo", "2"}}).text, variant({"foo"}, {{"Foo", "1, 2"}}).text);
  EXPECT_FALSE(selects_alike("Foo", "1 2", "1  2"));
  EXPECT_FALSE(selects_alike("Foo", "\"a, b\"", "\"a,b\""));
  EXPECT_TRUE(selects_alike("Foo", R"("a\", b" , c)", R"("a\", b",c)"));
  EXPECT_FALSE(selects_alike("Foo", "a", "A"));
}

TEST_F(Rfc9111Section4Point1, LanguagesHaveNoCaseButAnOrder) {
  EXPECT_TRUE(selects_alike("Accept-Language", "en, de", "eN,De"));
  EXPECT_FALSE(selects_alike("Accept-Language", "en, de", "de, en"));
}

TEST_F(Rfc9111Section4Point1, CodingsHaveNeitherCaseNorOrder) {
  EXPECT_TRUE(selects_alike("Accept-Encoding", "gzip, br", "BR,gzip"));
  EXPECT_FALSE(selects_alike("Accept-Encoding", "gzip, br;q=0", "br, gzip"));
}

TEST_F(Rfc9111Section4Point1, TheCachesOwnConditionsSelectNothing) {
  EXPECT_EQ(variant({"if-none-match", "range"}, {{"If-None-Match", "\"a\""}, {"Range", "bytes=0-1"}}).text,
            variant({"if-none-match", "range"}, {}).text);
}

TEST_F(Rfc9111Section4Point1, NamesUniteUpToTheBound) {
  EXPECT_EQ(unite({"a", "c"}, {"b", "c"}), (VaryNames{"a", "b", "c"}));
  VaryNames many;
  for (char c = 'a'; c < 'a' + 16; ++c) many.emplace_back(1, c);
  EXPECT_EQ(unite(many, {"zz"}), VaryNames{"zz"});
  EXPECT_TRUE(includes({"a", "b"}, {"b"}));
  EXPECT_FALSE(includes({"a", "b"}, {"c"}));
}

}  // namespace
}  // namespace gust::cache
