// When what comes to its end, that it goes then and not before, and what rules are refused.
#include "bucket/lifecycle.h"

#include <gtest/gtest.h>

#include "bucket/lifecycle_rounds.h"
#include "bucket/s3_test_host_internal.h"

namespace gust::bucket {
namespace {

using test::Got;
using test::S3Host;

constexpr Duration day = std::chrono::hours(24);

std::string configuration_of(std::string_view rules) {
  return fmt::format("<LifecycleConfiguration>{}</LifecycleConfiguration>", rules);
}
std::string rule_of(std::string_view actions, std::string_view filter = "<Filter/>", std::string_view id = "") {
  const std::string named = id.empty() ? "" : fmt::format("<ID>{}</ID>", id);
  return fmt::format("<Rule>{}<Status>Enabled</Status>{}{}</Rule>", named, filter, actions);
}

struct Aging : S3Host {
  Aging() : rounds(loop, *store) { EXPECT_EQ(put("/pics", "").status, 200); }
  void set(std::string rules) {
    EXPECT_EQ(put("/pics?lifecycle", configuration_of(std::move(rules))).outcome(), "200");
  }
  void enable_versions() {
    EXPECT_EQ(
        put("/pics?versioning", "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>").status,
        200);
  }
  // After as many days; how many went.
  std::size_t round_after(int days) {
    world.run_for(day * days);
    return await(rounds.round());
  }
  std::string keys() { return get_signed("/pics?list-type=2").elements("Key"); }
  std::size_t versions() { return store->list_versions("pics", {})->items.size(); }

  LifecycleRounds rounds;
};

TEST(Lifecycle, ObjectsGoAtTheMidnightBehindTheirDays) {
  Aging host;
  host.put("/pics/logs/a", "x");
  host.put("/pics/keep", "x");
  host.set(rule_of("<Expiration><Days>2</Days></Expiration>", "<Filter><Prefix>logs/</Prefix></Filter>", "old logs"));
  const std::string told = host.stored_header("/pics/logs/a", "x-amz-expiration");
  EXPECT_TRUE(told.contains("00:00:00 GMT\", rule-id=\"old%20logs\"")) << told;
  EXPECT_EQ(host.stored_header("/pics/keep", "x-amz-expiration"), "(none)");
  EXPECT_EQ(host.round_after(1), 0U);
  EXPECT_EQ(host.keys(), "keep logs/a ");
  EXPECT_EQ(host.round_after(2), 1U);
  EXPECT_EQ(host.keys(), "keep ");
}

TEST(Lifecycle, FiltersOfTagsAndSizesHold) {
  Aging host;
  host.put("/pics/tagged", "12345", {{"x-amz-tagging", "stage=test&a=b"}});
  host.put("/pics/small", "1", {{"x-amz-tagging", "stage=test"}});
  host.put("/pics/other", "12345", {{"x-amz-tagging", "stage=live"}});
  host.set(rule_of("<Expiration><Days>1</Days></Expiration>",
                   "<Filter><And><Tag><Key>stage</Key><Value>test</Value></Tag><ObjectSizeGreaterThan>1"
                   "</ObjectSizeGreaterThan></And></Filter>"));
  EXPECT_EQ(host.round_after(3), 1U);
  EXPECT_EQ(host.keys(), "other small ");
}

TEST(Lifecycle, WithVersionsAnExpiryIsAMarkerAndOldVersionsGoByTheirOwnRule) {
  Aging host;
  host.enable_versions();
  for (const char* bytes : {"1", "2", "3"}) host.put("/pics/k", bytes);
  host.set(rule_of("<NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays><NewerNoncurrentVersions>1"
                   "</NewerNoncurrentVersions></NoncurrentVersionExpiration>",
                   "<Filter/>", "a") +
           rule_of("<Expiration><Days>5</Days></Expiration>", "<Filter/>", "b"));
  EXPECT_EQ(host.versions(), 3U);
  EXPECT_EQ(host.round_after(2), 1U) << "the oldest; one other is kept by its number";
  EXPECT_EQ(host.get_signed("/pics/k").body, "3");
  EXPECT_EQ(host.round_after(5), 1U);
  EXPECT_EQ(host.get_signed("/pics/k").header("x-amz-delete-marker"), "true");
  EXPECT_EQ(host.versions(), 3U) << "the marker, and two versions";
}

TEST(Lifecycle, AMarkerWithNothingBehindItGoes) {
  Aging host;
  host.enable_versions();
  host.send({.method = "DELETE", .target = "/pics/k"});
  EXPECT_EQ(host.round_after(1), 0U);
  host.set(rule_of("<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>"));
  EXPECT_EQ(host.round_after(0), 1U);
  EXPECT_EQ(host.versions(), 0U);
}

TEST(Lifecycle, UnfinishedUploadsAreAborted) {
  Aging host;
  EXPECT_EQ(host.send({.method = "POST", .target = "/pics/big?uploads"}).status, 200);
  host.set(
      rule_of("<AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation>"
              "</AbortIncompleteMultipartUpload>"));
  EXPECT_EQ(host.round_after(0), 0U);
  EXPECT_EQ(host.round_after(3), 1U);
  EXPECT_EQ(host.get_signed("/pics?uploads").element("UploadId"), "(none)");
}

TEST(Lifecycle, RunsByItselfAndStops) {
  Aging host;
  host.put("/pics/k", "x");
  host.set(rule_of("<Expiration><Days>1</Days></Expiration>"));
  host.rounds.start();
  host.world.run_for(day * 3);
  EXPECT_EQ(host.keys(), "");
  EXPECT_TRUE(host.world.run(host.loop, host.rounds.stop()));
}

TEST(Lifecycle, IsReadBackWithIdsAndDeleted) {
  Aging host;
  EXPECT_EQ(host.get_signed("/pics?lifecycle").outcome(), "404 NoSuchLifecycleConfiguration");
  host.set(rule_of("<Expiration><Date>2030-01-01T00:00:00Z</Date></Expiration>") +
           rule_of("<Expiration><Days>3</Days></Expiration>", "<Prefix>p</Prefix>", "mine"));
  const Got got = host.get_signed("/pics?lifecycle");
  EXPECT_EQ(got.elements("ID"), "rule-1 mine ");
  EXPECT_TRUE(got.element("Date").starts_with("2030-01-01T00:00:00")) << got.body;
  EXPECT_EQ(got.header("x-amz-transition-default-minimum-object-size"), "all_storage_classes_128K");
  EXPECT_EQ(host.send({.method = "DELETE", .target = "/pics?lifecycle"}).status, 204);
  EXPECT_EQ(host.get_signed("/pics?lifecycle").outcome(), "404 NoSuchLifecycleConfiguration");
}

TEST(Lifecycle, WrongRulesAreRefused) {
  Aging host;
  const std::pair<std::string, const char*> wrong[] = {
      {"", "400 MalformedXML"},
      {rule_of(""), "400 InvalidRequest"},
      {rule_of("<Expiration><Days>0</Days></Expiration>"), "400 InvalidArgument"},
      {rule_of("<Expiration><Days>1</Days><Date>2030-01-01T00:00:00Z</Date></Expiration>"), "400 MalformedXML"},
      {rule_of("<Expiration><Date>2030-01-01T01:00:00Z</Date></Expiration>"), "400 InvalidArgument"},
      {rule_of("<Expiration><Days>1</Days></Expiration>", ""), "400 MalformedXML"},
      {rule_of("<Expiration><Days>1</Days></Expiration>",
               "<Filter><Prefix>a</Prefix><ObjectSizeLessThan>1</ObjectSizeLessThan></Filter>"),
       "400 MalformedXML"},
      {rule_of("<Expiration><Days>1</Days></Expiration>", "<Filter/>", "a") +
           rule_of("<Expiration><Days>1</Days></Expiration>", "<Filter/>", "a"),
       "400 InvalidArgument"},
      {rule_of("<NoncurrentVersionExpiration><NoncurrentDays>0</NoncurrentDays></NoncurrentVersionExpiration>"),
       "400 InvalidArgument"},
      {rule_of("<AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation>"
               "</AbortIncompleteMultipartUpload>",
               "<Filter><ObjectSizeLessThan>1</ObjectSizeLessThan></Filter>"),
       "400 InvalidRequest"},
      {rule_of("<Transition><Days>1</Days><StorageClass>GLACIER</StorageClass></Transition>"), "501 NotImplemented"},
  };
  for (const auto& [rules, outcome] : wrong) {
    EXPECT_EQ(host.put("/pics?lifecycle", configuration_of(rules)).outcome(), outcome) << rules;
  }
}

}  // namespace
}  // namespace gust::bucket
