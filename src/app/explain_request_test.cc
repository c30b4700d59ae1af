#include "app/explain_request.h"

#include <gtest/gtest.h>

namespace gust::app {
namespace {

ExplainOptions of_url(std::string url) {
  ExplainOptions options;
  options.url = std::move(url);
  return options;
}

TEST(ExplainRequest, ReadsUrlsWithAndWithoutSchemePortAndPath) {
  const auto whole = read_explain_request(of_url("http://d1.example:8081/a/b?x=1&y#part"));
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->authority, "d1.example:8081");
  EXPECT_EQ(whole->host, "d1.example");
  EXPECT_EQ(whole->port, 8081);
  EXPECT_EQ(whole->target, "/a/b?x=1&y");
  const auto bare = read_explain_request(of_url("d1.example"));
  ASSERT_TRUE(bare);
  EXPECT_EQ(bare->target, "/");
  EXPECT_FALSE(bare->port);
  EXPECT_EQ(read_explain_request(of_url("d1.example?x"))->target, "/?x");
}

TEST(ExplainRequest, WhatCannotBeAskedSaysWhatToWrite) {
  for (const char* url : {"", "/a", "http:///a", "http://a b/", "http://d1.example/a b", "https://d1.example/"}) {
    const auto read = read_explain_request(of_url(url));
    ASSERT_FALSE(read) << url;
    EXPECT_TRUE(read.error().contains("http://")) << read.error();
  }
  ExplainOptions options = of_url("d1.example");
  options.method = "GE T";
  EXPECT_FALSE(read_explain_request(options));
}

TEST(ExplainRequest, HeadersAreNamesAndValues) {
  ExplainOptions options = of_url("d1.example");
  options.headers = {"Accept-Encoding: gzip, br", "X-Empty:"};
  const auto read = read_explain_request(options);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->headers[0], (std::pair<std::string, std::string>("Accept-Encoding", "gzip, br")));
  EXPECT_EQ(read->headers[1].second, "");
  for (const char* wrong : {"novalue", ": x", "a b: c", "X: a\r\nY: b", "host: other", "Gust-Explain: x"}) {
    options.headers = {wrong};
    EXPECT_FALSE(read_explain_request(options)) << wrong;
  }
}

TEST(ExplainRequest, TheEdgeIsTheNamedOneOrThatOfThePortOrTheFirst) {
  Running running;
  running.edges = {{"BOM50", *rt::read_address("127.0.0.1", 8080)}, {"IAD50", *rt::read_address("127.0.0.1", 8081)}};
  ExplainOptions options = of_url("http://d1.example:8081/");
  const auto chosen = [&] { return choose_edge(running, options, *read_explain_request(options)); };
  EXPECT_EQ(chosen()->pop, "IAD50");
  options.edge = "bom50";
  EXPECT_EQ(chosen()->pop, "BOM50");
  options.edge = "FRA50";
  EXPECT_EQ(chosen().error(), "there is no edge FRA50; these run: BOM50, IAD50");
  options = of_url("http://d1.example:1/");
  EXPECT_EQ(chosen()->pop, "BOM50");
}

}  // namespace
}  // namespace gust::app
