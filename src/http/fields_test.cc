#include "http/fields.h"

#include <gtest/gtest.h>

#include "base/arena.h"
#include "base/text.h"

namespace gust::http {
namespace {

TEST(FieldName, EveryKnownNameIsFoundInAnyCaseAndNothingElseIs) {
  for (std::size_t i = 1; i < name_count; ++i) {
    const Name name = static_cast<Name>(i);
    EXPECT_EQ(known_name(text_of(name)), name) << text_of(name);
    EXPECT_EQ(known_name(to_lower(text_of(name))), name) << text_of(name);
  }
  for (const char* other : {"", "X", "Hos", "Hostt", "Content_Length", "Content-Lengtg", "X-Amz-Cf-Pops"}) {
    EXPECT_EQ(known_name(other), Name::other) << other;
  }
}

Fields some_fields() {
  Fields fields;
  fields.add(Name::vary, "Origin");
  fields.add("x-own", "1");
  fields.add("vary", "Accept");
  fields.add("X-Own", "2");
  return fields;
}

TEST(Fields, Rfc9110Section5NamesHaveNoCaseAndLinesKeepTheirOrder) {
  const Fields fields = some_fields();
  EXPECT_EQ(fields.get(Name::vary), "Origin");
  EXPECT_EQ(fields.get("X-OWN"), "1");
  EXPECT_EQ(fields.count("VARY"), 2U);
  const Field* first = fields.find(Name::vary);
  const Field* second = fields.find(Name::vary, first);
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(second->value, "Accept");
  EXPECT_EQ(fields.find(Name::vary, second), nullptr);
  EXPECT_FALSE(fields.get(Name::host));
  EXPECT_FALSE(fields.has("y-own"));
}

TEST(Fields, SetKeepsThePlaceOfTheFirstAndDropsTheOthers) {
  Fields fields = some_fields();
  fields.set(Name::vary, "*");
  fields.set("x-new", "n");
  ASSERT_EQ(fields.size(), 4U);
  EXPECT_EQ(fields.begin()->value, "*");
  EXPECT_EQ((fields.end() - 1)->name, "x-new");
  EXPECT_EQ(fields.count(Name::vary), 1U);
}

TEST(Fields, RemoveForgetsTheNameAltogether) {
  Fields fields = some_fields();
  EXPECT_EQ(fields.remove("VARY"), 2U);
  EXPECT_FALSE(fields.has(Name::vary));
  EXPECT_EQ(fields.remove(Name::vary), 0U);
  fields.remove_if([](const Field& field) { return field.value == "1"; });
  EXPECT_EQ(fields.get("x-own"), "2");
  fields.clear();
  EXPECT_TRUE(fields.empty());
}

TEST(Fields, Rfc9110Section5Point3CombinedJoinsSeveralLinesWithCommas) {
  Arena arena;
  Fields fields = some_fields();
  EXPECT_EQ(fields.combined(Name::vary, arena), "Origin, Accept");
  EXPECT_FALSE(fields.combined(Name::host, arena));
  const ByteView single = "a";
  fields.set(Name::vary, single);
  EXPECT_EQ(fields.combined(Name::vary, arena)->data(), single.data()) << "one line is not copied";
}

TEST(Fields, CopiesGrowsAndReleasesWithoutLosingALine) {
  Fields fields;
  for (int i = 0; i < 100; ++i) fields.add(i % 2 == 0 ? Name::accept : Name::vary, "x");
  const Fields copy = fields;
  Fields assigned = some_fields();
  assigned = fields;
  EXPECT_EQ(copy.size(), 100U);
  EXPECT_EQ(assigned.count(Name::vary), 50U);
  const Fields moved = std::move(assigned);
  EXPECT_EQ(moved.count(Name::accept), 50U);
  fields.release();
  EXPECT_TRUE(fields.empty());
  EXPECT_FALSE(fields.has(Name::accept));
  fields.add(Name::host, "h");
  EXPECT_EQ(fields.get(Name::host), "h");
}

TEST(Fields, ANameThatIsNotKnownIsFoundByItsTextOnly) {
  Fields fields;
  fields.add("X-Own", "1");
  EXPECT_FALSE(fields.has(Name::other));
  EXPECT_EQ(fields.find(Name::other), nullptr);
  EXPECT_TRUE(fields.has("x-OWN"));
}

}  // namespace
}  // namespace gust::http
