#include "config/certificate_document.h"

#include <gtest/gtest.h>

#include "config/document.h"
#include "config/store.h"

namespace gust::config {
namespace {

CertificateDocument sample() {
  CertificateDocument document;
  document.arn = "arn:aws:acm:us-east-1:111122223333:certificate/0a1b";
  document.status = "ISSUED";
  document.domain_name = "a.example";
  document.names = {"a.example", "*.a.example"};
  document.key_algorithm = "EC_prime256v1";
  document.certificate = "leaf";
  document.chain = "above";
  document.sealed_key = "c2VhbGVk";
  document.staple = std::string("\0\xff", 2);
  document.validation_method = "HTTP";
  document.validated_names = {"a.example"};
  document.is_exportable = true;
  document.created = wall_time_of(1'700'000'000);
  document.issued = wall_time_of(1'700'000'100);
  document.tags = {{"team", "x"}};
  return document;
}

TEST(CertificateDocument, ComesBackAsItWasWritten) {
  const std::string text = write_document(sample());
  const auto read = read_certificate_document(text);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(write_document(*read), text);
  EXPECT_EQ(read->staple, sample().staple);
  EXPECT_EQ(read->issued, sample().issued);
  EXPECT_EQ(read->tags.at("team"), "x");
  EXPECT_EQ(key_of(*read), "cloudfront/config/certificate/0a1b");
}

TEST(CertificateDocument, IsCorruptWhereAMemberIsMissing) {
  EXPECT_EQ(read_certificate_document("{}").error().code, Errc::corrupt);
  EXPECT_EQ(read_certificate_document("[").error().code, Errc::corrupt);
  std::string text = write_document(sample());
  text.replace(text.find("\"SealedKey\""), 11, "\"Other\"");
  EXPECT_EQ(read_certificate_document(text).error().code, Errc::corrupt);
}

TEST(CertificateDocument, StandsAmongWhatASnapshotIsMadeOf) {
  Findings found;
  const Documents documents =
      read_documents({.documents = {{key_of(sample()), write_document(sample()), 1}}, .revision = 1}, found);
  EXPECT_TRUE(found.empty());
  ASSERT_EQ(documents.policies.certificates.size(), 1U);
  EXPECT_EQ(documents.policies.certificates[0].arn, sample().arn);
}

}  // namespace
}  // namespace gust::config
