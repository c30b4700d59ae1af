#include "config/alternate_name.h"

#include <gtest/gtest.h>

#include <string>

namespace gust::config {
namespace {

TEST(AlternateName, Dist1IsALowerCaseHostNameOrAWildcardOfItsLeftmostLabel) {
  for (const std::string_view name :
       {"www.example.org", "example.org", "*.example.org", "app.localhost", "a-b.c_d.io"}) {
    EXPECT_TRUE(is_alternate_name(name)) << name;
  }
  for (const std::string_view name :
       {"", "www", "*", "WWW.example.org", "a.*.example.org", "*a.example.org", "a..b", ".example.org", "example.org.",
        "*.", "10.0.0.1", "*.10.0.0.1", "a b.example.org", "www.example.org:443", "https://www.example.org"}) {
    EXPECT_FALSE(is_alternate_name(name)) << name;
  }
  EXPECT_FALSE(is_alternate_name(std::string(250, 'a') + ".org"));
}

TEST(AlternateName, NamesOverlapWhereEitherMeansTheOther) {
  EXPECT_TRUE(overlap("www.example.org", "*.example.org"));
  EXPECT_TRUE(overlap("*.example.org", "www.example.org"));
  EXPECT_TRUE(overlap("*.example.org", "*.example.org"));
  EXPECT_FALSE(overlap("a.b.example.org", "*.example.org"));
  EXPECT_FALSE(overlap("example.org", "*.example.org"));
}

}  // namespace
}  // namespace gust::config
