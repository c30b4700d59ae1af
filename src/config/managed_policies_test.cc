#include "config/managed_policies.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace gust::config {
namespace {

TEST(ManagedPolicies, EveryIdIsAUuidAndStandsOnce) {
  std::set<std::string_view> ids;
  for (const auto& policy : managed_cache_policies()) EXPECT_TRUE(ids.insert(policy.id).second);
  for (const auto& policy : managed_origin_request_policies()) EXPECT_TRUE(ids.insert(policy.id).second);
  for (const auto& policy : managed_response_headers_policies()) EXPECT_TRUE(ids.insert(policy.id).second);
  EXPECT_EQ(ids.size(), 20U);
  for (const std::string_view id : ids) EXPECT_EQ(id.size(), 36U) << id;
}

TEST(ManagedPolicies, CachePoliciesHaveTheirTtlsInOrder) {
  for (const auto& policy : managed_cache_policies()) {
    EXPECT_LE(policy.min_ttl, policy.default_ttl) << policy.name;
    EXPECT_LE(policy.default_ttl, policy.max_ttl) << policy.name;
  }
}

TEST(ManagedPolicies, FoundById) {
  EXPECT_EQ(find_managed_cache_policy("658327ea-f89d-4fab-a63d-7e88639e58f6")->name, "Managed-CachingOptimized");
  EXPECT_EQ(find_managed_cache_policy(""), nullptr);
  EXPECT_EQ(find_managed_origin_request_policy("216adef6-5c7f-47e4-b989-5492eafa07d3")->name, "Managed-AllViewer");
  EXPECT_EQ(find_managed_response_headers_policy("60669652-455b-4ae9-85a4-c4c02393f86c")->name, "Managed-SimpleCORS");
}

}  // namespace
}  // namespace gust::config
