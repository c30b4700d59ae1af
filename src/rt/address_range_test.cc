#include "rt/address_range.h"

#include <gtest/gtest.h>

namespace gust::rt {
namespace {

TEST(AddressRange, RangesThatAreNoneAreRefused) {
  for (const char* text : {"", "/8", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8/8", "name/8"}) {
    EXPECT_FALSE(read_address_range(text)) << text;
  }
}

TEST(AddressRange, HoldsWhatBeginsWithItsBits) {
  const auto is_in = [](const char* range, const char* address) {
    return holds(*read_address_range(range), *read_address(address, 0));
  };
  EXPECT_TRUE(is_in("10.1.0.0/20", "10.1.15.255"));
  EXPECT_FALSE(is_in("10.1.0.0/20", "10.1.16.0"));
  EXPECT_TRUE(is_in("0.0.0.0/0", "255.255.255.255"));
  EXPECT_TRUE(is_in("fd00::/9", "fd7f::1"));
  EXPECT_FALSE(is_in("::/0", "10.0.0.1"));
  EXPECT_TRUE(is_in("127.0.0.1", "127.0.0.1"));
  EXPECT_FALSE(is_in("127.0.0.1", "127.0.0.2"));
}

}  // namespace
}  // namespace gust::rt
