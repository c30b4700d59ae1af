// Imports of certificates, and what x509.h says of the PEM that comes in.
#include "acm/imports.h"

#include "acm/private_key.h"
#include "acm/world_test_internal.h"

namespace gust::acm {
namespace {

using aws::acm::ImportCertificateRequest;

ImportCertificateRequest import_of(const IssuedCertificate& issued, const std::string& chain) {
  ImportCertificateRequest request;
  request.certificate.bytes = issued.certificate;
  request.private_key.bytes = issued.key;
  if (!chain.empty()) request.certificate_chain = aws::Blob{chain};
  return request;
}

struct ImportWorld : AcmWorld {
  IssuedCertificate issue(const std::string& name, std::string_view algorithm = "EC_prime256v1") {
    return *authority.issue({name}, algorithm, world.wall_now());
  }
  std::string import_code(ImportCertificateRequest request) {
    return outcome(imports->import_(call(), std::move(request)));
  }
  std::string words_of(ImportCertificateRequest request) {
    const auto answered = result(imports->import_(call(), std::move(request)));
    return answered ? "" : answered.error().message;
  }
};

TEST(Import, KeepsACertificateWithItsChainAndASealedKey) {
  ImportWorld world;
  const IssuedCertificate issued = world.issue("www.example.com", "RSA_2048");
  auto request = import_of(issued, world.authority.root_pem());
  request.tags = {{.key = "team", .value = "x"}};
  const std::string arn = *world.answer(world.imports->import_(world.call(), std::move(request))).certificate_arn;
  EXPECT_TRUE(arn.starts_with("arn:aws:acm:us-east-1:111122223333:certificate/"));
  const auto detail = world.describe(arn);
  EXPECT_EQ(detail.type, "IMPORTED");
  EXPECT_EQ(detail.status, "ISSUED");
  EXPECT_EQ(detail.domain_name, "www.example.com");
  EXPECT_EQ(detail.key_algorithm, "RSA_2048");
  EXPECT_EQ(detail.signature_algorithm, "SHA256WITHECDSA") << "of the issuer's key";
  EXPECT_EQ(detail.issuer, "Gustfront local authority");
  EXPECT_EQ(detail.renewal_eligibility, "INELIGIBLE");
  EXPECT_TRUE(detail.imported_at.has_value());
  EXPECT_FALSE(detail.issued_at.has_value());
  EXPECT_TRUE(detail.domain_validation_options.empty());
  const auto got = world.answer(world.reads->get({.certificate_arn = arn}));
  EXPECT_EQ(got.certificate, issued.certificate);
  EXPECT_EQ(got.certificate_chain, world.authority.root_pem());

  world.open();
  const Certificate* kept = world.book->find(arn);
  ASSERT_NE(kept, nullptr) << "after a restart";
  EXPECT_EQ(*world.book->open_key(kept->document), issued.key);
  EXPECT_FALSE(kept->document.sealed_key.contains("PRIVATE"));
  EXPECT_EQ(world.answer(world.tags->list({.certificate_arn = arn})).tags.at(0).value, "x");
}

TEST(Import, RefusesWhatDoesNotBelongTogether) {
  ImportWorld world;
  const IssuedCertificate one = world.issue("a.example"), other = world.issue("b.example");
  const std::string& root = world.authority.root_pem();
  auto wrong_key = import_of(one, root);
  wrong_key.private_key.bytes = other.key;
  EXPECT_EQ(world.words_of(wrong_key), "The private key does not match the certificate.");
  EXPECT_EQ(world.words_of(import_of(one, "")),
            "Provided certificate is not a valid self signed. Please provide either a valid self-signed certificate or "
            "certificate chain.");
  EXPECT_EQ(world.words_of(import_of(one, Authority::make(world.world.wall_now())->root_pem())),
            "Could not validate the certificate with the certificate chain.");
  EXPECT_EQ(world.words_of(import_of(one, one.certificate + root)),
            "Could not validate the certificate with the certificate chain.");
  EXPECT_EQ(world.import_code(import_of(one, root + root)), "") << "a root has issued itself";
}

TEST(Import, RefusesWhatIsNoPem) {
  ImportWorld world;
  const IssuedCertificate one = world.issue("a.example");
  const std::string& root = world.authority.root_pem();
  auto request = import_of(one, root);
  request.certificate.bytes = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  EXPECT_EQ(world.words_of(request), "The certificate is not PEM-encoded or is not valid.");
  request.certificate.bytes = one.key;
  EXPECT_EQ(world.words_of(request), "The certificate is not PEM-encoded or is not valid.");
  request.certificate.bytes = one.certificate + root;
  EXPECT_TRUE(world.words_of(request).starts_with("The certificate field contains more than one certificate."));
  request = import_of(one, root);
  request.private_key.bytes = *protect_private_key(one.key, "word");
  EXPECT_TRUE(world.words_of(request).starts_with("The private key is not PEM-encoded or is not valid."));
  request = import_of(one, one.key);
  EXPECT_EQ(world.words_of(request), "The certificate chain is not PEM-encoded or is not valid.");
  request = import_of(one, "");
  for (int i = 0; i < 11; ++i)
    request.certificate_chain = aws::Blob{request.certificate_chain.value_or(aws::Blob{}).bytes + root};
  EXPECT_TRUE(world.words_of(request).starts_with("The certificate chain holds more than 10 certificates"));
  request = import_of(one, "-----BEGIN CERTIFICATE-----\n" + std::string(2'000'000, 'A'));
  EXPECT_EQ(world.import_code(request), "ValidationException");
}

TEST(Import, RefusesWhatDoesNotHoldToday) {
  ImportWorld world;
  const IssuedCertificate one = world.issue("a.example");
  world.pass(std::chrono::days(398));
  EXPECT_EQ(world.words_of(import_of(one, world.authority.root_pem())), "The certificate has expired, is not valid.");
  world.pass(-std::chrono::days(500));
  EXPECT_EQ(world.words_of(import_of(one, world.authority.root_pem())),
            "The certificate is not in effect yet, is not valid.");
}

TEST(Import, UnderTheSameArnTakesThePlaceAndKeepsTheKindOfKey) {
  ImportWorld world;
  const std::string& root = world.authority.root_pem();
  const std::string arn =
      *world.answer(world.imports->import_(world.call(), import_of(world.issue("a.example"), root))).certificate_arn;
  auto again = import_of(world.issue("b.example"), root);
  again.certificate_arn = arn;
  auto tagged = again;
  tagged.tags = {{.key = "k", .value = "v"}};
  EXPECT_EQ(world.words_of(tagged), "Tagging is not permitted on re-import.");
  EXPECT_EQ(world.answer(world.imports->import_(world.call(), again)).certificate_arn, arn);
  EXPECT_EQ(world.describe(arn).domain_name, "b.example");
  auto of_another_kind = import_of(world.issue("a.example", "RSA_2048"), root);
  of_another_kind.certificate_arn = arn;
  EXPECT_EQ(world.import_code(of_another_kind), "ValidationException");
  again.certificate_arn = arn + "0";
  EXPECT_EQ(world.import_code(again), "ResourceNotFoundException");
  again.certificate_arn = world.request("c.example");
  EXPECT_EQ(world.import_code(again), "ValidationException") << "what was issued here is not imported over";
}

}  // namespace
}  // namespace gust::acm
