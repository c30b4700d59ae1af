#include "origin/target.h"

#include <gtest/gtest.h>

namespace gust::origin {
namespace {

OriginTarget a_target() {
  OriginTarget target;
  target.tenant = "E1";
  target.host = "Origin.Example";
  target.host_header = "origin.example";
  return target;
}

http::RequestHead a_request(ByteView target) {
  http::RequestHead request;
  request.set_target(target);
  request.authority = "d1.cdn.localhost";
  return request;
}

TEST(PoolKey, SecurityTenantsDoNotShareAndSpellingDoesNotMatter) {
  const OriginTarget target = a_target();
  OriginTarget other = a_target();
  other.host = "origin.example";
  EXPECT_EQ(pool_key_of(target), pool_key_of(other));
  other.tenant = "E2";
  EXPECT_NE(pool_key_of(target), pool_key_of(other));
  other = a_target();
  other.port = 8080;
  EXPECT_NE(pool_key_of(target), pool_key_of(other));
  other = a_target();
  other.trusted_endpoints = {*rt::read_address("127.0.0.1", 80)};
  EXPECT_NE(pool_key_of(target), pool_key_of(other));
}

TEST(OriginRequest, Url1TheOriginPathStandsInFrontAndHostIsTheTargets) {
  OriginTarget target = a_target();
  target.path = "/production";
  Arena arena;
  const auto request = make_origin_request(target, a_request("/a/b.html?x=1"), arena);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->target, "/production/a/b.html?x=1");
  EXPECT_EQ(request->path, "/production/a/b.html");
  EXPECT_EQ(request->query, "x=1");
  EXPECT_EQ(request->authority, "origin.example");
}

TEST(OriginRequest, WithoutAHostHeaderTheGivenAuthorityStays) {
  OriginTarget target = a_target();
  target.host_header.clear();
  Arena arena;
  EXPECT_EQ(make_origin_request(target, a_request("/"), arena)->authority, "d1.cdn.localhost");
}

TEST(OriginRequest, CustomHeadersReplaceAndHopByHopFieldsStay) {
  OriginTarget target = a_target();
  target.custom_headers = {{"X-Secret", "ours"}};
  http::RequestHead viewer = a_request("/");
  viewer.fields.add("x-secret", "theirs");
  viewer.fields.add("X-Secret", "twice");
  viewer.fields.add(http::Name::connection, "X-Hop, Authorization");
  viewer.fields.add("X-Hop", "1");
  viewer.fields.add(http::Name::authorization, "kept");
  Arena arena;
  const auto request = make_origin_request(target, viewer, arena);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->fields.count("X-Secret"), 1U);
  EXPECT_EQ(request->fields.get("X-Secret"), "ours");
  EXPECT_FALSE(request->fields.has("X-Hop"));
  EXPECT_FALSE(request->fields.has(http::Name::connection));
  EXPECT_EQ(request->fields.get(http::Name::authorization), "kept");
}

TEST(OriginRequest, ATargetThatCannotStandInARequestLineIsRefused) {
  OriginTarget target = a_target();
  target.path = "/a b";
  Arena arena;
  EXPECT_EQ(make_origin_request(target, a_request("/"), arena).error().code, Errc::bad_target);
  target.path = "/x";
  EXPECT_TRUE(make_origin_request(target, a_request("/"), arena));
}

}  // namespace
}  // namespace gust::origin
