// Whole nodes: what an ACME server sees that asks whether a name leads here.
#include <gtest/gtest.h>

#include "acm/challenges.h"
#include "proxy/node_world_internal.h"

namespace gust::proxy {
namespace {

constexpr std::string_view path = "/.well-known/acme-challenge/token-1";

std::string request_for(std::string_view host, std::string_view target) {
  return fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", target, host);
}

TEST(Node, Rfc8555Section83ShowsTheAnswerAtANameThatHasNoDistributionYet) {
  acm::Challenges challenges;
  NodeWorld net({.challenges = &challenges});
  EXPECT_EQ(net.ask(request_for("new.example", path)).status, 403);
  {
    const auto row = challenges.add("new.example", "token-1", "token-1.thumbprint");
    ASSERT_TRUE(row);
    const Reply shown = net.ask(request_for("New.Example:80", path));
    EXPECT_EQ(shown.status, 200);
    EXPECT_EQ(shown.message.body, "token-1.thumbprint");
    EXPECT_EQ(field(shown, "Content-Type"), "application/octet-stream");
    EXPECT_EQ(net.ask(request_for("other.example", path)).status, 403);
  }
  EXPECT_EQ(net.ask(request_for("new.example", path)).status, 403);
}

TEST(Node, Rfc8555Section83LeavesOtherTokensToTheOrigin) {
  acm::Challenges challenges;
  NodeWorld net({.challenges = &challenges});
  net.serve(path, reply_text(200, {}, "the origin's own"));
  EXPECT_EQ(net.get(path).message.body, "the origin's own");
}

}  // namespace
}  // namespace gust::proxy
