#include "origin/object_path.h"

#include <gtest/gtest.h>

namespace gust::bench {
namespace {

TEST(ObjectPath, TellsItsSize) {
  EXPECT_EQ(size_of_object_path("/o/17-10240"), 10240U);
  EXPECT_EQ(size_of_object_path("/o/17-0?a=b"), 0U);
}

TEST(ObjectPath, IsNothingElse) {
  for (const auto* target : {"/", "/o/", "/o/17", "/o/17-", "/o/-5", "/o/x-5", "/o/1-5x", "/o/1--5", "/p/1-5", "",
                             "/o/1-99999999999999999999", "/o/1-1099511627777"}) {
    EXPECT_FALSE(size_of_object_path(target)) << target;
  }
}

}  // namespace
}  // namespace gust::bench
