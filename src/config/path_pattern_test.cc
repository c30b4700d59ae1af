#include "config/path_pattern.h"

#include <gtest/gtest.h>

#include <chrono>
#include <random>

namespace gust::config {
namespace {

bool matches(std::string_view pattern, std::string_view path) { return PathPattern(pattern).matches(path); }

TEST(PathPattern, Path2ALeadingSlashIsOptional) {
  EXPECT_TRUE(matches("images/a.jpg", "/images/a.jpg"));
  EXPECT_TRUE(matches("/images/a.jpg", "/images/a.jpg"));
  EXPECT_FALSE(matches("//images/a.jpg", "/images/a.jpg"));
  EXPECT_TRUE(matches("?a", "/xa"));
  EXPECT_FALSE(matches("?a", "/a"));
}

TEST(PathPattern, Path3AStarTakesAnyRunAlsoSlashesAndNothing) {
  EXPECT_TRUE(matches("images/*.jpg", "/images/a.jpg"));
  EXPECT_TRUE(matches("images/*.jpg", "/images/deep/er/a.jpg"));
  EXPECT_TRUE(matches("images/*.jpg", "/images/.jpg"));
  EXPECT_FALSE(matches("images/*.jpg", "/images/a.jpeg"));
  EXPECT_FALSE(matches("images/*.jpg", "/a/images/a.jpg"));
  EXPECT_TRUE(matches("*.jpg", "/a/b.jpg"));
  EXPECT_TRUE(matches("*/b.jpg", "/b.jpg"));
  EXPECT_TRUE(matches("a*", "/a"));
  EXPECT_TRUE(matches("a*b*c", "/abcbc"));
  EXPECT_FALSE(matches("a*b*c", "/acb"));
  EXPECT_TRUE(matches("*", "/"));
  EXPECT_TRUE(matches("/*", "/"));
  EXPECT_TRUE(matches("**", "/x"));
}

TEST(PathPattern, Path3AQuestionMarkTakesExactlyOne) {
  EXPECT_TRUE(matches("a??.jpg", "/abc.jpg"));
  EXPECT_FALSE(matches("a??.jpg", "/ab.jpg"));
  EXPECT_FALSE(matches("a??.jpg", "/abcd.jpg"));
  EXPECT_TRUE(matches("a?b", "/a/b"));
  EXPECT_FALSE(matches("a?", "/a"));
  EXPECT_TRUE(matches("a*?", "/ab"));
  EXPECT_FALSE(matches("a*?", "/a"));
}

TEST(PathPattern, Path4CaseTellsPathsApart) {
  EXPECT_FALSE(matches("*.JPG", "/a.jpg"));
  EXPECT_FALSE(matches("Images/*", "/images/a"));
}

TEST(PathPattern, Path5LengthAndCharactersHaveLimits) {
  EXPECT_TRUE(is_path_pattern("A-Za-z0-9_-.*$/~\"'@:+&?"));
  EXPECT_TRUE(is_path_pattern(std::string(255, 'a')));
  EXPECT_FALSE(is_path_pattern(std::string(256, 'a')));
  EXPECT_FALSE(is_path_pattern(""));
  EXPECT_FALSE(is_path_pattern(std::string_view("\0", 1)));
  for (const char c : std::string_view(" %#;,()[]{}|\\^<>=!\x7F\xC3\n")) EXPECT_FALSE(is_path_pattern({&c, 1})) << c;
}

TEST(PathPattern, Path6ThePathIsTakenAsItCame) {
  EXPECT_FALSE(matches("images/*", "/%69mages/a"));
  EXPECT_FALSE(matches("images/*", "/x/../images/a"));
  EXPECT_TRUE(matches("images/*", "/images/../secret"));
  EXPECT_FALSE(matches("images/*", "//images/a"));
}

// Tries every split: right, and slow.
bool matches_slowly(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*') {
    return matches_slowly(pattern.substr(1), text) || (!text.empty() && matches_slowly(pattern, text.substr(1)));
  }
  return !text.empty() && (pattern[0] == '?' || pattern[0] == text[0]) &&
         matches_slowly(pattern.substr(1), text.substr(1));
}

TEST(Glob, AgreesWithAMatcherThatTriesEverything) {
  std::mt19937 chance(7);
  const auto text_of = [&](std::string_view letters, std::size_t most) {
    std::string text(chance() % (most + 1), ' ');
    for (char& c : text) c = letters[chance() % letters.size()];
    return text;
  };
  int matched = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string pattern = text_of("ab*?*", 8);
    const std::string text = text_of("ab", 8);
    ASSERT_EQ(Glob(pattern).matches(text), matches_slowly(pattern, text)) << pattern << " " << text;
    matched += Glob(pattern).matches(text) ? 1 : 0;
  }
  EXPECT_GT(matched, 1000);
}

TEST(Glob, PatternsOverSeveralWordsWork) {
  for (const std::size_t length : {62U, 63U, 64U, 65U, 127U, 128U, 129U, 254U, 1000U}) {
    const std::string run(length, 'a');
    EXPECT_TRUE(Glob("*" + run).matches("b" + run));
    EXPECT_FALSE(Glob("*" + run).matches(run.substr(1)));
    EXPECT_TRUE(Glob("?" + run + "*c").matches("b" + run + "bc"));
  }
}

TEST(Glob, AHostilePatternTakesNoLongerThanItsText) {
  std::string pattern;
  for (int i = 0; i < 127; ++i) pattern += "*a";
  const Glob glob(pattern + "b");
  const std::string text(8192, 'a');
  const auto begun = std::chrono::steady_clock::now();
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(glob.matches(text));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(1));
}

}  // namespace
}  // namespace gust::config
