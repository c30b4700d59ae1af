#include "proxy/same_origin.h"

#include <gtest/gtest.h>

#include <string>

#include "base/arena.h"

namespace gust::proxy {
namespace {

std::string target_of(ByteView reference) {
  Arena arena;
  http::RequestHead request;
  request.set_target("/a/b/c?d=e");
  request.authority = "www.example.com:8080";
  return std::string(same_origin_target(request, reference, arena).value_or("none"));
}

TEST(SameOrigin, Rfc3986Section5Point2ReferencesOfTheOwnHost) {
  EXPECT_EQ(target_of("/x?y#z"), "/x?y");
  EXPECT_EQ(target_of("http://WWW.example.com:8080/x"), "/x");
  EXPECT_EQ(target_of("HTTP://www.example.com:8080?q"), "/?q");
  EXPECT_EQ(target_of("//www.example.com:8080/x/../y"), "/x/../y");
  EXPECT_EQ(target_of("x"), "/a/b/x");
  EXPECT_EQ(target_of("./x/."), "/a/b/x/");
  EXPECT_EQ(target_of("../x?y=.."), "/a/x?y=..");
  EXPECT_EQ(target_of("../../../x"), "/x");
  EXPECT_EQ(target_of(".."), "/a/");
  EXPECT_EQ(target_of("?x"), "/a/b/c?x");
  EXPECT_EQ(target_of(""), "/a/b/c?d=e");
  EXPECT_EQ(target_of("#x"), "/a/b/c?d=e");
}

TEST(SameOrigin, Rfc9111Section4Point4OtherHostsAreNotReached) {
  for (ByteView reference : {"http://www.example.com/x", "https://www.example.com:8080/x", "//evil.example/x",
                             "mailto:a@b", "http:x", "/a b", "/\x01", "http://www.example.com:8080.evil.example/"}) {
    EXPECT_EQ(target_of(reference), "none") << reference;
  }
}

}  // namespace
}  // namespace gust::proxy
