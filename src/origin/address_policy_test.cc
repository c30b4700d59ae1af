#include "origin/address_policy.h"

#include <gtest/gtest.h>

namespace gust::origin {
namespace {

struct Row {
  const char* address;
  AddressClass expected;
};

TEST(AddressPolicy, SecuritySsrfTable) {
  using enum AddressClass;
  const Row rows[] = {
      {"8.8.8.8", global},
      {"1.1.1.1", global},
      {"172.15.255.255", global},
      {"172.32.0.0", global},
      {"100.63.255.255", global},
      {"100.128.0.0", global},
      {"223.255.255.255", global},
      {"2606:4700::1111", global},
      {"2a00:1450::1", global},
      {"0.0.0.0", unspecified},
      {"0.1.2.3", unspecified},
      {"::", unspecified},
      {"127.0.0.1", loopback},
      {"127.255.255.254", loopback},
      {"::1", loopback},
      {"10.0.0.1", private_use},
      {"172.16.0.1", private_use},
      {"172.31.255.255", private_use},
      {"192.168.1.1", private_use},
      {"100.64.0.1", private_use},
      {"fc00::1", private_use},
      {"fd12:3456::1", private_use},
      {"fec0::1", private_use},
      {"169.254.1.1", link_local},
      {"fe80::1", link_local},
      {"febf::1", link_local},
      {"169.254.169.254", metadata},
      {"169.254.170.2", metadata},
      {"100.100.100.200", metadata},
      {"168.63.129.16", metadata},
      {"fd00:ec2::254", metadata},
      {"224.0.0.1", multicast},
      {"239.255.255.255", multicast},
      {"255.255.255.255", multicast},
      {"ff02::1", multicast},
      {"::ffff:8.8.8.8", embedded},
      {"::ffff:127.0.0.1", embedded},
      {"::ffff:169.254.169.254", embedded},
      {"::127.0.0.1", embedded},
      {"2002:7f00:1::", embedded},
      {"2001:0:4136:e378::1", embedded},
      {"64:ff9b:1::7f00:1", embedded},
      {"64:ff9b::127.0.0.1", loopback},
      {"64:ff9b::169.254.169.254", metadata},
      {"64:ff9b::8.8.8.8", global},
      {"192.0.2.1", reserved},
      {"198.18.0.1", reserved},
      {"203.0.113.9", reserved},
      {"240.0.0.1", reserved},
      {"2001:db8::1", reserved},
      {"2001:10::1", reserved},
      {"3fff::1", reserved},
      {"4000::1", reserved},
      {"100::1", reserved},
  };
  for (const Row& row : rows) {
    const auto address = rt::read_address(row.address, 80);
    ASSERT_TRUE(address) << row.address;
    EXPECT_EQ(name_of(class_of(*address)), name_of(row.expected)) << row.address;
    EXPECT_EQ(is_allowed(*address, {}), row.expected == global) << row.address;
  }
}

rt::Endpoint address(std::string_view text) { return *rt::read_address(text, 80); }

TEST(AddressPolicy, TheOperatorMayAllowLoopbackAndPrivateAddressesOnly) {
  const AddressPolicy policy{.allow_loopback = true, .allow_private = true, .allowed = {}};
  EXPECT_TRUE(is_allowed(address("127.0.0.1"), policy));
  EXPECT_TRUE(is_allowed(address("::1"), policy));
  EXPECT_TRUE(is_allowed(address("10.1.2.3"), policy));
  for (const char* never_by_class : {"169.254.169.254", "fd00:ec2::254", "100.100.100.200", "169.254.1.1", "0.0.0.0",
                                     "::ffff:127.0.0.1", "224.0.0.1"}) {
    EXPECT_FALSE(is_allowed(address(never_by_class), policy)) << never_by_class;
  }
}

TEST(AddressPolicy, ARangeAllowsWhateverItHolds) {
  AddressPolicy policy;
  policy.allowed = {*rt::read_address_range("10.1.0.0/20"), *rt::read_address_range("fd00::/9"),
                    *rt::read_address_range("169.254.169.254")};
  EXPECT_TRUE(is_allowed(address("10.1.15.255"), policy));
  EXPECT_FALSE(is_allowed(address("10.1.16.0"), policy));
  EXPECT_TRUE(is_allowed(address("fd7f::1"), policy));
  EXPECT_FALSE(is_allowed(address("fd80::1"), policy));
  EXPECT_TRUE(is_allowed(address("169.254.169.254"), policy));
  EXPECT_FALSE(is_allowed(address("127.0.0.1"), policy));
}

}  // namespace
}  // namespace gust::origin
