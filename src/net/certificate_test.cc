#include "net/certificate.h"

#include <gtest/gtest.h>

#include "net/certificate_test_internal.h"

namespace gust::net {
namespace {

Errc why(const Result<std::shared_ptr<const Certificate>>& read) { return read ? Errc::bug : read.error().code; }

TEST(Certificate, ReadsAChainWithItsKey) {
  const TestCertificate root = make_test_certificate({.subject = "root", .is_authority = true});
  const TestCertificate own =
      make_test_certificate({.names = {"DNS:A.example", "DNS:*.b.example"}, .subject = "x", .issuer = &root});
  const auto read = read_certificate(own.pem + root.pem, own.key_pem);
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_EQ((*read)->names(), (std::vector<std::string>{"a.example", "*.b.example"}));
  EXPECT_EQ((*read)->key_kind(), KeyKind::ecdsa);
  EXPECT_EQ((*read)->key_bits(), 256);
  EXPECT_EQ(unix_seconds((*read)->not_before()), 1'767'225'600 - 86'400);
  EXPECT_EQ(unix_seconds((*read)->not_after()), 1'767'225'600 + 86'400);
  EXPECT_EQ((*read)->key_pem(), own.key_pem);
}

TEST(Certificate, TheCommonNameCountsOnlyWithoutAlternativeNames) {
  const TestCertificate own = make_test_certificate({.subject = "Old.example"});
  EXPECT_EQ((*read_certificate(own.pem, own.key_pem))->names(), std::vector<std::string>{"old.example"});
}

TEST(Certificate, Dist3AWildcardCoversOneLabel) {
  EXPECT_TRUE(covers_name("*.example.com", "a.EXAMPLE.com"));
  EXPECT_TRUE(covers_name("a.example.com", "A.example.com"));
  EXPECT_FALSE(covers_name("*.example.com", "example.com"));
  EXPECT_FALSE(covers_name("*.example.com", "a.b.example.com"));
  EXPECT_FALSE(covers_name("*.example.com", ".example.com"));
  EXPECT_FALSE(covers_name("a*.example.com", "ab.example.com"));
}

TEST(Certificate, RefusesAKeyThatIsNotItsOwn) {
  const TestCertificate a = make_test_certificate({}), b = make_test_certificate({});
  EXPECT_EQ(why(read_certificate(a.pem, b.key_pem)), Errc::bad_value);
}

TEST(Certificate, RefusesAChainOutOfOrder) {
  const TestCertificate root = make_test_certificate({.subject = "root", .is_authority = true});
  const TestCertificate other = make_test_certificate({.subject = "other", .is_authority = true});
  const TestCertificate own = make_test_certificate({.issuer = &root});
  EXPECT_EQ(why(read_certificate(own.pem + other.pem, own.key_pem)), Errc::bad_value);
}

TEST(Certificate, RefusesWhatIsNoPem) {
  const TestCertificate own = make_test_certificate({});
  EXPECT_EQ(why(read_certificate("", own.key_pem)), Errc::bad_syntax);
  EXPECT_EQ(why(read_certificate("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", own.key_pem)),
            Errc::bad_syntax);
  EXPECT_EQ(why(read_certificate(own.pem.substr(0, own.pem.size() / 2), own.key_pem)), Errc::bad_syntax);
  EXPECT_EQ(why(read_certificate(own.pem, own.pem)), Errc::bad_syntax);
}

TEST(Certificate, RefusesTooLongAChainAndTooShortAKey) {
  const TestCertificate own = make_test_certificate({});
  std::string many;
  for (int i = 0; i < 20; ++i) many += own.pem;
  EXPECT_EQ(why(read_certificate(many, own.key_pem)), Errc::would_exceed_limit);
  const TestCertificate weak = make_test_certificate({.rsa_bits = 512});
  EXPECT_EQ(why(read_certificate(weak.pem, weak.key_pem)), Errc::unsupported);
}

}  // namespace
}  // namespace gust::net
