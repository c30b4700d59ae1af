#include "scenarios/node_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scenarios/scenario_reader.h"

namespace gust::scenarios {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Mode = config::Selection::Mode;
using std::chrono::seconds;

struct Made {
  config::Distribution distribution;
  proxy::NodeSettings settings;
  std::vector<std::string> complaints;
};

// Of the lines under an edge `e` to the origins `o` and `p`.
Made made_of(std::string_view lines) {
  const auto scenarios = read_scenarios("scenario s\nedge e to o p\n" + std::string(lines), "s");
  EXPECT_TRUE(scenarios) << scenarios.error().line << ": " << scenarios.error().text;
  const auto& node = std::get<StartNode>(scenarios->front().statements.front().what);
  const std::vector<Upstream> upstreams{{.name = "o", .at = *rt::read_address("10.0.0.1", 80)},
                                        {.name = "p", .at = *rt::read_address("10.0.0.2", 81)}};
  Made made;
  made.distribution = make_distribution(node, upstreams, ".localhost", made.complaints);
  apply_limits(node, made.settings, made.complaints);
  return made;
}

TEST(NodeSettings, WithoutSettingsThereIsOneBehaviorToTheFirstOrigin) {
  const Made made = made_of("");
  EXPECT_THAT(made.complaints, IsEmpty());
  ASSERT_EQ(made.distribution.origins.size(), 2U);
  EXPECT_EQ(made.distribution.origins[1].domain_name, "p.localhost");
  EXPECT_EQ(made.distribution.origins[1].port, 81);
  ASSERT_EQ(made.distribution.behaviors.size(), 1U);
  EXPECT_EQ(made.distribution.behaviors[0].path_pattern, "*");
  EXPECT_EQ(made.distribution.behaviors[0].origin, 0U);
  EXPECT_THAT(made.distribution.aliases, ElementsAre("e.localhost"));
}

TEST(NodeSettings, ReadsThoseOfDistributionsAndLimits) {
  const Made made = made_of(
      "  distribution enabled no aliases a.example,*.b.example root index.html error-ttl 404:1s,503:2m\n"
      "  distribution origin-path /x attempts 1 connect-timeout 2s read-timeout 3s\n"
      "  limits cache-bytes 1000 object-bytes 100 abandoned-rest-bytes 10 slice-bytes 20\n");
  EXPECT_THAT(made.complaints, IsEmpty());
  EXPECT_FALSE(made.distribution.enabled);
  EXPECT_THAT(made.distribution.aliases, ElementsAre("e.localhost", "a.example", "*.b.example"));
  EXPECT_EQ(made.distribution.default_root_object, "index.html");
  EXPECT_EQ(made.distribution.error_caching_min_ttl.at(503), std::chrono::minutes(2));
  for (const config::Origin& origin : made.distribution.origins) {
    EXPECT_EQ(origin.path, "/x");
    EXPECT_EQ(origin.connection_attempts, 1);
    EXPECT_EQ(origin.connection_timeout, seconds(2));
    EXPECT_EQ(origin.read_timeout, seconds(3));
  }
  EXPECT_EQ(made.settings.cache.bytes_max, 1000U);
  EXPECT_EQ(made.settings.cache.object_bytes_max, 100U);
  EXPECT_EQ(made.settings.abandoned_rest_max, 10U);
  EXPECT_EQ(made.settings.slice_bytes, 20U);
}

TEST(NodeSettings, ReadsThoseOfBehaviors) {
  const Made made = made_of(
      "  behavior /a origin p methods GET,POST cached-methods GET,OPTIONS protocol https-only codings gzip\n"
      "  behavior /b min-ttl 1s default-ttl 2s max-ttl 3s query except:x,y headers Accept,Origin cookies all\n"
      "  behavior * origin-query a origin-headers all origin-cookies none\n");
  EXPECT_THAT(made.complaints, IsEmpty());
  ASSERT_EQ(made.distribution.behaviors.size(), 3U);
  const config::Behavior& a = made.distribution.behaviors[0];
  EXPECT_EQ(a.origin, 1U);
  EXPECT_EQ(a.allowed_methods, config::method_get | config::method_post);
  EXPECT_EQ(a.cached_methods, config::method_get | config::method_options);
  EXPECT_EQ(a.viewer_protocol_policy, config::ViewerProtocolPolicy::https_only);
  EXPECT_TRUE(a.cache.gzip && !a.cache.brotli);
  const config::Behavior& b = made.distribution.behaviors[1];
  EXPECT_EQ(b.cache.min_ttl + b.cache.default_ttl + b.cache.max_ttl, seconds(6));
  EXPECT_EQ(b.cache.query.mode, Mode::all_except);
  EXPECT_THAT(b.cache.query.names, ElementsAre("x", "y"));
  EXPECT_THAT(b.cache.headers.names, ElementsAre("accept", "origin"));
  EXPECT_EQ(b.cache.cookies.mode, Mode::all);
  const config::Behavior& rest = made.distribution.behaviors[2];
  EXPECT_EQ(rest.origin_request.query.mode, Mode::listed);
  EXPECT_EQ(rest.origin_request.headers.mode, Mode::all);
  EXPECT_EQ(rest.origin_request.cookies.mode, Mode::none);
}

TEST(NodeSettings, WhatIsNotUnderstoodIsAComplaint) {
  EXPECT_THAT(made_of("  behavior * ttl 1s").complaints, ElementsAre("e: behavior *: no setting ttl"));
  EXPECT_THAT(made_of("  behavior * min-ttl 1").complaints, ElementsAre("e: behavior *: min-ttl cannot be 1"));
  EXPECT_THAT(made_of("  behavior * methods GRAB").complaints, ElementsAre("e: behavior *: methods cannot be GRAB"));
  EXPECT_THAT(made_of("  behavior * codings lzw").complaints, ElementsAre("e: behavior *: codings cannot be lzw"));
  EXPECT_THAT(made_of("  behavior * protocol ftp").complaints, ElementsAre("e: behavior *: protocol cannot be ftp"));
  EXPECT_THAT(made_of("  behavior * origin q").complaints, ElementsAre("e: no origin q"));
  EXPECT_THAT(made_of("  behavior *\n  behavior /a").complaints, ElementsAre("e: the behavior * comes last"));
  EXPECT_THAT(made_of("  distribution enabled maybe").complaints,
              ElementsAre("e: distribution: enabled cannot be maybe"));
  EXPECT_THAT(made_of("  distribution error-ttl 404").complaints,
              ElementsAre("e: distribution: error-ttl cannot be 404"));
  EXPECT_THAT(made_of("  limits cache-bytes much").complaints, ElementsAre("e: limits: cache-bytes cannot be much"));
}

}  // namespace
}  // namespace gust::scenarios
