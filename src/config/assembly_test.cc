// The Snapshot from change to change.
#include "config/assembly.h"

#include <gtest/gtest.h>

#include "aws/shapes.h"
#include "config/distribution_test_internal.h"

namespace gust::config {
namespace {

namespace model = aws::cloudfront;

DistributionDocument distribution(std::string id) {
  DistributionDocument document = small_distribution();
  document.id = std::move(id);
  document.domain_name = document.id + ".cdn.localhost";
  return document;
}

DistributionDocument with_policy(DistributionDocument document, std::string id) {
  auto& behavior = document.config.default_cache_behavior;
  behavior.forwarded_values.reset();
  behavior.min_ttl.reset();
  behavior.cache_policy_id = std::move(id);
  return document;
}

std::string key_of(const std::string& id) { return std::string(distribution_prefix) + id; }

// A store of which every change takes a revision.
class AssemblyTest : public testing::Test {
 protected:
  void put(const std::string& key, std::string value) { write(key, std::move(value)); }
  void put(const DistributionDocument& document) { put(key_of(document.id), write_document(document)); }
  void remove(const std::string& key) { write(key, std::nullopt); }
  void put_policy(const std::string& id, std::int64_t default_ttl) {
    model::CachePolicy policy;
    policy.id = id;
    policy.cache_policy_config.name = id;
    policy.cache_policy_config.min_ttl = 0;
    policy.cache_policy_config.default_ttl = default_ttl;
    put(std::string(cache_policy_prefix) + id, aws::to_json(policy));
  }

  Findings load() {
    told_ = revision_;
    Listing listing{.documents = {}, .revision = revision_};
    for (const auto& [key, document] : documents_) listing.documents.push_back(document);
    return assembly_.load(listing);
  }
  // What changed since the last load() or apply().
  bool apply() {
    Changes changes{.changes = {}, .revision = revision_};
    for (const auto& [key, change] : changes_) {
      if (change.revision > told_) changes.changes.push_back(change);
    }
    told_ = revision_;
    return assembly_.apply(changes);
  }
  SnapshotRef snapshot() const { return assembly_.snapshot(told_); }

 private:
  void write(const std::string& key, std::optional<std::string> value) {
    ++revision_;
    changes_[key] = {key, value, revision_};
    documents_.erase(key);
    if (value) documents_[key] = {key, *value, revision_};
  }

  std::map<std::string, Document> documents_;
  std::map<std::string, Change> changes_;
  Revision revision_ = absent, told_ = absent;
  Assembly assembly_;
};

TEST_F(AssemblyTest, OnlyWhatHasChangedIsMadeAnew) {
  put(distribution("E1"));
  put(distribution("E2"));
  ASSERT_EQ(load(), Findings{});
  const SnapshotRef before = snapshot();
  DistributionDocument changed = distribution("E2");
  changed.config.default_root_object = "index.html";
  put(changed);
  ASSERT_TRUE(apply());
  const SnapshotRef after = snapshot();
  EXPECT_EQ(after->revision(), 3U);
  EXPECT_EQ(after->find_by_id("E1"), before->find_by_id("E1"));
  EXPECT_EQ(after->find_by_id("E2")->default_root_object, "index.html");
  EXPECT_EQ(before->find_by_id("E2")->default_root_object, "");
}

TEST_F(AssemblyTest, WhatIsLoadedAgainUnchangedIsKept) {
  put(distribution("E1"));
  put(distribution("E2"));
  ASSERT_EQ(load(), Findings{});
  const SnapshotRef before = snapshot();
  put(distribution("E2"));
  ASSERT_EQ(load(), Findings{});
  EXPECT_EQ(snapshot()->find_by_id("E1"), before->find_by_id("E1"));
  EXPECT_NE(snapshot()->find_by_id("E2"), before->find_by_id("E2"));
}

TEST_F(AssemblyTest, WhatIsNewIsTakenAndWhatIsDeletedGoes) {
  put(distribution("E1"));
  ASSERT_EQ(load(), Findings{});
  put(distribution("E3"));
  remove(key_of("E1"));
  ASSERT_TRUE(apply());
  EXPECT_EQ(snapshot()->find_by_id("E1"), nullptr);
  EXPECT_EQ(snapshot()->find_distribution("e1.cdn.localhost"), nullptr);
  EXPECT_NE(snapshot()->find_distribution("e3.cdn.localhost"), nullptr);
  remove(key_of("E3"));
  ASSERT_EQ(load(), Findings{});
  EXPECT_EQ(snapshot()->distributions().size(), 0U);
}

TEST_F(AssemblyTest, AChangedPolicyIsCompiledIntoAllThatNameItAndNoOther) {
  put_policy("p1", 10);
  put_policy("p2", 20);
  put(with_policy(distribution("E1"), "p1"));
  put(with_policy(distribution("E2"), "p1"));
  put(with_policy(distribution("E3"), "p2"));
  ASSERT_EQ(load(), Findings{});
  const SnapshotRef before = snapshot();
  put_policy("p1", 11);
  EXPECT_FALSE(apply());
  ASSERT_EQ(load(), Findings{});
  const SnapshotRef after = snapshot();
  for (const char* id : {"E1", "E2"}) {
    EXPECT_EQ(after->find_by_id(id)->behaviors[0].cache.default_ttl, std::chrono::seconds(11)) << id;
  }
  EXPECT_EQ(after->find_by_id("E3"), before->find_by_id("E3"));
  put(distribution("E4"));
  EXPECT_TRUE(apply());
}

TEST_F(AssemblyTest, AChangedCertificateIsCompiledIntoAllThatShowItAndNoOther) {
  CertificateDocument certificate;
  certificate.arn = "arn:aws:acm:us-east-1:000000000000:certificate/c1";
  certificate.certificate = "one";
  put(key_of(certificate), write_document(certificate));
  DistributionDocument named = distribution("E1");
  named.config.viewer_certificate = model::ViewerCertificate{.cloud_front_default_certificate = false,
                                                             .iam_certificate_id = {},
                                                             .acm_certificate_arn = certificate.arn,
                                                             .ssl_support_method = "sni-only",
                                                             .minimum_protocol_version = "TLSv1.2_2021",
                                                             .certificate = {},
                                                             .certificate_source = {}};
  put(named);
  put(distribution("E2"));
  ASSERT_EQ(load(), Findings{});
  const SnapshotRef before = snapshot();
  certificate.certificate = "two";
  put(key_of(certificate), write_document(certificate));
  EXPECT_FALSE(apply());
  ASSERT_EQ(load(), Findings{});
  EXPECT_EQ(snapshot()->find_by_id("E1")->tls.certificate->certificate, "two");
  EXPECT_EQ(before->find_by_id("E1")->tls.certificate->certificate, "one");
  EXPECT_EQ(snapshot()->find_by_id("E2"), before->find_by_id("E2"));
}

TEST_F(AssemblyTest, WhatDoesNotCompileIsToldUntilItDoes) {
  EXPECT_FALSE(apply()) << "nothing is loaded";
  put(distribution("E1"));
  ASSERT_EQ(load(), Findings{});
  const SnapshotRef before = snapshot();
  DistributionDocument wrong = distribution("E2");
  wrong.config.default_cache_behavior.target_origin_id = "none";
  put(wrong);
  EXPECT_FALSE(apply());
  put(distribution("E3"));
  EXPECT_FALSE(apply()) << "a change meanwhile does not bring half of it";
  for (int i = 0; i < 2; ++i) EXPECT_EQ(load().size(), 1U);
  put(distribution("E2"));
  EXPECT_FALSE(apply());
  ASSERT_EQ(load(), Findings{});
  EXPECT_EQ(snapshot()->find_by_id("E1"), before->find_by_id("E1"));
  EXPECT_NE(snapshot()->find_by_id("E2"), nullptr);
  EXPECT_NE(snapshot()->find_by_id("E3"), nullptr);
}

TEST_F(AssemblyTest, WhoeverNamesAPolicyThatIsGoneDoesNotCompile) {
  put_policy("p1", 10);
  put(with_policy(distribution("E1"), "p1"));
  ASSERT_EQ(load(), Findings{});
  remove(std::string(cache_policy_prefix) + "p1");
  EXPECT_FALSE(apply());
  const Findings found = load();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].code, "NoSuchCachePolicy");
}

TEST_F(AssemblyTest, WhatCannotBeReadIsTold) {
  put(distribution("E1"));
  ASSERT_EQ(load(), Findings{});
  put(std::string(distribution_prefix) + "E1", "{}");
  EXPECT_FALSE(apply());
  const Findings found = load();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].path, "cloudfront/config/distribution/E1");
}

TEST_F(AssemblyTest, Dist1NamesAreComparedAcrossAll) {
  put(distribution("E1"));
  put(distribution("E2"));
  ASSERT_EQ(load(), Findings{});
  DistributionDocument same = distribution("E2");
  same.domain_name = "E1.cdn.localhost";
  put(same);
  EXPECT_FALSE(apply());
  const Findings found = load();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].code, "CNAMEAlreadyExists");
  remove(key_of("E1"));
  EXPECT_FALSE(apply());
  EXPECT_EQ(load(), Findings{});
}

TEST_F(AssemblyTest, Cd1AStagingCopyIsFoundWhileItIsThereAndEnabled) {
  model::ContinuousDeploymentPolicy policy;
  policy.id = "c1";
  policy.continuous_deployment_policy_config.enabled = true;
  policy.continuous_deployment_policy_config.staging_distribution_dns_names = {1, {"E2.cdn.localhost"}};
  auto& traffic = policy.continuous_deployment_policy_config.traffic_config.emplace();
  traffic.type = "SingleWeight";
  traffic.single_weight_config.emplace().weight = 0.1;
  put(std::string(continuous_deployment_policy_prefix) + "c1", aws::to_json(policy));
  DistributionDocument primary = distribution("E1");
  primary.config.continuous_deployment_policy_id = "c1";
  put(primary);
  ASSERT_EQ(load(), Findings{});
  const SnapshotRef alone = snapshot();
  const Distribution* before = alone->find_by_id("E1");
  ASSERT_TRUE(before->staging);
  EXPECT_EQ(alone->find_staging(*before->staging), nullptr);

  DistributionDocument staging = distribution("E2");
  staging.config.staging = true;
  put(staging);
  ASSERT_TRUE(apply());
  EXPECT_EQ(snapshot()->find_by_id("E1"), before) << "the primary is the same";
  EXPECT_EQ(snapshot()->find_staging(*before->staging), snapshot()->find_by_id("E2"));
  EXPECT_EQ(snapshot()->find_distribution("e2.cdn.localhost"), nullptr);

  staging.config.enabled = false;
  put(staging);
  ASSERT_TRUE(apply());
  EXPECT_EQ(snapshot()->find_staging(*before->staging), nullptr);

  policy.continuous_deployment_policy_config.enabled = false;
  put(std::string(continuous_deployment_policy_prefix) + "c1", aws::to_json(policy));
  EXPECT_FALSE(apply());
  ASSERT_EQ(load(), Findings{});
  EXPECT_FALSE(snapshot()->find_by_id("E1")->staging);
}

}  // namespace
}  // namespace gust::config
