#include "control/policies.h"

#include "control/control_test_internal.h"

namespace gust::control {
namespace {

class PoliciesTest : public ControlTest {
 protected:
  void SetUp() override { start(); }
};

TEST_F(PoliciesTest, ManagedCachePoliciesAreListedAndPaged) {
  const Reply all = send("GET", "/2020-05-31/cache-policy?Type=managed");
  EXPECT_EQ(all.status, 200);
  EXPECT_TRUE(all.has("<MaxItems>100</MaxItems><Quantity>7</Quantity>")) << all.body;
  EXPECT_TRUE(all.has("<Type>managed</Type>"));
  EXPECT_TRUE(send("GET", "/2020-05-31/cache-policy?Type=custom").has("<Quantity>0</Quantity>"));
  const Reply page = send("GET", "/2020-05-31/cache-policy?MaxItems=3");
  EXPECT_EQ(page.element("NextMarker"), "4135ea2d-6df8-44a3-9df3-4b5a84be39ad");
  EXPECT_EQ(send("GET", "/2020-05-31/cache-policy?Marker=x").error(), "400 InvalidArgument");
}

TEST_F(PoliciesTest, AManagedCachePolicyShowsItsSettings) {
  const Reply reply = send("GET", "/2020-05-31/cache-policy/658327ea-f89d-4fab-a63d-7e88639e58f6");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.header("ETag").size(), 14U);
  EXPECT_EQ(reply.element("Name"), "Managed-CachingOptimized");
  EXPECT_EQ(reply.element("MinTTL"), "1");
  EXPECT_EQ(reply.element("EnableAcceptEncodingBrotli"), "true");
  EXPECT_EQ(reply.element("HeaderBehavior"), "none");
  EXPECT_EQ(send("GET", "/2020-05-31/cache-policy/658327ea-f89d-4fab-a63d-7e88639e58f6/config").element("MaxTTL"),
            "31536000");
  EXPECT_EQ(send("GET", "/2020-05-31/cache-policy/none").error(), "404 NoSuchCachePolicy");
  EXPECT_EQ(send("GET", "/2020-05-31/cache-policy/none/config").error(), "404 NoSuchCachePolicy");
}

TEST_F(PoliciesTest, ManagedOriginRequestPolicies) {
  EXPECT_TRUE(send("GET", "/2020-05-31/origin-request-policy").has("<Quantity>8</Quantity>"));
  const Reply reply = send("GET", "/2020-05-31/origin-request-policy/33f36d7e-f396-46d9-90e0-52428a34d9dc");
  EXPECT_EQ(reply.element("HeaderBehavior"), "allViewerAndWhitelistCloudFront");
  EXPECT_TRUE(reply.has("<Quantity>21</Quantity>")) << reply.body;
  const Reply except = send("GET", "/2020-05-31/origin-request-policy/b689b0a8-53d0-40ab-baf2-68738e2966ac/config");
  EXPECT_EQ(except.element("HeaderBehavior"), "allExcept");
  EXPECT_EQ(send("GET", "/2020-05-31/origin-request-policy/none").error(), "404 NoSuchOriginRequestPolicy");
  EXPECT_EQ(send("GET", "/2020-05-31/origin-request-policy/none/config").error(), "404 NoSuchOriginRequestPolicy");
}

TEST_F(PoliciesTest, ManagedResponseHeadersPolicies) {
  EXPECT_TRUE(send("GET", "/2020-05-31/response-headers-policy").has("<Quantity>5</Quantity>"));
  const Reply reply = send("GET", "/2020-05-31/response-headers-policy/eaab4381-ed33-4a86-88ca-d9558dc6cd63");
  EXPECT_EQ(reply.element("FrameOption"), "SAMEORIGIN");
  EXPECT_TRUE(reply.has("<Method>OPTIONS</Method>")) << reply.body;
  EXPECT_EQ(
      send("GET", "/2020-05-31/response-headers-policy/60669652-455b-4ae9-85a4-c4c02393f86c/config").element("Name"),
      "Managed-SimpleCORS");
  EXPECT_EQ(send("GET", "/2020-05-31/response-headers-policy/none").error(), "404 NoSuchResponseHeadersPolicy");
  EXPECT_EQ(send("GET", "/2020-05-31/response-headers-policy/none/config").error(), "404 NoSuchResponseHeadersPolicy");
}

}  // namespace
}  // namespace gust::control
