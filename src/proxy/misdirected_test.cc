#include "proxy/misdirected.h"

#include <gtest/gtest.h>

#include "config/certificate_document.h"
#include "config/trust_store_document.h"
#include "net/security_policy.h"
#include "proxy/route_test_internal.h"

namespace gust::proxy {
namespace {

std::shared_ptr<const config::CertificateDocument> certificate(std::string arn) {
  config::CertificateDocument document;
  document.arn = std::move(arn);
  return std::make_shared<const config::CertificateDocument>(document);
}

config::Distribution named(std::string id, std::vector<std::string> aliases,
                           std::shared_ptr<const config::CertificateDocument> shown,
                           std::string_view policy = "TLSv1.2_2021") {
  config::Distribution distribution = plain_distribution();
  distribution.id = id;
  distribution.domain_name = "d" + id + ".cdn.test";
  distribution.aliases = std::move(aliases);
  distribution.tls = {.certificate = std::move(shown), .policy = net::find_security_policy(policy), .clients = {}};
  return distribution;
}

class MisdirectedTest : public testing::Test {
 protected:
  bool misdirected(ByteView server_name, ByteView host) const {
    return is_misdirected(snapshot, server_name, *snapshot.find_distribution(host), host);
  }
  config::Snapshot snapshot{
      1,
      {named("1", {"www.one.test", "*.one.test"}, certificate("one")), named("2", {"www.two.test"}, certificate("two")),
       named("3", {"www.three.test"}, certificate("one")),
       named("4", {"www.four.test"}, certificate("one"), "TLSv1.3_2025")}};
};

TEST_F(MisdirectedTest, Dist4ANameOfAnotherCertificateIsMisdirected) {
  EXPECT_TRUE(misdirected("www.one.test", "www.two.test"));
  EXPECT_TRUE(misdirected("d1.cdn.test", "www.one.test"));
  EXPECT_TRUE(misdirected("www.one.test", "d1.cdn.test"));
  EXPECT_TRUE(misdirected("nobody.test", "www.one.test"));
}

TEST_F(MisdirectedTest, Dist4NamesOfOneCertificateShareAConnection) {
  EXPECT_FALSE(misdirected("www.one.test", "WWW.one.test"));
  EXPECT_FALSE(misdirected("a.one.test", "www.one.test"));
  EXPECT_FALSE(misdirected("www.one.test", "www.three.test"));
  EXPECT_FALSE(misdirected("d1.cdn.test", "d2.cdn.test"));
}

TEST_F(MisdirectedTest, AWeakerPolicyIsNoWayToAStricterOne) {
  EXPECT_TRUE(misdirected("www.one.test", "www.four.test"));
}

TEST_F(MisdirectedTest, Tls5ANameThatAsksForNoCertificateIsNoWayToOneThatDoes) {
  config::Distribution strict = named("2", {"www.strict.test"}, certificate("one"));
  config::TrustStoreDocument trust;
  trust.id = "T1";
  strict.tls.clients = {.mode = config::ClientCertificates::Mode::required,
                        .trust = std::make_shared<const config::TrustStoreDocument>(trust)};
  const config::Snapshot with(2, {named("1", {"www.one.test"}, certificate("one")), strict});
  EXPECT_TRUE(is_misdirected(with, "www.one.test", *with.find_by_id("2"), "www.strict.test"));
  EXPECT_TRUE(is_misdirected(with, "d1.cdn.test", *with.find_by_id("2"), "d2.cdn.test"));
  EXPECT_FALSE(is_misdirected(with, "www.strict.test", *with.find_by_id("2"), "www.strict.test"));
}

}  // namespace
}  // namespace gust::proxy
