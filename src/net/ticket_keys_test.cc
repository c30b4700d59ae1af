#include "net/ticket_keys.h"

#include <gtest/gtest.h>

namespace gust::net {
namespace {

constexpr WallTime begin = wall_time_of(1'000'000);
constexpr Duration hour = std::chrono::hours(1);

ByteView name_of(const TicketKey& key) { return {reinterpret_cast<const char*>(key.name.data()), key.name.size()}; }

TicketKeys keys() { return {std::string(TicketKeys::secret_bytes, 's'), begin, hour}; }

TEST(TicketKeys, CoresThatBeganAlikeAgreeInEveryPeriod) {
  TicketKeys a = keys(), b = keys();
  (void)a.current(begin);
  for (const int hours : {0, 1, 2, 40}) {
    EXPECT_EQ(a.current(begin + hours * hour).cipher, b.current(begin + hours * hour).cipher);
    EXPECT_EQ(a.current(begin + hours * hour).mac, b.current(begin + hours * hour).mac);
  }
  TicketKeys late = keys();
  EXPECT_EQ(late.current(begin + 40 * hour).name, a.current(begin + 40 * hour).name);
}

TEST(TicketKeys, ATicketIsGoodInItsPeriodAndTheNext) {
  TicketKeys a = keys();
  const std::string name(name_of(a.current(begin)));
  EXPECT_NE(a.find(name, begin + hour / 2), nullptr);
  EXPECT_NE(a.find(name, begin + hour), nullptr);
  EXPECT_NE(a.current(begin + hour).name, a.find(name, begin + hour)->name);
  EXPECT_EQ(a.find(name, begin + 2 * hour), nullptr);
  EXPECT_EQ(a.find(name, begin), nullptr) << "a clock that goes back brings no key back";
}

TEST(TicketKeys, AClockThatIsAPeriodAheadIsUnderstood) {
  TicketKeys a = keys(), ahead = keys();
  EXPECT_NE(a.find(name_of(ahead.current(begin + hour)), begin), nullptr);
  EXPECT_EQ(a.find(name_of(ahead.current(begin + 2 * hour)), begin), nullptr);
}

TEST(TicketKeys, KnowsNoNameOfAnotherSecret) {
  TicketKeys a = keys();
  TicketKeys other(std::string(TicketKeys::secret_bytes, 'o'), begin, hour);
  EXPECT_EQ(a.find(name_of(other.current(begin)), begin), nullptr);
  EXPECT_EQ(a.find("short", begin), nullptr);
  EXPECT_EQ(a.find(std::string(16, '\0'), begin), nullptr);
}

}  // namespace
}  // namespace gust::net
