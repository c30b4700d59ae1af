#include "bucket/listing.h"

#include <gtest/gtest.h>

namespace gust::bucket {
namespace {

ObjectMap map_of(std::initializer_list<const char*> keys) {
  ObjectMap map;
  for (const char* key : keys) {
    auto object = std::make_shared<Object>();
    object->key = key;
    map.emplace(key, std::move(object));
  }
  return map;
}

// Keys and common prefixes of a page, in that order, then "..." where more follows.
std::string text_of(const ListPage& page) {
  std::string text;
  for (const ObjectPtr& object : page.objects) text += object->key + " ";
  text += "|";
  for (const std::string& prefix : page.common_prefixes) text += " " + prefix;
  if (page.is_truncated) text += " ...";
  return text;
}

TEST(Listing, IsInOrderOfBytes) {
  EXPECT_EQ(text_of(list_page(map_of({"b", "B", "a", "\xc3\xa9", "a/b", "a-"}), {})), "B a a- a/b b \xc3\xa9 |");
}

TEST(Listing, PrefixAndDelimiterRollUp) {
  const ObjectMap map = map_of({"asdf", "boo/bar", "boo/baz/xyzzy", "cquux/thud", "cquux/bla", "zoo"});
  EXPECT_EQ(text_of(list_page(map, {.prefix = "", .delimiter = "/", .after = ""})), "asdf zoo | boo/ cquux/");
  EXPECT_EQ(text_of(list_page(map, {.prefix = "boo/", .delimiter = "/", .after = ""})), "boo/bar | boo/baz/");
  EXPECT_EQ(text_of(list_page(map, {.prefix = "boo", .delimiter = "/", .after = ""})), "| boo/");
  EXPECT_EQ(text_of(list_page(map, {.prefix = "nothing", .delimiter = "/", .after = ""})), "|");
  EXPECT_EQ(text_of(list_page(map, {.prefix = "", .delimiter = "oo", .after = ""})),
            "asdf cquux/bla cquux/thud | boo zoo");
}

// As the public S3 conformance tests have it: pages of one item, each continuing behind the last.
TEST(Listing, PagesContinueBehindKeysAndCommonPrefixes) {
  const ObjectMap map = map_of({"asdf", "boo/bar", "boo/baz/xyzzy", "cquux/bla", "cquux/thud", "zoo"});
  std::string seen;
  ListQuery query{.prefix = "", .delimiter = "/", .after = "", .items_max = 1};
  for (int i = 0; i < 10; ++i) {
    const ListPage page = list_page(map, query);
    seen += text_of(page) + ";";
    if (!page.is_truncated) break;
    query.after = page.last;
  }
  EXPECT_EQ(seen, "asdf | ...;| boo/ ...;| cquux/ ...;zoo |;");
}

TEST(Listing, AMarkerInsideACommonPrefixLeavesItOut) {
  const ObjectMap map = map_of({"a/1", "a/2", "b"});
  EXPECT_EQ(text_of(list_page(map, {.prefix = "", .delimiter = "/", .after = "a/1"})), "b |");
  EXPECT_EQ(text_of(list_page(map, {.prefix = "", .delimiter = "", .after = "a/1"})), "a/2 b |");
  EXPECT_EQ(text_of(list_page(map, {.prefix = "b", .delimiter = "", .after = "a"})), "b |");
  EXPECT_EQ(text_of(list_page(map, {.prefix = "a/", .delimiter = "", .after = "zzz"})), "|");
}

TEST(Listing, IsTruncatedOnlyWhenSomethingFollows) {
  const ObjectMap map = map_of({"a", "b/1", "b/2", "b/3"});
  EXPECT_EQ(text_of(list_page(map, {.prefix = "", .delimiter = "/", .after = "", .items_max = 2})), "a | b/");
  EXPECT_EQ(text_of(list_page(map, {.prefix = "", .delimiter = "/", .after = "", .items_max = 1})), "a | ...");
  EXPECT_EQ(text_of(list_page(map, {.prefix = "", .delimiter = "", .after = "", .items_max = 0})), "|");
}

TEST(Listing, NoPageHasMoreThanAThousandItems) {
  ObjectMap map;
  for (int i = 0; i < 1500; ++i) map.emplace("key" + std::to_string(i), std::make_shared<Object>());
  const ListPage page = list_page(map, {.prefix = "", .delimiter = "", .after = "", .items_max = 5000});
  EXPECT_EQ(page.objects.size(), 1000U);
  EXPECT_TRUE(page.is_truncated);
}

}  // namespace
}  // namespace gust::bucket
