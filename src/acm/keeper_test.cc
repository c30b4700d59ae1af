// Renewals, and what becomes of requests that fail.
#include "acm/keeper.h"

#include "acm/world_test_internal.h"

namespace gust::acm {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

struct KeeperWorld : AcmWorld {
  void round() {
    result([](Keeper& each) -> rt::Task<bool> {
      co_await each.round();
      co_return true;
    }(*keeper));
  }
};

TEST(Keeper, RenewsBeforeTheEndAndNotAllAtOnce) {
  const WallTime from = wall_time_of(1'767'225'600);
  const WallTime short_end = from + days(90), long_end = from + days(397);
  std::set<WallTime> times;
  for (const char* arn : {"a", "b", "c", "d", "e", "f"}) {
    const WallTime at = renewal_time_of(arn, from, short_end);
    EXPECT_LE(at, short_end - days(30));
    EXPECT_GE(at, short_end - days(33));
    times.insert(at);
    EXPECT_LE(renewal_time_of(arn, from, long_end), long_end - days(60));
    EXPECT_GE(renewal_time_of(arn, from, long_end), long_end - days(66));
  }
  EXPECT_GT(times.size(), 3U);
}

TEST(Keeper, RenewsWhatIsDueUnderItsArn) {
  KeeperWorld world;
  const std::string arn = world.request("a.example");
  const auto before = world.describe(arn);
  world.pass(days(320));
  world.round();
  EXPECT_EQ(world.issuer.issued, 1) << "not yet";
  world.pass(days(20));
  world.round();
  EXPECT_EQ(world.issuer.issued, 2);
  const auto after = world.describe(arn);
  EXPECT_NE(after.serial, before.serial);
  EXPECT_GT(after.not_after, before.not_after);
  EXPECT_EQ(after.renewal_summary->renewal_status, "SUCCESS");
  EXPECT_EQ(after.status, "ISSUED");
  world.round();
  EXPECT_EQ(world.issuer.issued, 2) << "it is new now";
}

TEST(Keeper, GoesOnServingWhatItCannotRenewAndTriesLaterEachTime) {
  KeeperWorld world;
  const std::string arn = world.request("a.example");
  const auto before = world.describe(arn);
  world.pass(days(345));
  world.issuer.failure = IssueFailure{.failure_reason = {}, .text = "nobody answers"};
  world.round();
  world.round();
  EXPECT_EQ(world.issuer.issued, 2) << "the second was too early";
  EXPECT_EQ(world.describe(arn).renewal_summary->renewal_status, "PENDING_AUTO_RENEWAL");
  EXPECT_EQ(world.describe(arn).serial, before.serial);
  world.pass(minutes(6));
  world.round();
  world.pass(minutes(6));
  world.round();
  EXPECT_EQ(world.issuer.issued, 3) << "ten minutes this time";
  EXPECT_TRUE(world.reports.back().contains("nobody answers"));
  world.issuer.failure.reset();
  world.pass(hours(7));
  world.round();
  EXPECT_NE(world.describe(arn).serial, before.serial);
}

TEST(Keeper, TakesUpAfterARestartWhatWasNotIssued) {
  KeeperWorld world;
  world.issuer.is_local = false;
  const std::string arn = world.request("a.example");
  world.issuer.failure = IssueFailure{.failure_reason = {}, .text = "nobody answers"};
  world.round();
  EXPECT_EQ(world.describe(arn).status, "PENDING_VALIDATION");
  world.issuer.failure.reset();
  world.open();
  world.round();
  EXPECT_EQ(world.describe(arn).status, "ISSUED");
}

TEST(Keeper, SaysWhyARequestHasFailedForGood) {
  KeeperWorld world;
  world.issuer.is_local = false;
  const std::string arn = world.request("a.example");
  world.issuer.failure = IssueFailure{.failure_reason = "CAA_ERROR", .text = "not by us"};
  world.round();
  EXPECT_EQ(world.describe(arn).status, "FAILED");
  EXPECT_EQ(world.describe(arn).failure_reason, "CAA_ERROR");
  EXPECT_EQ(world.describe(arn).domain_validation_options[0].validation_status, "FAILED");
  EXPECT_EQ(world.keeper->next_due(), WallTime::max());
}

TEST(Keeper, RenewsAtOnceWhatIsAskedToBe) {
  KeeperWorld world;
  const std::string arn = world.request("a.example");
  const auto before = world.describe(arn).serial;
  EXPECT_EQ(world.outcome(world.requests->renew({.certificate_arn = arn})), "");
  EXPECT_NE(world.describe(arn).serial, before);
}

TEST(Keeper, RunsByItselfUntilItIsStopped) {
  KeeperWorld world;
  world.issuer.is_local = false;
  world.keeper->start();
  const std::string arn = world.request("a.example");
  EXPECT_TRUE(world.world.run_until([&] { return world.book->find(arn)->is_issued(); })) << world.world.report();
  world.result([](Keeper& each) -> rt::Task<bool> {
    co_await each.stop();
    co_return true;
  }(*world.keeper));
}

TEST(Keeper, WarnsOnceOfAnImportThatEnds) {
  KeeperWorld world;
  const auto issued = *world.authority.issue({"a.example"}, "EC_prime256v1", world.world.wall_now());
  aws::acm::ImportCertificateRequest request;
  request.certificate.bytes = issued.certificate;
  request.private_key.bytes = issued.key;
  request.certificate_chain = aws::Blob{world.authority.root_pem()};
  world.answer(world.imports->import_(world.call(), request));
  world.round();
  EXPECT_TRUE(world.reports.empty());
  world.pass(days(360));
  world.round();
  world.round();
  ASSERT_EQ(world.reports.size(), 1U);
  EXPECT_TRUE(world.reports[0].contains("import its successor"));
  EXPECT_EQ(world.issuer.issued, 0);
}

}  // namespace
}  // namespace gust::acm
