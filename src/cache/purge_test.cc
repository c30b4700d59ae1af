#include "cache/purge.h"

#include <gtest/gtest.h>

namespace gust::cache {
namespace {

struct Book {
  PurgeBook book{100};
  void purge(std::uint64_t epoch, ByteView path, ByteView distribution = "E1") {
    const Purge one = Purge::of_path(epoch, std::string(distribution), path);
    book.add({&one, 1});
  }
  bool clears(std::uint64_t epoch, ByteView path, ByteView distribution = "E1") {
    return book.of(distribution).clears(epoch, path);
  }
};

TEST(Purge, WhatBeganAtOrAfterThePurgeStays) {
  Book book;
  book.purge(5, "/a");
  EXPECT_TRUE(book.clears(4, "/a"));
  EXPECT_FALSE(book.clears(5, "/a"));
  EXPECT_EQ(book.book.of("E1").newest(), 5U);
  EXPECT_EQ(book.book.newest(), 5U);
}

TEST(Purge, OtherDistributionsAreLeftAlone) {
  Book book;
  book.purge(5, "/*", "E1");
  EXPECT_FALSE(book.clears(0, "/a", "E2"));
  EXPECT_EQ(book.book.of("E2").newest(), 0U);
}

TEST(Purge, Inv2StarCountsOnlyAtTheEndAndMatchesAnyTail) {
  Book book;
  book.purge(5, "/dir*");
  EXPECT_TRUE(book.clears(1, "/dir"));
  EXPECT_TRUE(book.clears(1, "/directory/x?y=1"));
  book.purge(6, "/a*b");
  EXPECT_FALSE(book.clears(1, "/axb"));
  EXPECT_TRUE(book.clears(1, "/a*b"));
}

TEST(Purge, Inv3BelowADirectoryAndEverything) {
  Book book;
  book.purge(5, "/dir/*");
  EXPECT_TRUE(book.clears(1, "/dir/a/b"));
  EXPECT_TRUE(book.clears(1, "/dir/"));
  EXPECT_FALSE(book.clears(1, "/dir"));
  book.purge(6, "/*");
  EXPECT_TRUE(book.clears(1, "/dir"));
}

TEST(Purge, Inv4TheQueryBelongsToThePath) {
  Book book;
  book.purge(5, "/a.jpg?x=1");
  EXPECT_TRUE(book.clears(1, "/a.jpg?x=1"));
  EXPECT_FALSE(book.clears(1, "/a.jpg"));
  book.purge(6, "/b.jpg");
  EXPECT_FALSE(book.clears(1, "/b.jpg?x=1"));
  book.purge(7, "/b.jpg*");
  EXPECT_TRUE(book.clears(1, "/b.jpg?x=1"));
}

TEST(Purge, Inv9ASlashAtTheEndAndCaseMatter) {
  Book book;
  book.purge(5, "/dir/");
  EXPECT_FALSE(book.clears(1, "/dir"));
  EXPECT_FALSE(book.clears(1, "/DIR/"));
}

TEST(Purge, AnOlderNumberThatComesLateDoesNotTakeANewerBack) {
  Book book;
  book.purge(5, "/a");
  book.purge(3, "/a");
  EXPECT_TRUE(book.clears(4, "/a"));
  EXPECT_EQ(book.book.newest(), 5U);
}

TEST(Purge, TooManyRulesCollapseIntoOneThatClearsMoreButNeverLess) {
  Book book;
  for (std::uint64_t epoch = 1; epoch <= 1000; ++epoch) book.purge(epoch, "/" + std::to_string(epoch));
  EXPECT_LE(book.book.rules(), 100U);
  for (std::uint64_t epoch = 1; epoch <= 1000; ++epoch) {
    EXPECT_TRUE(book.clears(epoch - 1, "/" + std::to_string(epoch)));
    EXPECT_FALSE(book.clears(epoch, "/" + std::to_string(epoch)) && epoch > 990);
  }
  EXPECT_FALSE(book.clears(1000, "/1"));
}

TEST(Purge, ForgottenPurgesStillClearWhatComesLateFromBeforeThem) {
  Book book;
  book.purge(5, "/a");
  book.purge(9, "/b*");
  book.book.forget_up_to(5);
  EXPECT_EQ(book.book.rules(), 1U);
  EXPECT_TRUE(book.clears(4, "/a"));
  EXPECT_FALSE(book.clears(5, "/a"));
  EXPECT_TRUE(book.clears(5, "/b2"));
}

TEST(Purge, Tag3APurgeByTagReachesTagsAndNoPaths) {
  Book book;
  const Purge one = Purge::of_item(5, "E1", "#x");
  book.book.add({&one, 1});
  const Tag x[] = {tag_of("X")}, y[] = {tag_of("y")};
  EXPECT_TRUE(book.book.of("E1").clears_tags(4, x));
  EXPECT_FALSE(book.book.of("E1").clears_tags(5, x));
  EXPECT_FALSE(book.book.of("E1").clears_tags(4, y));
  EXPECT_FALSE(book.book.of("E1").clears_tags(0, {}));
  EXPECT_FALSE(book.clears(0, "/x"));
  EXPECT_EQ(book.book.newest(), 5U);
}

TEST(Purge, TooManyTagsCollapseIntoOneThatClearsMoreButNeverLess) {
  Book book;
  for (std::uint64_t epoch = 1; epoch <= 1000; ++epoch) {
    const Purge one = Purge::of_item(epoch, "E1", "#" + std::to_string(epoch));
    book.book.add({&one, 1});
  }
  EXPECT_LE(book.book.rules(), 100U);
  for (std::uint64_t epoch = 1; epoch <= 1000; ++epoch) {
    const Tag tag[] = {tag_of(std::to_string(epoch))};
    EXPECT_TRUE(book.book.of("E1").clears_tags(epoch - 1, tag));
  }
  const Tag last[] = {tag_of("1000")};
  EXPECT_FALSE(book.book.of("E1").clears_tags(1000, last));
}

TEST(Purge, AForgottenTagClearsWhatIsTaggedFromBeforeItAndNothingElse) {
  Book book;
  const Purge one = Purge::of_item(5, "E1", "#x");
  book.book.add({&one, 1});
  book.book.forget_up_to(5);
  EXPECT_EQ(book.book.rules(), 0U);
  const Tag y[] = {tag_of("y")};
  EXPECT_TRUE(book.book.of("E1").clears_tags(4, y));
  EXPECT_FALSE(book.book.of("E1").clears_tags(5, y));
  EXPECT_FALSE(book.clears(0, "/a"));
}

}  // namespace
}  // namespace gust::cache
