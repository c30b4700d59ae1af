#include "proxy/ids.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>

#include "rt/sim_world.h"

namespace gust::proxy {
namespace {

TEST(RequestId, Hdr9FortyBytesAsUrlSafeBase64) {
  rt::sim::World world(1);
  RequestIds made_here(world.add_host("edge", "10.0.0.1"));
  std::set<std::string> ids;
  std::set<char> characters;
  for (int i = 0; i < 1000; ++i) {
    const RequestId made = made_here.next();
    const std::string text(made.text());
    ASSERT_EQ(text.size(), 56U);
    ASSERT_THAT(text, testing::MatchesRegex("[A-Za-z0-9_-]*=="));
    // The last digit holds two bits of the fortieth byte; the four that hang over are zero.
    ASSERT_NE(std::string("AQgw").find(text[53]), std::string::npos) << text;
    ASSERT_TRUE(is_request_id(text));
    characters.insert(text.begin(), text.end());
    ids.insert(text);
  }
  EXPECT_EQ(ids.size(), 1000U);
  EXPECT_EQ(characters.size(), 65U) << "all digits and the equals sign";
}

TEST(RequestId, Hdr9CoresThatStartAlikeMakeOtherIds) {
  rt::sim::World world(1);
  RequestIds one(world.add_host("edge1", "10.0.0.1"));
  RequestIds two(world.add_host("edge2", "10.0.0.2"));
  std::set<std::string> ids;
  for (int i = 0; i < 1000; ++i) {
    ids.emplace(one.next().text());
    ids.emplace(two.next().text());
  }
  EXPECT_EQ(ids.size(), 2000U);
}

TEST(RequestId, Hdr9EachBitOfAnIdIsAsOftenSetAsNot) {
  rt::sim::World world(1);
  RequestIds made_here(world.add_host("edge", "10.0.0.1"));
  constexpr int count = 4096;
  const std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::array<std::array<int, 6>, 53> set{};
  std::array<std::array<int, 6>, 53> changed{};  // from one id to the next
  std::array<std::size_t, 53> before{};
  for (int n = 0; n < count; ++n) {
    const RequestId made = made_here.next();
    for (std::size_t i = 0; i < set.size(); ++i) {
      const std::size_t digit = alphabet.find(made.text()[i]);
      for (std::size_t bit = 0; bit < 6; ++bit) {
        set[i][bit] += static_cast<int>(digit >> bit & 1U);
        changed[i][bit] += static_cast<int>((digit ^ before[i]) >> bit & 1U);
      }
      before[i] = digit;
    }
  }
  // Six standard deviations of a fair coin.
  for (const auto* counts : {&set, &changed}) {
    for (const auto& digit : *counts) {
      for (const int times : digit) EXPECT_NEAR(times, count / 2.0, 6 * 32);
    }
  }
}

TEST(RequestId, Hdr9OnlyWhatOneCouldHaveBeenIsTakenFromAnotherTier) {
  const std::string good = std::string(54, 'a') + "==";
  EXPECT_TRUE(is_request_id(good));
  EXPECT_FALSE(is_request_id(""));
  EXPECT_FALSE(is_request_id(std::string(55, 'a') + "="));
  EXPECT_FALSE(is_request_id(std::string(53, 'a') + "=="));
  EXPECT_FALSE(is_request_id(std::string(55, 'a') + "=="));
  for (const char bad : {' ', '+', '/', '=', '<', '\t', '\0', '\x80'}) {
    std::string text = good;
    text[20] = bad;
    EXPECT_FALSE(is_request_id(text)) << static_cast<int>(bad);
  }
}

TEST(ViaName, Hdr7TheSameForOneNodeAlways) {
  const std::string name = via_name_of("BOM50");
  EXPECT_EQ(name.size(), 32 + std::string_view(".cloudfront.net").size());
  EXPECT_EQ(name.substr(0, 32).find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_TRUE(name.ends_with(".cloudfront.net"));
  EXPECT_EQ(via_name_of("BOM50"), name);
  EXPECT_NE(via_name_of("IAD50"), name);
}

}  // namespace
}  // namespace gust::proxy
