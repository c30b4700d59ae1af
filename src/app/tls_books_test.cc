#include "app/tls_books.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "acm/authority.h"
#include "config/certificate_document.h"
#include "config/trust_store_document.h"
#include "net/certificate.h"
#include "net/security_policy.h"
#include "net/trust_store.h"

namespace gust::app {
namespace {

using DocumentRef = std::shared_ptr<const config::CertificateDocument>;

const Seal& test_seal() {
  static const Seal seal(std::string(Seal::key_bytes, 'k'));
  return seal;
}

const acm::Authority& authority() {
  static const acm::Authority made = *acm::Authority::make(wall_time_of(1'790'000'000));
  return made;
}

acm::IssuedCertificate issued(const std::vector<std::string>& names) {
  return *authority().issue(names, "EC_prime256v1", wall_time_of(1'790'000'000));
}

config::CertificateDocument document(std::string arn, const std::vector<std::string>& names) {
  const acm::IssuedCertificate made = issued(names);
  config::CertificateDocument out;
  out.arn = std::move(arn);
  out.certificate = made.certificate;
  out.chain = made.chain;
  out.sealed_key = *test_seal().close(out.arn, made.key, std::string(Seal::nonce_bytes, 'n'));
  return out;
}

DocumentRef shared(config::CertificateDocument made) {
  return std::make_shared<const config::CertificateDocument>(std::move(made));
}

config::Distribution distribution(std::string id, std::vector<std::string> aliases, DocumentRef certificate) {
  config::Distribution out;
  out.id = std::move(id);
  out.domain_name = "d" + out.id + ".cdn.test";
  out.aliases = std::move(aliases);
  if (certificate)
    out.tls = {
        .certificate = std::move(certificate), .policy = net::find_security_policy("TLSv1.2_2021"), .clients = {}};
  return out;
}

class TlsBooksTest : public testing::Test {
 protected:
  TlsBooksTest() {
    const acm::IssuedCertificate made = issued({"*.cdn.test"});
    books.set_default(*net::read_certificate(made.certificate + made.chain, made.key));
  }
  std::shared_ptr<const net::TlsBook> make(std::vector<config::Distribution> distributions) {
    return books.make(config::Snapshot(++revision, std::move(distributions)));
  }
  static const net::TlsSite* site(const std::shared_ptr<const net::TlsBook>& book, std::string_view name) {
    const auto* found = book->find(name);
    return found == nullptr ? nullptr : found->get();
  }

  std::uint64_t revision = 0;
  std::vector<std::string> reports;
  TlsBooks books{test_seal(), "cdn.test", [this](std::string_view line) { reports.emplace_back(line); }};
};

TEST_F(TlsBooksTest, Tls1DomainNamesShowTheDefaultCertificateByThePolicyTlsv1) {
  const auto book = make({distribution("1", {"www.one.test"}, shared(document("one", {"www.one.test"})))});
  const net::TlsSite* found = site(book, "d1.cdn.test");
  ASSERT_NE(found, nullptr);
  EXPECT_TRUE(found->certificates.front()->covers("d1.cdn.test"));
  EXPECT_EQ(found->policy->name, "TLSv1");
}

TEST_F(TlsBooksTest, Dist3AliasesShowTheirOwnCertificateByTheirPolicy) {
  const auto book =
      make({distribution("1", {"www.one.test", "*.sub.one.test"}, shared(document("one", {"www.one.test"})))});
  const net::TlsSite* found = site(book, "www.one.test");
  ASSERT_NE(found, nullptr);
  EXPECT_TRUE(found->certificates.front()->covers("www.one.test"));
  EXPECT_EQ(found->policy->name, "TLSv1.2_2021");
  EXPECT_TRUE(found->offers_http2);
  EXPECT_EQ(site(book, "a.sub.one.test"), found);
}

TEST_F(TlsBooksTest, Dist5WithoutANameOrByANameOfNobodyThereIsNothing) {
  const auto book = make({distribution("1", {"www.one.test"}, shared(document("one", {"www.one.test"})))});
  EXPECT_EQ(site(book, ""), nullptr);
  EXPECT_EQ(site(book, "www.two.test"), nullptr);
}

TEST_F(TlsBooksTest, Tls3Http11AloneOffersNoHttp2ByAnyName) {
  config::Distribution old = distribution("1", {"www.one.test"}, shared(document("one", {"www.one.test"})));
  old.tls.offers_http2 = false;
  const auto book = make({old});
  EXPECT_FALSE(site(book, "www.one.test")->offers_http2);
  EXPECT_FALSE(site(book, "d1.cdn.test")->offers_http2);
  EXPECT_TRUE(site(book, "d2.cdn.test")->offers_http2);
}

TEST_F(TlsBooksTest, Tls3Http3IsOfferedByAllNamesOfADistributionThatSpeaksIt) {
  config::Distribution both = distribution("1", {"www.one.test"}, shared(document("one", {"www.one.test"})));
  both.tls.offers_http3 = true;
  config::Distribution only = distribution("2", {}, nullptr);
  only.tls.offers_http2 = false;
  only.tls.offers_http3 = true;
  const auto book = make({both, only});
  EXPECT_TRUE(site(book, "www.one.test")->offers_http3);
  EXPECT_TRUE(site(book, "d1.cdn.test")->offers_http3 && site(book, "d1.cdn.test")->offers_http2);
  EXPECT_TRUE(site(book, "d2.cdn.test")->offers_http3 && !site(book, "d2.cdn.test")->offers_http2);
  EXPECT_FALSE(site(book, "d3.cdn.test")->offers_http3);
}

TEST_F(TlsBooksTest, WhatHasNotChangedIsTheSameSiteInTheNextBook) {
  const config::CertificateDocument one = document("one", {"www.one.test"});
  const auto first =
      make({distribution("1", {"www.one.test"}, shared(one)), distribution("2", {"b.one.test"}, shared(one))});
  EXPECT_EQ(site(first, "www.one.test")->certificates.front(), site(first, "b.one.test")->certificates.front());
  config::CertificateDocument tagged = one;
  tagged.tags["a"] = "b";
  const auto second = make({distribution("1", {"www.one.test"}, shared(tagged))});
  EXPECT_EQ(site(second, "www.one.test"), site(first, "www.one.test"));
}

TEST_F(TlsBooksTest, ACertificateThatWasImportedAnewIsShown) {
  const auto first = make({distribution("1", {"www.one.test"}, shared(document("one", {"www.one.test"})))});
  const auto second =
      make({distribution("1", {"www.one.test"}, shared(document("one", {"www.one.test", "two.test"})))});
  EXPECT_TRUE(site(second, "www.one.test")->certificates.front()->covers("two.test"));
  EXPECT_FALSE(site(first, "www.one.test")->certificates.front()->covers("two.test"));
}

TEST_F(TlsBooksTest, Tls4AStapleThatChangedIsShownByTheSameCertificate) {
  config::CertificateDocument one = document("one", {"www.one.test"});
  const auto book = make({distribution("1", {"www.one.test"}, shared(one))});
  one.staple = "response";
  make({distribution("1", {"www.one.test"}, shared(one))});
  EXPECT_EQ(*site(book, "www.one.test")->certificates.front()->staple(), "response");
}

TEST_F(TlsBooksTest, ACertificateThatCannotBeReadLeavesItsNamesWithoutTlsAndIsReported) {
  config::CertificateDocument one = document("one", {"www.one.test"});
  one.arn = "another";  // the seal is the name's
  const auto book = make({distribution("1", {"www.one.test"}, shared(one)), distribution("2", {}, nullptr)});
  EXPECT_EQ(site(book, "www.one.test"), nullptr);
  EXPECT_NE(site(book, "d2.cdn.test"), nullptr);
  EXPECT_THAT(reports, testing::ElementsAre(testing::HasSubstr("the certificate another cannot be read")));
}

TEST_F(TlsBooksTest, Tls5ViewersAreAskedForCertificatesByAllNames) {
  config::TrustStoreDocument trust;
  trust.id = "T1";
  trust.authorities = authority().root_pem();
  config::Distribution strict = distribution("1", {"www.one.test"}, shared(document("one", {"www.one.test"})));
  strict.tls.clients = {.mode = config::ClientCertificates::Mode::required,
                        .trust = std::make_shared<const config::TrustStoreDocument>(trust),
                        .tells_names = true};
  const auto book = make({strict});
  for (const std::string_view name : {"www.one.test", "d1.cdn.test"}) {
    const net::ClientCertificateRules& rules = site(book, name)->clients;
    EXPECT_EQ(rules.mode, net::ClientCertificateRules::required) << name;
    EXPECT_EQ(rules.trust->size(), 1U);
    EXPECT_TRUE(rules.tells_names);
  }
  EXPECT_EQ(site(book, "d2.cdn.test")->clients.mode, net::ClientCertificateRules::none);
  EXPECT_EQ(site(make({strict}), "d1.cdn.test"), site(book, "d1.cdn.test"));
}

TEST_F(TlsBooksTest, Tls5WithATrustStoreThatCannotBeReadAllNamesAreRefused) {
  config::Distribution strict = distribution("1", {"www.one.test"}, shared(document("one", {"www.one.test"})));
  strict.tls.clients = {.mode = config::ClientCertificates::Mode::required,
                        .trust = std::make_shared<const config::TrustStoreDocument>()};
  const auto book = make({strict});
  EXPECT_EQ(site(book, "www.one.test"), nullptr);
  EXPECT_EQ(site(book, "d1.cdn.test"), nullptr);
  EXPECT_THAT(reports, testing::Contains(testing::HasSubstr("the trust store  cannot be read")));
}

TEST_F(TlsBooksTest, Cd1AStagingDistributionHasNoNameOfItsOwn) {
  config::Distribution staging = distribution("1", {}, nullptr);
  staging.is_staging = true;
  staging.tls.offers_http2 = false;
  EXPECT_TRUE(site(make({staging}), "d1.cdn.test")->offers_http2);
}

}  // namespace
}  // namespace gust::app
