#include "config/viewer_headers.h"

#include <gtest/gtest.h>

#include "config/managed_policies.h"
#include "config/removable_headers.h"

namespace gust::config {
namespace {

TEST(ViewerHeaders, Cfh1NamesAreFoundInAnyCase) {
  const ViewerHeaderRow* row = find_viewer_header("cloudfront-is-mobile-VIEWER");
  ASSERT_NE(row, nullptr);
  EXPECT_EQ(row->name, "CloudFront-Is-Mobile-Viewer");
  EXPECT_TRUE(row->is_of_device);
  EXPECT_TRUE(objection_to_viewer_header("CloudFront-Viewer-Country", ListedIn::cache_policy).empty());
}

TEST(ViewerHeaders, Cfh1FingerprintsOfTlsAreNotProvided) {
  for (const char* name : {"CloudFront-Viewer-JA3-Fingerprint", "CloudFront-Viewer-JA4-Fingerprint",
                           "CloudFront-Viewer-Cert-Pem", "CloudFront-Anything"}) {
    EXPECT_EQ(find_viewer_header(name), nullptr) << name;
    EXPECT_NE(objection_to_viewer_header(name, ListedIn::origin_request_policy).find("not provided"), std::string::npos)
        << name;
  }
}

TEST(ViewerHeaders, Key10SomeAreForOriginRequestPoliciesOnly) {
  for (const char* name : {"CloudFront-Viewer-Address", "cloudfront-viewer-asn", "cloudfront-viewer-tls"}) {
    EXPECT_TRUE(objection_to_viewer_header(name, ListedIn::origin_request_policy).empty()) << name;
    EXPECT_NE(objection_to_viewer_header(name, ListedIn::cache_policy).find("origin request policy"), std::string::npos)
        << name;
  }
}

TEST(ViewerHeaders, NothingIsSaidAgainstOtherNames) {
  EXPECT_TRUE(objection_to_viewer_header("Accept-Language", ListedIn::cache_policy).empty());
  EXPECT_EQ(find_viewer_header("Accept-Language"), nullptr);
}

TEST(RemovableHeaders, Rhp5SomeNamesStay) {
  for (const char* name : {"via", "X-Cache", "Content-Encoding", "content-length", "X-Amz-Cf-Pop", "x-edge-anything",
                           "X-Accel-Redirect", "Connection", "X-Amzn-RequestId"}) {
    EXPECT_FALSE(is_removable_response_header(name)) << name;
  }
  for (const char* name : {"Server", "Date", "X-Powered-By", "Vary", "ETag", "X-Amz-Request-Id", "Age"}) {
    EXPECT_TRUE(is_removable_response_header(name)) << name;
  }
}

}  // namespace
}  // namespace gust::config
