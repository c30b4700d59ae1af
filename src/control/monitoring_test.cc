#include "control/monitoring.h"

#include "control/control_test_internal.h"

namespace gust::control {
namespace {

class MonitoringTest : public ControlTest {
 protected:
  void SetUp() override { start(); }

  static std::string place(std::string_view id) {
    return fmt::format("/2020-05-31/distributions/{}/monitoring-subscription/", id);
  }
  Reply subscribe(std::string_view id, std::string_view status) {
    return send("POST", place(id),
                fmt::format("<MonitoringSubscription><RealtimeMetricsSubscriptionConfig>"
                            "<RealtimeMetricsSubscriptionStatus>{}</RealtimeMetricsSubscriptionStatus>"
                            "</RealtimeMetricsSubscriptionConfig></MonitoringSubscription>",
                            status));
  }
};

TEST_F(MonitoringTest, SubscribeChangeLookAndDelete) {
  const std::string id = create_deployed();
  EXPECT_EQ(send("GET", place(id)).error(), "404 NoSuchMonitoringSubscription");
  EXPECT_EQ(subscribe(id, "Enabled").status, 200);
  EXPECT_EQ(subscribe(id, "Enabled").error(), "409 MonitoringSubscriptionAlreadyExists");
  EXPECT_EQ(subscribe(id, "Disabled").status, 200);
  EXPECT_EQ(send("GET", place(id)).element("RealtimeMetricsSubscriptionStatus"), "Disabled");
  EXPECT_EQ(send("DELETE", place(id)).status, 200);
  EXPECT_EQ(send("DELETE", place(id)).error(), "404 NoSuchMonitoringSubscription");
}

TEST_F(MonitoringTest, OnlyOfDistributionsThatAreThere) {
  EXPECT_EQ(subscribe("E0", "Enabled").error(), "404 NoSuchDistribution");
  EXPECT_EQ(send("GET", place("E0")).error(), "404 NoSuchDistribution");
  EXPECT_EQ(send("DELETE", place("E0")).error(), "404 NoSuchDistribution");
  const std::string id = create_deployed();
  EXPECT_EQ(subscribe(id, "Perhaps").status, 400);
  EXPECT_EQ(send("POST", place(id), "<MonitoringSubscription></MonitoringSubscription>").error(),
            "400 InvalidArgument");
}

TEST_F(MonitoringTest, ItGoesWithItsDistribution) {
  const std::string id = create_deployed();
  subscribe(id, "Enabled");
  const Reply disabled = update(id, small_config("r1", "", "false"), get(id).header("ETag"));
  settle();
  EXPECT_EQ(send("DELETE", "/2020-05-31/distribution/" + id, "", {{"If-Match", disabled.header("ETag")}}).status, 204);
  EXPECT_TRUE(documents().empty());
}

}  // namespace
}  // namespace gust::control
