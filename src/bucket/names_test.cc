#include "bucket/names.h"

#include <gtest/gtest.h>

#include <string>

namespace gust::bucket {
namespace {

TEST(BucketNames, LegalOnes) {
  for (const char* name : {"abc", "pics", "my-bucket.example.com", "0a0", "a.b", "1.2.3", "256.1.1.1.1"}) {
    EXPECT_TRUE(is_bucket_name(name)) << name;
  }
  EXPECT_TRUE(is_bucket_name(std::string(63, 'a')));
}

TEST(BucketNames, IllegalOnes) {
  for (const char* name : {"",
                           "ab",
                           "Abc",
                           "a_b",
                           "-abc",
                           "abc-",
                           ".abc",
                           "abc.",
                           "a..b",
                           "../x",
                           "a/b",
                           "192.168.5.4",
                           "xn--abc",
                           "sthree-abc",
                           "amzn-s3-demo-x",
                           "abc-s3alias",
                           "abc--ol-s3",
                           "abc.mrap",
                           "abc--x-s3",
                           "a b",
                           "caf\xc3\xa9"}) {
    EXPECT_FALSE(is_bucket_name(name)) << name;
  }
  EXPECT_FALSE(is_bucket_name(std::string(64, 'a')));
  EXPECT_FALSE(is_bucket_name(std::string("ab\0c", 4)));
}

TEST(Keys, AnyUtf8UpTo1024BytesIsLegal) {
  for (const char* key :
       {"a", "../../x", "a/../../b", "%2e%2e", "a\nb", "a\\b", "/", "//", " ", "\x01", "\xf0\x9f\x8c\x8a"}) {
    EXPECT_EQ(trouble_of_key(key), KeyTrouble::none) << key;
  }
  EXPECT_EQ(trouble_of_key(std::string(1024, 'k')), KeyTrouble::none);
}

TEST(Keys, EmptyLongNulAndBrokenUtf8AreNot) {
  EXPECT_EQ(trouble_of_key(""), KeyTrouble::empty);
  EXPECT_EQ(trouble_of_key(std::string(1025, 'k')), KeyTrouble::too_long);
  EXPECT_EQ(trouble_of_key(std::string_view("a\0b", 3)), KeyTrouble::has_nul);
  EXPECT_EQ(trouble_of_key("a\xff"), KeyTrouble::not_utf8);
}

}  // namespace
}  // namespace gust::bucket
