#include "acm/authority.h"

#include <gtest/gtest.h>

#include "acm/private_key.h"
#include "acm/x509.h"

namespace gust::acm {
namespace {

constexpr WallTime now = wall_time_of(1'767'225'600);

TEST(Authority, IsARootOnP256ForTenYearsThatSignsServersAlone) {
  const Authority authority = *Authority::make(now);
  const auto root = *read_certificate_facts(authority.root_pem());
  EXPECT_EQ(root.key_algorithm, "EC_prime256v1");
  EXPECT_EQ(root.issuer, "Gustfront local authority");
  EXPECT_GT(root.not_after, now + std::chrono::days(3650));
  EXPECT_EQ(root.key_usages, (std::vector<std::string>{"CERTIFICATE_SIGNING", "CRL_SIGNING"}));
  ASSERT_EQ(root.extended_usages.size(), 1U);
  EXPECT_EQ(root.extended_usages[0].first, "TLS_WEB_SERVER_AUTHENTICATION");
  EXPECT_EQ(find_mismatch(authority.root_pem(), {}, authority.key_pem()), Mismatch::none);
}

TEST(Authority, IssuesWhatBelongsToItsKeyAndItsRoot) {
  const Authority authority = *Authority::make(now);
  for (const char* algorithm : {"EC_prime256v1", "EC_secp384r1", "RSA_2048"}) {
    const auto issued = authority.issue({"a.example", "*.a.example"}, algorithm, now);
    ASSERT_TRUE(issued) << algorithm;
    EXPECT_EQ(find_mismatch(issued->certificate, {authority.root_pem()}, issued->key), Mismatch::none);
    const auto facts = *read_certificate_facts(issued->certificate);
    EXPECT_EQ(facts.key_algorithm, algorithm);
    EXPECT_EQ(facts.names, (std::vector<std::string>{"a.example", "*.a.example"}));
    EXPECT_EQ(facts.subject, "CN=a.example");
    EXPECT_LE(facts.not_after - facts.not_before, std::chrono::days(398));
    EXPECT_LT(facts.not_before, now);
    EXPECT_TRUE(facts.ocsp_responder.empty());
  }
}

TEST(Authority, NamesThatAreTooLongForASubjectStandInTheSanAlone) {
  const Authority authority = *Authority::make(now);
  const std::string longest = std::string(60, 'a') + ".cloudfront.localhost";
  const auto issued = authority.issue({longest}, "EC_prime256v1", now);
  ASSERT_TRUE(issued);
  const auto facts = *read_certificate_facts(issued->certificate);
  EXPECT_EQ(facts.common_name, "");
  EXPECT_EQ(facts.names.front(), longest);
}

TEST(Authority, ComesBackFromItsFilesAndFromNoOthers) {
  const Authority one = *Authority::make(now), other = *Authority::make(now);
  EXPECT_TRUE(Authority::read(one.root_pem(), one.key_pem()));
  EXPECT_EQ(Authority::read(one.root_pem(), other.key_pem()).error().code, Errc::corrupt);
  EXPECT_EQ(Authority::read("", one.key_pem()).error().code, Errc::corrupt);
  EXPECT_NE(one.root_pem(), other.root_pem());
}

TEST(Authority, RefusesAlgorithmsThatItDoesNotKnow) {
  const Authority authority = *Authority::make(now);
  EXPECT_EQ(authority.issue({"a.example"}, "RSA_512", now).error().code, Errc::unsupported);
  EXPECT_FALSE(authority.issue({}, "EC_prime256v1", now));
}

TEST(PrivateKey, ComesOutUnderItsPassphrase) {
  const std::string key = *make_private_key("EC_prime256v1");
  const auto sealed = protect_private_key(key, "open sesame");
  ASSERT_TRUE(sealed);
  EXPECT_TRUE(sealed->starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
  EXPECT_EQ(read_private_key(*sealed).error().code, Errc::bad_syntax) << "a password is not asked for";
  EXPECT_EQ(read_private_key(key)->algorithm, "EC_prime256v1");
}

}  // namespace
}  // namespace gust::acm
