#include "proxy/own_answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/arena.h"

namespace gust::proxy {
namespace {

using testing::HasSubstr;

TEST(OwnAnswer, Vpp3TheRedirectsPageHas167Bytes) {
  Arena arena;
  const ByteView page =
      page_of({.status = 301, .log_detail = {}, .reason = {}, .location = "https://d1.cdn.test/a"}, "an id", arena);
  EXPECT_EQ(page.size(), 167U);
  EXPECT_EQ(page,
            "<html>\r\n<head><title>301 Moved Permanently</title></head>\r\n<body>\r\n"
            "<center><h1>301 Moved Permanently</h1></center>\r\n<hr><center>CloudFront</center>\r\n"
            "</body>\r\n</html>\r\n");
}

TEST(OwnAnswer, Vpp2TheTemporaryRedirectSaysSo) {
  Arena arena;
  const ByteView page =
      page_of({.status = 307, .log_detail = {}, .reason = {}, .location = "https://d1.cdn.test/a"}, "an id", arena);
  EXPECT_THAT(page, HasSubstr("<h1>307 Temporary Redirect</h1>"));
}

// The viewer wrote the location; it must stay in its header, out of the page.
TEST(OwnAnswer, NothingOfTheViewersGetsIntoAPage) {
  Arena arena;
  const ByteView page = page_of(
      {.status = 301, .log_detail = {}, .reason = {}, .location = "https://d1.cdn.test/<script>"}, "an id", arena);
  EXPECT_THAT(page, Not(HasSubstr("script")));
}

TEST(OwnAnswer, APageSaysWhatWasWrongAndWhichRequestItWas) {
  Arena arena;
  const ByteView page = page_of(
      {.status = 403, .log_detail = {}, .reason = "The distribution is disabled.", .location = {}}, "the-id_==", arena);
  EXPECT_THAT(page, HasSubstr("<title>403 Forbidden</title>"));
  EXPECT_THAT(page, HasSubstr("<p>The distribution is disabled.</p>"));
  EXPECT_THAT(page, HasSubstr("Request ID: the-id_=="));
}

}  // namespace
}  // namespace gust::proxy
