#include "proxy/server_timing.h"

#include <gtest/gtest.h>

#include "base/arena.h"

namespace gust::proxy {
namespace {

using std::chrono::milliseconds;

Timing timing_of(Timing::Cache cache) {
  return {.cache = cache,
          .pop = "BOM50",
          .request_id = "id==",
          .layer = "EDGE",
          .upstream_dns = milliseconds(1),
          .upstream_connect = milliseconds(114),
          .upstream_first_byte = milliseconds(177),
          .downstream_first_byte = milliseconds(436),
          .of_origin = {}};
}

TEST(ServerTiming, Rhp6AMissTellsOfTheVisitToTheOrigin) {
  Arena arena;
  EXPECT_EQ(server_timing_of(timing_of(Timing::Cache::miss), arena),
            "cdn-upstream-layer;desc=\"EDGE\",cdn-upstream-dns;dur=1,cdn-upstream-connect;dur=114,"
            "cdn-upstream-fbl;dur=177,cdn-cache-miss,cdn-pop;desc=\"BOM50\",cdn-rid;desc=\"id==\","
            "cdn-downstream-fbl;dur=436");
}

TEST(ServerTiming, Rhp6AHitTellsWhoseCacheItWas) {
  Arena arena;
  Timing timing = timing_of(Timing::Cache::hit);
  timing.layer = "REC";
  EXPECT_EQ(server_timing_of(timing, arena),
            "cdn-cache-hit,cdn-pop;desc=\"BOM50\",cdn-rid;desc=\"id==\",cdn-hit-layer;desc=\"REC\","
            "cdn-downstream-fbl;dur=436");
}

TEST(ServerTiming, Rhp6TheOriginsOwnStandsBehind) {
  Arena arena;
  Timing timing = timing_of(Timing::Cache::miss);
  timing.of_origin = "db;dur=53";
  EXPECT_TRUE(server_timing_of(timing, arena).ends_with("cdn-downstream-fbl;dur=436,db;dur=53"));
}

TEST(ServerTiming, Rhp6APageOfOursTellsWhereItWasMade) {
  Arena arena;
  EXPECT_EQ(server_timing_of(timing_of(Timing::Cache::none), arena),
            "cdn-pop;desc=\"BOM50\",cdn-rid;desc=\"id==\",cdn-downstream-fbl;dur=436");
}

}  // namespace
}  // namespace gust::proxy
