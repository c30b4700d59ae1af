#include "app/explain_access.h"

#include <gtest/gtest.h>

namespace gust::app {
namespace {

TEST(ExplainAccess, WhatIsWrittenIsReadBack) {
  Running running;
  running.process_id = 42;
  running.edges.push_back({"BOM50", *rt::read_address("127.0.0.1", 8080)});
  running.edges.push_back({"IAD50", *rt::read_address("::1", 8081)});
  const auto read = read_running(running_json_of(running));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->process_id, 42);
  ASSERT_EQ(read->edges.size(), 2U);
  EXPECT_EQ(read->edges[0].pop, "BOM50");
  EXPECT_EQ(read->edges[1].http, running.edges[1].http);
}

TEST(ExplainAccess, ATokenIs64HexDigitsAndALineEnd) {
  const std::string digits(64, 'a');
  for (const char* end : {"", "\n", "\r\n", " "}) EXPECT_EQ(read_explain_token(digits + end), digits);
  for (const std::string& wrong : {std::string(), std::string("\n"), digits + "a", std::string(64, 'g')}) {
    EXPECT_FALSE(read_explain_token(wrong)) << wrong;
  }
}

TEST(ExplainAccess, WhatIsDamagedIsSaidToBe) {
  for (const char* text :
       {"", "{}", "[]", R"({"pid":1,"edges":[]})", R"({"pid":1,"edges":[1]})",
        R"({"pid":"1","edges":[{"pop":"A","http":"127.0.0.1:1"}]})",
        R"({"pid":1,"edges":[{"pop":"A","http":"nowhere:1"}]})", R"({"pid":1,"edges":[{"pop":"A"}]})"}) {
    const auto read = read_running(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, Errc::corrupt);
  }
}

}  // namespace
}  // namespace gust::app
