// Alternate names and certificates of distributions, by the API.
#include "config/certificate_document.h"
#include "control/control_test_internal.h"

namespace gust::control {
namespace {

constexpr std::string_view arn_begin = "arn:aws:acm:us-east-1:123456789012:certificate/";

class DistributionAliasesTest : public ControlTest {
 protected:
  void SetUp() override {
    put_certificate("c1", {"*.example.org", "www.example.net"});
    start();
  }

  void put_certificate(
      std::string_view id, std::vector<std::string> names,
      void (*change)(config::CertificateDocument&) = [](config::CertificateDocument&) {}) {
    config::CertificateDocument document;
    document.arn = fmt::format("{}{}", arn_begin, id);
    document.status = "ISSUED";
    document.key_algorithm = "RSA_2048";
    document.names = std::move(names);
    document.certificate = "-----BEGIN CERTIFICATE-----";
    change(document);
    overwrite({config::key_of(document), config::write_document(document), config::absent});
  }

  static std::string names(const std::vector<std::string>& aliases) {
    std::string items;
    for (const std::string& alias : aliases) items += "<CNAME>" + alias + "</CNAME>";
    return fmt::format("<Aliases><Quantity>{}</Quantity><Items>{}</Items></Aliases>", aliases.size(), items);
  }
  static std::string certificate(std::string_view arn = "arn:aws:acm:us-east-1:123456789012:certificate/c1") {
    return fmt::format(
        "<ViewerCertificate><ACMCertificateArn>{}</ACMCertificateArn><SSLSupportMethod>sni-only</SSLSupportMethod>"
        "<MinimumProtocolVersion>TLSv1.2_2021</MinimumProtocolVersion></ViewerCertificate>",
        arn);
  }
  static std::string config(std::string_view reference, const std::vector<std::string>& aliases,
                            std::string_view enabled = "true") {
    return small_config(reference, names(aliases) + certificate(), enabled);
  }
  std::string create_named(std::string_view reference, const std::vector<std::string>& aliases) {
    const Reply made = create(config(reference, aliases));
    EXPECT_EQ(made.status, 201) << made.body;
    settle();
    return made.element("Id");
  }
  Reply associate(std::string_view id, std::string_view alias) {
    return send("PUT", fmt::format("/2020-05-31/distribution/{}/associate-alias?Alias={}", id, alias));
  }
  Reply conflicts(std::string_view id, std::string_view alias) {
    return send("GET", fmt::format("/2020-05-31/conflicting-alias?DistributionId={}&Alias={}", id, alias));
  }
};

TEST_F(DistributionAliasesTest, Dist3ANameThatTheCertificateCoversIsPublished) {
  const std::string id = create_named("r1", {"www.example.org", "*.example.org"});
  const config::Distribution* found = delivery.published.back()->find_distribution("www.example.org");
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->id, id);
  const Reply got = get(id);
  EXPECT_EQ(got.element("Certificate"), "arn:aws:acm:us-east-1:123456789012:certificate/c1") << got.body;
  EXPECT_EQ(got.element("CertificateSource"), "acm");
  EXPECT_EQ(got.element("ICPRecordalStatus"), "APPROVED");
  EXPECT_EQ(got.element("CloudFrontDefaultCertificate"), "false");
  EXPECT_EQ(send("GET", "/2020-05-31/distribution").element("CNAME"), "www.example.org");
}

TEST_F(DistributionAliasesTest, Dist3ANameThatTheCertificateDoesNotCoverIsRefused) {
  for (const std::string name : {"example.org", "a.b.example.org", "*.example.net"}) {
    const Reply refused = create(config("r1", {name}));
    EXPECT_EQ(refused.error(), "400 InvalidViewerCertificate") << name;
    EXPECT_NE(refused.body.find("doesn't cover the alternate domain name"), std::string::npos) << refused.body;
  }
}

TEST_F(DistributionAliasesTest, Dist3TheCertificateIsIssuedInUsEast1AndOfAUsableKey) {
  put_certificate("c2", {"a.example.org"}, [](config::CertificateDocument& c) { c.status = "EXPIRED"; });
  put_certificate("c3", {"a.example.org"}, [](config::CertificateDocument& c) { c.key_algorithm = "EC_secp384r1"; });
  put_certificate("c4", {"a.example.org"},
                  [](config::CertificateDocument& c) { c.arn = "arn:aws:acm:eu-west-1:123456789012:certificate/c4"; });
  for (const std::string& arn :
       {std::string(arn_begin) + "c2", std::string(arn_begin) + "c3", std::string(arn_begin) + "none",
        std::string("arn:aws:acm:eu-west-1:123456789012:certificate/c4"), std::string("nonsense")}) {
    EXPECT_EQ(create(small_config("r1", names({"a.example.org"}) + certificate(arn))).error(),
              "400 InvalidViewerCertificate")
        << arn;
  }
}

TEST_F(DistributionAliasesTest, AnExpiredCertificateDoesNotKeepItsOwnerFromOtherChanges) {
  const std::string id = create_named("r1", {"www.example.org"});
  config::Document stored = documents(std::string(config::certificate_prefix)).at(0);
  config::CertificateDocument expired = *config::read_certificate_document(stored.value);
  expired.status = "EXPIRED";
  stored.value = config::write_document(expired);
  overwrite(stored);
  settle();
  const Reply disabled = update(id, config("r1", {"www.example.org"}, "false"), get(id).header("ETag"));
  EXPECT_EQ(disabled.status, 200) << disabled.body;
  EXPECT_EQ(update(id, config("r1", {"b.example.org"}, "false"), disabled.header("ETag")).error(),
            "400 InvalidViewerCertificate");
}

TEST_F(DistributionAliasesTest, Dist2ANameThatExistsElsewhereIsAConflict) {
  create_named("r1", {"www.example.org"});
  EXPECT_EQ(create(config("r2", {"www.example.org"})).error(), "409 CNAMEAlreadyExists");
  const std::string other = create_named("r2", {"*.example.org"});  // an overlap is none
  EXPECT_EQ(update(other, config("r2", {"*.example.org", "www.example.org"}), get(other).header("ETag")).error(),
            "409 CNAMEAlreadyExists");
  EXPECT_EQ(update(other, config("r2", {"*.example.org", "a.example.org"}), get(other).header("ETag")).status, 200);
}

TEST_F(DistributionAliasesTest, Dist1NamesBelowTheDomainOfDistributionsAreNotGivenOut) {
  put_certificate("c9", {"*.cdn.localhost"});
  EXPECT_EQ(create(small_config("r1", names({"a.cdn.localhost"}) + certificate(std::string(arn_begin) + "c9"))).error(),
            "400 InvalidArgument");
}

TEST_F(DistributionAliasesTest, MoreNamesThanTheQuotaAreRefused) {
  std::vector<std::string> many;
  for (int i = 0; i <= 100; ++i) many.push_back(fmt::format("n{}.example.org", i));
  EXPECT_EQ(create(config("r1", many)).error(), "400 TooManyDistributionCNAMEs");
}

TEST_F(DistributionAliasesTest, TheDeprecatedMembersStandForAcmsWhereTheyAreAlone) {
  const Reply made = create(small_config(
      "r1", names({"www.example.org"}) +
                "<ViewerCertificate><SSLSupportMethod>sni-only</SSLSupportMethod><Certificate>arn:aws:acm:us-east-1:"
                "123456789012:certificate/c1</Certificate><CertificateSource>acm</CertificateSource>"
                "</ViewerCertificate>"));
  EXPECT_EQ(made.element("ACMCertificateArn"), "arn:aws:acm:us-east-1:123456789012:certificate/c1") << made.body;
  EXPECT_EQ(made.element("MinimumProtocolVersion"), "TLSv1");
}

TEST_F(DistributionAliasesTest, AnAliasGoesToAnotherDistributionAtOnce) {
  const std::string from = create_named("r1", {"www.example.org", "a.example.org"});
  const std::string to = create_named("r2", {});
  EXPECT_EQ(associate(to, "www.example.org").status, 200);
  settle();
  EXPECT_EQ(delivery.published.back()->find_distribution("www.example.org")->id, to);
  EXPECT_EQ(delivery.published.back()->find_distribution("a.example.org")->id, from);
  EXPECT_EQ(get(from).body.find("www.example.org"), std::string::npos);
  EXPECT_EQ(associate(to, "www.example.org").status, 200);  // it is there already
  EXPECT_EQ(associate(to, "new.example.org").status, 200);  // nobody had it
}

TEST_F(DistributionAliasesTest, AnAliasStaysWhereTheTargetsCertificateDoesNotCoverIt) {
  const std::string from = create_named("r1", {"www.example.org"});
  const std::string to = create_deployed("r2");
  EXPECT_EQ(associate(to, "www.example.org").error(), "400 InvalidViewerCertificate");
  EXPECT_EQ(associate("E0", "www.example.org").error(), "404 NoSuchDistribution");
  EXPECT_EQ(associate(to, "*").error(), "400 InvalidArgument");
  EXPECT_NE(get(from).body.find("www.example.org"), std::string::npos);
}

TEST_F(DistributionAliasesTest, ConflictingAliasesAreThoseOfOthersThatOverlap) {
  const std::string mine = create_deployed("r1");
  const std::string other = create_named("r2", {"*.example.org", "www.example.net"});
  const Reply found = conflicts(mine, "www.example.org");
  EXPECT_EQ(found.element("Alias"), "*.example.org") << found.body;
  EXPECT_EQ(found.element("DistributionId"), other);
  EXPECT_EQ(found.element("AccountId"), "123456789012");
  EXPECT_EQ(conflicts(mine, "*.example.net").element("Alias"), "www.example.net");
  EXPECT_EQ(conflicts(mine, "a.b.example.org").element("Quantity"), "0");
  EXPECT_EQ(conflicts(other, "www.example.org").element("Quantity"), "0");
  EXPECT_EQ(conflicts("E0", "www.example.org").error(), "404 NoSuchDistribution");
}

TEST_F(DistributionAliasesTest, ACopyForStagingHasTheCertificateAndNoNames) {
  const std::string id = create_named("r1", {"www.example.org"});
  const Reply copy = send("POST", fmt::format("/2020-05-31/distribution/{}/copy", id),
                          "<CopyDistributionRequest><CallerReference>r2</CallerReference></CopyDistributionRequest>",
                          {{"If-Match", get(id).header("ETag")}, {"Staging", "true"}});
  EXPECT_EQ(copy.status, 201) << copy.body;
  EXPECT_EQ(copy.element("ACMCertificateArn"), "arn:aws:acm:us-east-1:123456789012:certificate/c1");
  EXPECT_EQ(copy.body.find("www.example.org"), std::string::npos);
}

}  // namespace
}  // namespace gust::control
