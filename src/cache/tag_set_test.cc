// Tags of responses, as they are read and as they go between tiers.
#include "cache/tag_set.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "http/fields.h"

namespace gust::cache {
namespace {

TagSet tags_in(std::initializer_list<const char*> lines) {
  http::Fields fields;
  for (const char* line : lines) fields.add("Cache-Tag", line);
  return read_tags(fields, "cache-tag").value_or(TagSet());
}

TagSet tags(std::initializer_list<const char*> names) {
  TagSet set;
  for (const char* name : names) set.push_back(tag_of(name));
  std::ranges::sort(set);
  return set;
}

TEST(TagSet, Tag1TagsAreSeparatedByCommasOverAllLines) {
  EXPECT_EQ(tags_in({"a,b , c", "d"}), tags({"a", "b", "c", "d"}));
  EXPECT_EQ(tags_in({",, a ,"}), tags({"a"}));
  EXPECT_EQ(tags_in({"\"a,b\""}), tags({"\"a", "b\""}));  // a quote is a character like others
}

TEST(TagSet, Tag1AResponseWithoutTheHeaderHasNoneAndAnEmptyOneSaysSo) {
  EXPECT_FALSE(read_tags({}, "cache-tag"));
  http::Fields fields;
  fields.add("Cache-Tag", "");
  EXPECT_EQ(read_tags(fields, "cache-tag"), TagSet());
}

TEST(TagSet, Tag2CaseDoesNotMatterAndSpacesAroundAreTrimmed) {
  EXPECT_EQ(tags_in({" Product:TV "}), tags({"product:tv"}));
  EXPECT_EQ(tag_of("a"), tag_of("A"));
  EXPECT_NE(tag_of("a"), tag_of("b"));
}

TEST(TagSet, Tag2WhatIsNotVisibleAsciiOrIsTooLongIsNoTag) {
  EXPECT_TRUE(is_tag("!~"));
  EXPECT_TRUE(is_tag(std::string(256, 'a')));
  for (const std::string& text : {std::string(), std::string("a b"), std::string("a,b"), std::string("\xC3\xA9"),
                                  std::string("\x7F"), std::string(257, 'a')}) {
    EXPECT_FALSE(is_tag(text)) << text;
  }
  EXPECT_EQ(tags_in({"a b, c, \xC3\xA9"}), tags({"c"}));
}

TEST(TagSet, Tag2OnlyTheFirstFiftyCount) {
  std::string list = "t0";
  for (int i = 1; i < 60; ++i) list += ",t" + std::to_string(i);
  const TagSet set = tags_in({list.c_str()});
  EXPECT_EQ(set.size(), 50U);
  EXPECT_TRUE(std::ranges::binary_search(set, tag_of("t49")));
  EXPECT_FALSE(std::ranges::binary_search(set, tag_of("t50")));
  EXPECT_EQ(tags_in({"a,A,a"}).size(), 1U);
}

TEST(TagSet, NumbersComeBackAsTheyWereWritten) {
  const TagSet set = tags({"a", "b", "c"});
  EXPECT_EQ(read_tag_numbers(write_tag_numbers(set)), set);
  EXPECT_EQ(read_tag_numbers(""), TagSet());
  for (const char* text : {"0", "000000000000000g", "0x00000000000000", "-000000000000001"}) {
    EXPECT_FALSE(read_tag_numbers(text)) << text;
  }
  EXPECT_FALSE(read_tag_numbers(std::string(51 * 16, '0')));
}

}  // namespace
}  // namespace gust::cache
