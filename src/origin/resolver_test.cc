#include "origin/resolver.h"

#include <gtest/gtest.h>

#include <deque>
#include <optional>

#include "origin/manual_loop_internal.h"
#include "rt/datagrams.h"
#include "rt/network.h"

namespace gust::origin {
namespace {

using std::chrono::seconds;
using Addresses = std::optional<Result<std::vector<rt::Endpoint>>>;

// Name look-ups that take a second and are counted; nothing else.
class Names final : public rt::Network {
 public:
  Result<std::unique_ptr<rt::Listener>> listen(const rt::Endpoint&, const rt::ListenOptions&) override {
    return fail(Errc::access_denied, "names only");
  }
  rt::Task<Result<std::unique_ptr<rt::Socket>>> connect(const rt::Endpoint&, Instant) override {
    co_return fail(Errc::access_denied, "names only");
  }
  Result<std::unique_ptr<rt::Datagrams>> open_datagrams(const rt::Endpoint&, const rt::DatagramOptions&) override {
    return fail(Errc::access_denied, "names only");
  }
  rt::Task<Result<std::vector<rt::Endpoint>>> resolve(std::string_view host, std::uint16_t port) override {
    asked.emplace_back(host);
    const rt::Loop& loop = co_await rt::this_loop();
    co_await rt::sleep_until(loop.now() + seconds(1));
    std::vector<rt::Endpoint> found;
    for (const std::string& address : addresses) found.push_back(*rt::read_address(address, port));
    if (found.empty()) co_return fail(Errc::name_not_found, "no such name");
    co_return found;
  }
  bool is_free(const rt::Endpoint&) override { return false; }

  std::vector<std::string> addresses{"192.0.2.1"};
  std::vector<std::string> asked;
};

struct ResolverTest : testing::Test {
  ~ResolverTest() override {
    scope.spawn(resolver.close());
    loop.advance(seconds(1));
  }
  static rt::Task<void> resolve_into(Resolver& resolver, std::string host, Instant deadline, Addresses& into) {
    into.emplace(co_await resolver.resolve(std::move(host), 8080, deadline));
  }
  Addresses& ask(const std::string& host, Instant deadline = never) {
    Addresses& slot = answers.emplace_back();
    scope.spawn(resolve_into(resolver, host, deadline, slot));
    loop.settle();
    return slot;
  }

  Names names;
  ManualLoop loop{&names};
  Resolver resolver{loop, {.names_max = 2}};
  std::deque<Addresses> answers;
  rt::Scope scope{loop};
};

TEST_F(ResolverTest, OneLookUpServesAllWhoAskMeanwhileWhateverTheCase) {
  ask("pics.example");
  ask("PICS.example");
  loop.advance(seconds(1));
  for (const Addresses& answer : answers) {
    EXPECT_EQ(**answer, (std::vector{*rt::read_address("192.0.2.1", 8080)}));
  }
  EXPECT_EQ(names.asked, (std::vector<std::string>{"pics.example"}));
}

TEST_F(ResolverTest, AnAnswerIsKeptForAMinute) {
  ask("a");
  loop.advance(seconds(1));
  loop.advance(seconds(59));
  EXPECT_TRUE(ask("a"));
  loop.advance(seconds(1));
  EXPECT_FALSE(ask("a"));
  EXPECT_EQ(names.asked.size(), 2U);
}

TEST_F(ResolverTest, AFailureIsKeptForFiveSeconds) {
  names.addresses.clear();
  ask("a");
  loop.advance(seconds(1));
  EXPECT_EQ(answers[0]->error().code, Errc::name_not_found);
  EXPECT_EQ(answers[0]->error().side, Side::origin);
  names.addresses = {"192.0.2.7"};
  EXPECT_TRUE(ask("a"));
  loop.advance(seconds(5));
  ask("a");
  loop.advance(seconds(1));
  EXPECT_TRUE(*answers.back());
}

TEST_F(ResolverTest, AddressesComeInOrderEachOnce) {
  names.addresses = {"192.0.2.2", "192.0.2.1", "192.0.2.2"};
  ask("a");
  loop.advance(seconds(1));
  ASSERT_EQ((*answers[0])->size(), 2U);
  EXPECT_EQ((**answers[0])[0], *rt::read_address("192.0.2.2", 8080));
}

TEST_F(ResolverTest, OneWhoLeavesDoesNotEndTheLookUpOfTheOthers) {
  ask("a", loop.now() + std::chrono::milliseconds(500));
  ask("a");
  loop.advance(std::chrono::milliseconds(500));
  EXPECT_EQ(answers[0]->error().code, Errc::timed_out);
  loop.advance(std::chrono::milliseconds(500));
  EXPECT_TRUE(*answers[1]);
}

TEST_F(ResolverTest, NamesAreBounded) {
  ask("a");
  ask("b");
  EXPECT_EQ(ask("c")->error().code, Errc::would_exceed_limit);
  loop.advance(seconds(1));
  EXPECT_FALSE(ask("c"));  // in the place of one that is known
  loop.advance(seconds(1));
  EXPECT_TRUE(*answers.back());
}

}  // namespace
}  // namespace gust::origin
