#include "config/host_table.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace gust::config {
namespace {

TEST(HostTable, Rfc9110Section4Point2Point3NamesHaveNoCase) {
  HostTable table;
  table.add("D1.Cdn.Localhost", 7);
  EXPECT_EQ(table.find("d1.cdn.localhost"), 7U);
  EXPECT_EQ(table.find("D1.CDN.LOCALHOST"), 7U);
  EXPECT_EQ(table.find("d2.cdn.localhost"), std::nullopt);
  EXPECT_EQ(table.find("d1.cdn.localhos"), std::nullopt);
  EXPECT_EQ(table.find(""), std::nullopt);
}

TEST(HostTable, BytesThatDifferByTheBitOfCaseAloneAreNotTakenForEachOther) {
  HostTable table;
  table.add("a[b.test", 1);
  EXPECT_EQ(table.find("a{b.test"), std::nullopt);
  EXPECT_EQ(table.find("a[b\x0etest"), std::nullopt);
  EXPECT_EQ(table.find("A[B.TEST"), 1U);
}

TEST(HostTable, AnEmptyOneHasNothing) {
  const HostTable table;
  EXPECT_TRUE(table.empty());
  EXPECT_EQ(table.find("a"), std::nullopt);
}

TEST(HostTable, TheFirstNumberOfANameStays) {
  HostTable table;
  table.add("a.test", 1);
  table.add("A.TEST", 2);
  EXPECT_EQ(table.find("a.test"), 1U);
}

TEST(HostTable, AllOfManyNamesAreFoundAndNoOthers) {
  HostTable table;
  const auto name = [](std::size_t i) { return "d" + std::to_string(i * 7919) + ".cdn.example"; };
  for (std::size_t i = 0; i < 5000; ++i) table.add(name(i), i);
  for (std::size_t i = 0; i < 5000; ++i) EXPECT_EQ(table.find(name(i)), i);
  for (std::size_t i = 5000; i < 10'000; ++i) EXPECT_EQ(table.find(name(i)), std::nullopt);
}

}  // namespace
}  // namespace gust::config
