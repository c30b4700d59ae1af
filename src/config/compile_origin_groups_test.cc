// Origin groups: what a group may be, and what of it behaviours get.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "config/compile.h"
#include "config/distribution_test_internal.h"

namespace gust::config {
namespace {

namespace model = aws::cloudfront;
using Config = model::DistributionConfig;

model::OriginGroup group(std::string id, std::vector<std::string> members, std::vector<std::int32_t> statuses) {
  model::OriginGroup group;
  group.id = std::move(id);
  group.failover_criteria.status_codes = {static_cast<std::int32_t>(statuses.size()), statuses};
  for (std::string& member : members) group.members.items.push_back({std::move(member)});
  group.members.quantity = static_cast<std::int32_t>(group.members.items.size());
  return group;
}

// Two origins, and a group of both that the default behaviour is directed at.
DistributionDocument with_group() {
  DistributionDocument document = small_distribution();
  Config& config = document.config;
  config.origins.items.push_back(config.origins.items[0]);
  config.origins.items[1].id = "o2";
  config.origins.quantity = 2;
  config.origin_groups = model::OriginGroups{1, {group("g1", {"o2", "o1"}, {500, 404})}};
  config.default_cache_behavior.target_origin_id = "g1";
  return document;
}

// The findings after a change, as "code path: message".
std::string wrong(void (*change)(Config&)) {
  DistributionDocument document = with_group();
  change(document.config);
  std::string all;
  for (const Finding& finding : check_distribution(document)) {
    all += fmt::format("{}{} {}", all.empty() ? "" : "; ", finding.code,
                       finding.path.substr(std::string("DistributionConfig.").size()));
  }
  return all;
}

TEST(OriginGroup, Fail1ABehaviourHasTheFirstMemberAsItsOriginAndTheSecondToFailOverTo) {
  const DistributionDocument document = with_group();
  const auto snapshot = compile(1, std::span(&document, 1));
  ASSERT_TRUE(snapshot);
  const Behavior& behavior = (*snapshot)->distributions().front().behaviors.front();
  EXPECT_EQ(behavior.origin, 1U);
  ASSERT_TRUE(behavior.failover);
  EXPECT_EQ(behavior.failover->group, "g1");
  EXPECT_EQ(behavior.failover->second, 0U);
  EXPECT_TRUE(behavior.failover->is_on(404));
  EXPECT_FALSE(behavior.failover->is_on(403));
}

TEST(OriginGroup, Fail1HasExactlyTwoMembersThatAreDifferentOriginsOfTheDistribution) {
  EXPECT_EQ(wrong([](Config& c) { c.origin_groups->items[0] = group("g1", {"o1"}, {500}); }),
            "InvalidArgument OriginGroups.Items[0].Members; NoSuchOrigin DefaultCacheBehavior.TargetOriginId");
  EXPECT_EQ(wrong([](Config& c) { c.origin_groups->items[0] = group("g1", {"o1", "o1"}, {500}); }),
            "InvalidArgument OriginGroups.Items[0].Members");
  EXPECT_EQ(wrong([](Config& c) {
              c.origin_groups->items[0] = group("g1", {"o1", "o9"}, {500});
              c.default_cache_behavior.target_origin_id = "o1";
            }),
            "NoSuchOrigin OriginGroups.Items[0].Members.Items[1].OriginId");
}

TEST(OriginGroup, Fail2TakesTheServicesStatusesEachOnce) {
  EXPECT_EQ(wrong([](Config& c) {
              c.origin_groups->items[0] = group("g1", {"o1", "o2"}, {400, 403, 404, 416, 429, 500, 502, 503, 504});
            }),
            "");
  constexpr std::string_view codes = "InvalidArgument OriginGroups.Items[0].FailoverCriteria.StatusCodes";
  EXPECT_EQ(wrong([](Config& c) { c.origin_groups->items[0] = group("g1", {"o1", "o2"}, {}); }), codes);
  EXPECT_EQ(wrong([](Config& c) { c.origin_groups->items[0] = group("g1", {"o1", "o2"}, {501}); }),
            fmt::format("{}.Items[0]", codes));
  EXPECT_EQ(wrong([](Config& c) { c.origin_groups->items[0] = group("g1", {"o1", "o2"}, {500, 500}); }),
            fmt::format("{}.Items[1]", codes));
}

TEST(OriginGroup, HasAnIdOfItsOwn) {
  EXPECT_EQ(wrong([](Config& c) {
              c.origin_groups->items[0].id = "o1";
              c.default_cache_behavior.target_origin_id = "o1";
            }),
            "InvalidArgument OriginGroups.Items[0].Id");
  EXPECT_EQ(wrong([](Config& c) {
              c.origin_groups->items.push_back(c.origin_groups->items[0]);
              c.origin_groups->quantity = 2;
            }),
            "InvalidArgument OriginGroups.Items[1].Id");
}

TEST(OriginGroup, Fail4ItsBehavioursOnlyReadWhileOthersMayWrite) {
  constexpr auto all = [](Config& c) {
    c.default_cache_behavior.allowed_methods =
        model::AllowedMethods{7, {"GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"}, {}};
  };
  EXPECT_EQ(wrong(all), "InvalidArgument DefaultCacheBehavior.AllowedMethods");
  EXPECT_EQ(wrong([](Config& c) {
              c.default_cache_behavior.allowed_methods = model::AllowedMethods{3, {"GET", "HEAD", "OPTIONS"}, {}};
            }),
            "");
  EXPECT_EQ(wrong([](Config& c) {
              c.default_cache_behavior.target_origin_id = "o1";
              c.default_cache_behavior.allowed_methods =
                  model::AllowedMethods{7, {"GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"}, {}};
            }),
            "");
}

TEST(OriginGroup, QuantitiesAreCompared) {
  EXPECT_EQ(wrong([](Config& c) { c.origin_groups->items[0].members.quantity = 3; }),
            "InconsistentQuantities OriginGroups.Items[0].Members");
  EXPECT_EQ(wrong([](Config& c) { c.origin_groups->items[0].failover_criteria.status_codes.quantity = 1; }),
            "InconsistentQuantities OriginGroups.Items[0].FailoverCriteria.StatusCodes");
}

}  // namespace
}  // namespace gust::config
