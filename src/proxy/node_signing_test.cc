// Whole nodes in front of private origins: OAC-1, and what viewers get where there is no key.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/sigv4.h"
#include "base/text.h"
#include "proxy/node_world_internal.h"

namespace gust::proxy {
namespace {

using testing::Contains;
using testing::HasSubstr;

const std::vector<TextField> for_a_minute{{"Cache-Control", "max-age=60"}};

config::Distribution private_distribution(bool prefers_viewers = false) {
  config::Distribution distribution = plain_distribution();
  distribution.origins[0].access = config::OriginAccess{config::OriginAccess::Kind::control, "E2", prefers_viewers};
  distribution.origins[0].path = "/bucket";
  distribution.behaviors[0].allowed_methods = all_methods;
  return distribution;
}

NodeWorldOptions options(config::Distribution distribution, bool has_regional = false) {
  NodeWorldOptions made;
  made.has_regional = has_regional;
  made.distribution = std::move(distribution);
  made.origin_keys.stores = {{"*.other.test", "AKIDOTHER", "other", ""}, {"origin.test", "AKIDSTORE", "secret", ""}};
  return made;
}

// As the store would judge the request.
aws::Answer<aws::Verified> verify(NodeWorld& net, const sim::MessageText& asked) {
  const Cut method = cut(std::string_view(asked.start_line), ' ');
  const Cut target = cut(cut(method.after, ' ').before, '?');
  std::vector<aws::HeaderView> headers;
  for (const TextField& field : asked.fields) headers.push_back({field.name, field.value});
  const aws::WireRequest wire{
      .method = method.before, .path = target.before, .query = target.after, .headers = headers};
  const aws::VerifyRules rules{.service = "s3", .region = "us-east-1", .now = net.world.wall_now(), .body = {}};
  const aws::FindSecret find = [](std::string_view id) {
    return id == "AKIDSTORE" ? std::optional<std::string>("secret") : std::nullopt;
  };
  return aws::verify_signature(wire, rules, find);
}

TEST(NodeSigning, Oac1ThePrivateOriginGetsASignedRequestAndAHitAsksNobody) {
  NodeWorld net(options(private_distribution(), true));
  net.serve("/bucket/a%20b", reply_text(200, for_a_minute, "body"));
  EXPECT_EQ(net.get("/a%20b").message.body, "body");
  const Reply again = net.get("/a%20b");
  EXPECT_EQ(cache_result(again), "Hit");
  ASSERT_EQ(net.origin().request_count(), 1U);
  const auto verified = verify(net, net.origin().requests()[0]);
  EXPECT_TRUE(verified) << verified.error().message;
}

TEST(NodeSigning, EdgesSignWhereThereIsNoRegionalCache) {
  NodeWorld net(options(private_distribution()));
  net.serve("/bucket/a", reply_text(200, for_a_minute, "body"));
  EXPECT_EQ(net.get("/a").status, 200);
  EXPECT_TRUE(verify(net, net.origin().requests()[0]));
}

TEST(NodeSigning, ConditionsAndRangesGoWithTheSignature) {
  config::Distribution distribution = private_distribution();
  disable_caching(distribution.behaviors[0]);
  distribution.behaviors[0].origin_request.query = all();
  NodeWorld net(options(std::move(distribution)));
  net.origin().add({.target = "/bucket/a?x=1",
                    .fields = {{"Range", "bytes=0-1"}, {"If-Match", "\"e\""}},
                    .reply = reply_text(206, {{"Content-Range", "bytes 0-1/4"}}, "bo")});
  EXPECT_EQ(net.get("/a?x=1", {{"Range", "bytes=0-1"}, {"If-Match", "\"e\""}}).status, 206);
  EXPECT_TRUE(verify(net, net.origin().requests()[0]));
}

TEST(NodeSigning, ABodyStreamsUnderTheSignature) {
  NodeWorld net(options(private_distribution(), true));
  const std::string body(100'000, 'b');
  net.origin().add({.method = "PUT", .target = "/bucket/a", .body = body, .reply = reply_text(200, {}, "")});
  const Reply reply = net.ask("PUT /a HTTP/1.1\r\nHost: d1.cdn.test\r\nContent-Length: 100000\r\n\r\n" + body);
  EXPECT_EQ(reply.status, 200);
  const auto verified = verify(net, net.origin().requests()[0]);
  ASSERT_TRUE(verified) << verified.error().message;
  EXPECT_EQ(verified->payload, aws::PayloadMode::unsigned_body);
}

TEST(NodeSigning, Oac1NoOverrideHandsOnTheViewersAuthorization) {
  config::Distribution distribution = private_distribution(true);
  distribution.behaviors[0].cache.headers = listed({"authorization"});
  NodeWorld net(options(std::move(distribution), true));
  net.origin().add(
      {.target = "/bucket/a", .fields = {{"Authorization", "Basic abc"}}, .reply = reply_text(200, {}, "theirs")});
  EXPECT_EQ(net.get("/a", {{"Authorization", "Basic abc"}}).message.body, "theirs");
  EXPECT_EQ(count_of(net.origin().requests()[0], "x-amz-date"), 0U);
  net.origin().add({.target = "/bucket/a", .reply = reply_text(200, {}, "ours")});
  EXPECT_EQ(net.get("/a").message.body, "ours");
  EXPECT_TRUE(verify(net, net.origin().requests()[1]));
}

TEST(NodeSigning, Oac1AlwaysTakesThePlaceOfTheViewersAuthorization) {
  config::Distribution distribution = private_distribution();
  distribution.behaviors[0].cache.headers = listed({"authorization"});
  NodeWorld net(options(std::move(distribution), true));
  net.serve("/bucket/a", reply_text(200, {}, "body"));
  EXPECT_EQ(net.get("/a", {{"Authorization", "Basic abc"}}).status, 200);
  EXPECT_TRUE(verify(net, net.origin().requests()[0]));
}

TEST(NodeSigning, Oac4TheOriginsRefusalIsPassedOn) {
  NodeWorld net(options(private_distribution(), true));
  net.serve("/bucket/a", reply_text(403, {}, "no"));
  EXPECT_EQ(net.get("/a").status, 403);
}

TEST(NodeSigning, WithoutAKeyTheOriginIsNotAskedAndTheReasonIsTold) {
  NodeWorldOptions keyless = options(private_distribution(), true);
  keyless.origin_keys.stores.clear();
  NodeWorld net(std::move(keyless));
  const Reply reply = net.get("/a", {{"Gust-Explain", "the explain token"}});
  EXPECT_EQ(reply.status, 502);
  EXPECT_THAT(field(reply, "Gust-Decision"), HasSubstr("there is no key for it"));
  EXPECT_EQ(net.origin().request_count(), 0U);
  EXPECT_THAT(net.regional().log_lines(), Contains(HasSubstr("there is no key for that host")));
}

TEST(OriginKeys, TheFirstStoreThatFitsTheHostCounts) {
  OriginKeys keys;
  keys.stores = {{"*.s3.eu-west-1.amazonaws.com", "AKIDALL", "a", ""},
                 {"b.s3.eu-west-1.amazonaws.com", "AKIDONE", "b", "never"},
                 {"minio.test", "AKIDMINIO", "c", "local"}};
  config::Origin origin = private_distribution().origins[0];
  const auto key_for = [&](std::string_view host) {
    origin.domain_name = host;
    return sign_for_store(keys, origin)->key;
  };
  EXPECT_EQ(key_for("B.s3.eu-west-1.amazonaws.com").access_key_id, "AKIDALL");
  EXPECT_EQ(key_for("b.s3.eu-west-1.amazonaws.com").region, "eu-west-1");
  EXPECT_EQ(key_for("minio.test").region, "local");
  EXPECT_EQ(key_for("s3.eu-west-1.amazonaws.com").access_key_id, "");
  EXPECT_EQ(key_for("evilminio.test").access_key_id, "");
  origin.access.reset();
  EXPECT_EQ(sign_for_store(keys, origin), nullptr);
}

TEST(OriginKeys, Oac2OurOwnStoreIsToldTheDistributionOrTheIdentity) {
  const OriginKeys keys{.account_id = "123456789012", .access_key_id = "AKIDEDGE", .secret = "s", .stores = {}};
  config::Distribution distribution = private_distribution();
  const auto control = sign_for_own_store(keys, distribution, distribution.origins[0]);
  ASSERT_EQ(control->fields.size(), 2U);
  EXPECT_EQ(control->fields[0].value, "arn:aws:cloudfront::123456789012:distribution/E1");
  EXPECT_EQ(control->fields[1].value, "123456789012");
  distribution.origins[0].access->kind = config::OriginAccess::Kind::identity;
  const auto identity = sign_for_own_store(keys, distribution, distribution.origins[0]);
  ASSERT_EQ(identity->fields.size(), 3U);
  EXPECT_EQ(identity->fields[2].value, "E2");
  distribution.origins[0].access.reset();
  EXPECT_EQ(sign_for_own_store(keys, distribution, distribution.origins[0]), nullptr);
}

}  // namespace
}  // namespace gust::proxy
