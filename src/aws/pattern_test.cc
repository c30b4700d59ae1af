#include "aws/pattern.h"

#include <gtest/gtest.h>

#include <string>

#include "aws/gen/cloudformation.h"
#include "aws/gen/cloudfront.h"
#include "aws/gen/iam.h"
#include "aws/gen/s3.h"
#include "aws/gen/sts.h"

namespace gust::aws {
namespace {

bool matches(std::string_view expression, std::string_view text) {
  const auto pattern = Pattern::compile(expression);
  EXPECT_TRUE(pattern) << expression;
  return pattern && pattern->matches(text);
}

TEST(Pattern, MatchesTheWholeText) {
  EXPECT_TRUE(matches("[a-z]{2}-[a-z]+-\\d", "ap-south-1"));
  EXPECT_FALSE(matches("[a-z]{2}-[a-z]+-\\d", "ap-south-12"));
  EXPECT_FALSE(matches("[a-z]{2}-[a-z]+-\\d", "a-south-1"));
  EXPECT_TRUE(matches("arn:aws(-cn)?:cloudfront::[0-9]+:.*", "arn:aws:cloudfront::1:distribution/E"));
  EXPECT_TRUE(matches("arn:aws(-cn)?:cloudfront::[0-9]+:.*", "arn:aws-cn:cloudfront::1:"));
  EXPECT_FALSE(matches("arn:aws(-cn)?:cloudfront::[0-9]+:.*", "arn:aws:cloudfront:::x"));
  EXPECT_TRUE(matches("^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)$", "A b\xC3\xA9-1@"));
  EXPECT_FALSE(matches("^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)$", "a,b"));
  EXPECT_TRUE(matches("[a-zA-Z0-9-_]{1,3}$", "a-_"));
  EXPECT_FALSE(matches("[a-zA-Z0-9-_]{1,3}$", "abcd"));
}

TEST(Pattern, KnowsChoiceRepetitionAndNegation) {
  for (const char* good : {"", "ab", "abcd", "abab", "x"}) EXPECT_TRUE(matches("(ab|cd)*|x", good)) << good;
  for (const char* bad : {"a", "abx", "xx"}) EXPECT_FALSE(matches("(ab|cd)*|x", bad)) << bad;
  EXPECT_TRUE(matches("[^,]{2,}", "a\xC3\xA9"));
  EXPECT_FALSE(matches("[^,]{2,}", "a,"));
  EXPECT_TRUE(matches("a|b|c", "c"));
  EXPECT_TRUE(matches("(a|(b|c)d)+", "bdacd"));
  EXPECT_TRUE(matches("()*a", "a"));
}

TEST(Pattern, ReadsCodesOfCharacters) {
  EXPECT_TRUE(matches("[\\u0009\\u0020-\\u007E]+", "a\tb ~"));
  EXPECT_FALSE(matches("[\\u0009\\u0020-\\u007E]+", "a\nb"));
  EXPECT_TRUE(matches("\\u002F[\\u0021-\\u007F]*", "/ops/"));
  EXPECT_FALSE(Pattern::compile("\\u00"));
  EXPECT_FALSE(Pattern::compile("[\\u0030-\\u0020]"));
}

TEST(Pattern, RefusesWhatItDoesNotKnow) {
  for (const char* bad : {"(", ")", "a)", "[a", "a{2", "a{3,2}", "\\", "\\p{Lu}", "(?=a)", "a**", "\\1", "[[a]]",
                          "a{2001}", "((((((((((((((((((a))))))))))))))))))"}) {
    EXPECT_FALSE(Pattern::compile(bad)) << bad;
  }
}

// SECURITY.md: (a+)+$-class expressions with 64 KiB of input must not blow up.
TEST(Pattern, TakesLinearTime) {
  EXPECT_FALSE(matches("(a+)+b", std::string(64 * 1024, 'a')));
  EXPECT_FALSE(matches("(a|a)*b", std::string(64 * 1024, 'a')));
}

void expect_patterns_compile(const Shape& shape) {
  if (!shape.pattern.empty()) EXPECT_TRUE(Pattern::compile(shape.pattern)) << shape.name;
  for (const Member& member : shape.members) expect_patterns_compile(*member.shape);
  if (shape.element != nullptr) expect_patterns_compile(*shape.element);
}

TEST(Pattern, CompilesEveryPatternOfTheModels) {
  for (const Service* service :
       {&cloudfront::service(), &s3::service(), &iam::service(), &sts::service(), &cloudformation::service()}) {
    for (const Operation& operation : service->operations) {
      if (operation.input != nullptr) expect_patterns_compile(*operation.input);
      if (operation.output != nullptr) expect_patterns_compile(*operation.output);
    }
  }
}

}  // namespace
}  // namespace gust::aws
