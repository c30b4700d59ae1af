#include "control/control_test_internal.h"
#include "control/distribution_uses.h"

namespace gust::control {
namespace {

namespace model = aws::cloudfront;

class DistributionListsTest : public ControlTest {
 protected:
  void SetUp() override { start(); }

  Reply by_acl(std::string_view acl, std::string_view query = "") {
    return send("GET", fmt::format("/2020-05-31/distributionsByWebACLId/{}{}", acl, query));
  }
};

TEST_F(DistributionListsTest, ByWebAclNullAreThoseWithoutOne) {
  create_deployed("r1");
  create_deployed("r2");
  EXPECT_EQ(by_acl("null").element("Quantity"), "2");
  EXPECT_EQ(by_acl("some").element("Quantity"), "0");
  const Reply page = by_acl("null", "?MaxItems=1");
  EXPECT_EQ(page.element("ETag"), get(page.element("Id")).header("ETag"));
  EXPECT_EQ(page.element("ConnectionMode"), "direct");
  EXPECT_EQ(page.element("IsTruncated"), "true");
  const Reply rest = by_acl("null", "?Marker=" + page.element("NextMarker"));
  EXPECT_NE(rest.element("Id"), page.element("Id"));
  EXPECT_EQ(rest.element("IsTruncated"), "false");
}

TEST_F(DistributionListsTest, ByRealtimeLogConfigNeedsANameOrAnArn) {
  EXPECT_EQ(send("POST", "/2020-05-31/distributionsByRealtimeLogConfig/",
                 "<ListDistributionsByRealtimeLogConfigRequest></ListDistributionsByRealtimeLogConfigRequest>")
                .error(),
            "400 InvalidArgument");
}

TEST(DistributionUses, ABehaviourNamesAThing) {
  model::DistributionConfig config;
  model::CacheBehavior behavior;
  behavior.function_associations = {1, {{"arn:f", "viewer-request"}}};
  behavior.field_level_encryption_id = "C1";
  config.cache_behaviors = {1, {behavior}};
  config.default_cache_behavior.realtime_log_config_arn = "arn:r";
  config.web_acl_id = "acl";
  EXPECT_TRUE(names(config, Named::function, "arn:f"));
  EXPECT_TRUE(names(config, Named::field_level_encryption, "C1"));
  EXPECT_TRUE(names(config, Named::realtime_log_config, "arn:r"));
  EXPECT_TRUE(names(config, Named::web_acl, "acl"));
  EXPECT_FALSE(names(config, Named::web_acl, "null"));
  EXPECT_FALSE(names(config, Named::function, "arn:r"));
}

}  // namespace
}  // namespace gust::control
