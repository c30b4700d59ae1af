// Requests, lists, options, tags and ends of certificates.
#include "acm/acm.h"

#include <fmt/format.h>

#include <array>

#include "acm/world_test_internal.h"
#include "config/document.h"

namespace gust::acm {
namespace {

using aws::acm::RequestCertificateRequest;

TEST(RequestCertificate, IsIssuedAtOnceWhereNobodyOutsideIsAsked) {
  AcmWorld world;
  const std::string arn = world.request("WWW.example.com", {"example.com", "www.example.com"});
  const auto detail = world.describe(arn);
  EXPECT_EQ(detail.status, "ISSUED");
  EXPECT_EQ(detail.type, "AMAZON_ISSUED");
  EXPECT_EQ(detail.domain_name, "www.example.com");
  EXPECT_EQ(detail.subject_alternative_names, (std::vector<std::string>{"www.example.com", "example.com"}));
  EXPECT_EQ(detail.key_algorithm, "RSA_2048");
  EXPECT_EQ(detail.renewal_eligibility, "ELIGIBLE");
  ASSERT_EQ(detail.domain_validation_options.size(), 2U);
  const auto& validation = detail.domain_validation_options[0];
  EXPECT_EQ(validation.validation_status, "SUCCESS");
  EXPECT_EQ(validation.resource_record->type, "CNAME");
  EXPECT_TRUE(validation.resource_record->name.ends_with(".www.example.com."));
  EXPECT_NE(validation.resource_record->name, detail.domain_validation_options[1].resource_record->name);
  EXPECT_EQ(world.answer(world.reads->get({.certificate_arn = arn})).certificate_chain, world.authority.root_pem());
}

TEST(RequestCertificate, WithATokenIsOneForAnHour) {
  AcmWorld world;
  RequestCertificateRequest asked{.domain_name = "a.example", .validation_method = "DNS", .idempotency_token = "once"};
  asked.key_algorithm = "EC_prime256v1";
  const auto ask = [&] { return *world.answer(world.requests->request(world.call(), asked)).certificate_arn; };
  const std::string first = ask();
  EXPECT_EQ(ask(), first);
  asked.subject_alternative_names = {"b.example"};
  EXPECT_NE(ask(), first);
  asked.subject_alternative_names.clear();
  world.pass(std::chrono::hours(2));
  EXPECT_NE(ask(), first);
}

TEST(RequestCertificate, RefusesByNameWhatItCannotDo) {
  AcmWorld world;
  const RequestCertificateRequest plain{.domain_name = "*.a.example", .validation_method = "DNS"};
  const auto code_of = [&](RequestCertificateRequest asked) {
    return world.outcome(world.requests->request(world.call(), std::move(asked)));
  };
  auto asked = plain;
  asked.validation_method = "EMAIL";
  EXPECT_EQ(code_of(asked), "ValidationException");
  asked.validation_method.reset();
  EXPECT_EQ(code_of(asked), "ValidationException") << "mail is meant";
  asked.validation_method = "HTTP";
  EXPECT_EQ(code_of(asked), "ValidationException") << "a wildcard";
  asked = plain;
  asked.certificate_authority_arn = "arn:aws:acm-pca:us-east-1:111122223333:certificate-authority/1";
  EXPECT_EQ(code_of(asked), "NotImplemented");
  asked = plain;
  asked.managed_by = "CLOUDFRONT";
  EXPECT_EQ(code_of(asked), "NotImplemented");
  asked = plain;
  asked.key_algorithm = "RSA_4096";
  EXPECT_EQ(code_of(asked), "ValidationException");
  asked = plain;
  asked.domain_validation_options = {{.domain_name = "*.a.example", .validation_domain = "b.example"}};
  EXPECT_EQ(code_of(asked), "InvalidDomainValidationOptionsException");
  asked = plain;
  for (int i = 0; i < 100; ++i) asked.subject_alternative_names.push_back(fmt::format("n{}.example", i));
  EXPECT_EQ(code_of(asked), "LimitExceededException");
  asked = plain;
  asked.tags = {{.key = "aws:x", .value = ""}};
  EXPECT_EQ(code_of(asked), "InvalidTagException");
  world.issuer.refusal = "no";
  EXPECT_EQ(code_of(plain), "ValidationException");
  EXPECT_TRUE(world.book->all().empty());
}

TEST(RequestCertificate, WaitsWhereSomebodyOutsideIsAskedAndTimesOutAfterThreeDays) {
  AcmWorld world;
  world.issuer.is_local = false;
  const std::string arn = world.request("a.example");
  EXPECT_EQ(world.describe(arn).status, "PENDING_VALIDATION");
  EXPECT_EQ(world.describe(arn).domain_validation_options[0].validation_status, "PENDING_VALIDATION");
  EXPECT_EQ(world.outcome(world.reads->get({.certificate_arn = arn})), "RequestInProgressException");
  EXPECT_EQ(world.outcome(world.requests->renew({.certificate_arn = arn})), "RequestInProgressException");
  world.pass(std::chrono::hours(73));
  EXPECT_EQ(world.describe(arn).status, "VALIDATION_TIMED_OUT");
  EXPECT_EQ(world.keeper->next_due(), WallTime::max());
}

TEST(ListCertificates, TellsRsaOfTheRegionAloneUnlessAskedForMore) {
  AcmWorld world;
  RequestCertificateRequest asked{.domain_name = "ec.example", .validation_method = "DNS"};
  asked.key_algorithm = "EC_prime256v1";
  world.answer(world.requests->request(world.call(), asked));
  const std::string rsa = world.request("rsa.example");
  const auto list = [&](aws::acm::ListCertificatesRequest request) {
    return world.answer(world.reads->list(world.call(), std::move(request))).certificate_summary_list;
  };
  ASSERT_EQ(list({}).size(), 1U);
  EXPECT_EQ(list({})[0].certificate_arn, rsa);
  EXPECT_EQ(list({})[0].in_use, false);
  EXPECT_EQ(list({.includes = {{.key_types = {"RSA_2048", "EC_prime256v1"}}}}).size(), 2U);
  EXPECT_EQ(list({.certificate_statuses = {"EXPIRED"}}).size(), 0U);
  EXPECT_EQ(list({.includes = {{.extended_key_usage = {"CODE_SIGNING"}}}}).size(), 0U);
  EXPECT_EQ(list({.includes = {{.key_usage = {"DIGITAL_SIGNATURE"}}}}).size(), 1U);
  const aws::Call elsewhere{world.caller, "eu-west-1", world.id};
  EXPECT_TRUE(world.answer(world.reads->list(elsewhere, {})).certificate_summary_list.empty());
}

TEST(ListCertificates, GoesInPagesBothWays) {
  AcmWorld world;
  std::vector<std::string> made;
  for (const char* name : {"a.example", "b.example", "c.example"}) {
    made.push_back(world.request(name));
    world.pass(std::chrono::seconds(1));
  }
  const auto walk = [&](const char* order) {
    std::vector<std::string> seen;
    aws::acm::ListCertificatesRequest request{.max_items = 2, .sort_by = "CREATED_AT", .sort_order = order};
    while (true) {
      const auto page = world.answer(world.reads->list(world.call(), request));
      for (const auto& summary : page.certificate_summary_list) seen.push_back(*summary.certificate_arn);
      if (!page.next_token) return seen;
      request.next_token = page.next_token;
    }
  };
  EXPECT_EQ(walk("ASCENDING"), made);
  EXPECT_EQ(walk("DESCENDING"), (std::vector<std::string>{made[2], made[1], made[0]}));
  EXPECT_EQ(world.outcome(world.reads->list(world.call(), {.next_token = "%"})), "ValidationException");
  EXPECT_EQ(world.outcome(world.reads->list(world.call(), {.sort_by = "CREATED_AT"})), "ValidationException");
}

TEST(ExportCertificate, GivesTheKeyUnderAPassphraseWhereThatWasAskedFor) {
  AcmWorld world;
  const std::string plain = world.request("a.example");
  EXPECT_EQ(world.outcome(world.reads->export_({.certificate_arn = plain, .passphrase = {"word"}})),
            "ValidationException");
  RequestCertificateRequest asked{.domain_name = "b.example", .validation_method = "DNS"};
  asked.options = aws::acm::CertificateOptions{.export_ = "ENABLED"};
  const std::string arn = *world.answer(world.requests->request(world.call(), asked)).certificate_arn;
  const auto exported = world.answer(world.reads->export_({.certificate_arn = arn, .passphrase = {"word"}}));
  EXPECT_TRUE(exported.private_key->starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
  EXPECT_EQ(exported.certificate_chain, world.authority.root_pem());
  EXPECT_EQ(world.outcome(world.requests->update_options({.certificate_arn = arn, .options = {.export_ = "DISABLED"}})),
            "ValidationException");
}

TEST(DeleteCertificate, WaitsUntilNoDistributionNamesIt) {
  AcmWorld world;
  const std::string arn = world.request("a.example");
  config::DistributionDocument distribution{.id = "E1", .domain_name = "d1.test", .last_modified = {}, .config = {}};
  distribution.config.viewer_certificate.emplace().acm_certificate_arn = arn;
  const std::string key = std::string(config::distribution_prefix) + "E1";
  const auto revision = world.result(world.store->put(key, config::write_document(distribution), config::absent));
  ASSERT_TRUE(revision);
  EXPECT_EQ(world.outcome(world.requests->remove({.certificate_arn = arn})), "ResourceInUseException");
  EXPECT_EQ(world.describe(arn).in_use_by,
            std::vector<std::string>{"arn:aws:cloudfront::111122223333:distribution/E1"});
  ASSERT_TRUE(world.result(world.store->remove(key, *revision)));
  EXPECT_EQ(world.outcome(world.requests->remove({.certificate_arn = arn})), "");
  EXPECT_EQ(world.outcome(world.requests->remove({.certificate_arn = arn})), "ResourceNotFoundException");
  world.open();
  EXPECT_EQ(world.book->find(arn), nullptr);
}

TEST(Tags, GoByKeyAndByValueWhereOneIsGiven) {
  AcmWorld world;
  const std::string arn = world.request("a.example");
  EXPECT_EQ(world.outcome(world.tags->add({arn, {{"k", "v"}, {"l", {}}}})), "");
  EXPECT_EQ(world.outcome(world.tags->remove({arn, {{"k", "other"}, {"l", {}}}})), "");
  const auto left = world.answer(world.tags->list({arn})).tags;
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left[0].key, "k");
  aws::acm::AddTagsToCertificateRequest many{arn, {}};
  for (int i = 0; i < 51; ++i) many.tags.push_back({fmt::format("n{}", i), "v"});
  EXPECT_EQ(world.outcome(world.tags->add(many)), "TooManyTagsException");
  EXPECT_EQ(world.outcome(world.tags->list({arn + "x"})), "ResourceNotFoundException");
}

TEST(Options, AreThoseOfIssuedCertificates) {
  AcmWorld world;
  const std::string arn = world.request("a.example");
  const auto update = [&](std::string logging) {
    return world.outcome(world.requests->update_options(
        {.certificate_arn = arn, .options = {.certificate_transparency_logging_preference = std::move(logging)}}));
  };
  EXPECT_EQ(update("DISABLED"), "");
  EXPECT_EQ(world.describe(arn).options->certificate_transparency_logging_preference, "DISABLED");
  world.issuer.is_local = false;
  EXPECT_EQ(update("DISABLED"), "ValidationException") << "an ACME server does as it likes";
  EXPECT_EQ(world.outcome(world.requests->resend_email({arn, "a.example", "a.example"})), "InvalidStateException");
}

TEST(Account, KeepsHowEarlyItWarns) {
  AcmWorld world;
  EXPECT_EQ(world.answer(world.account->get({})).expiry_events->days_before_expiry, 45);
  EXPECT_EQ(world.outcome(world.account->put({.expiry_events = {{30}}, .idempotency_token = "a"})), "");
  EXPECT_EQ(world.outcome(world.account->put({.expiry_events = {{31}}, .idempotency_token = "a"})),
            "ConflictException");
  Account after(*world.book);
  EXPECT_TRUE(world.result(after.load()));
  EXPECT_EQ(world.answer(after.get({})).expiry_events->days_before_expiry, 30);
}

TEST(Deeds, AreAboutTheCertificateThatIsNamed) {
  AcmWorld world;
  Acm acm(world.loop, *world.store, Seal(std::string(Seal::key_bytes, 'k')), "111122223333", world.issuer, nullptr, {});
  const auto deeds = [&](std::string_view operation, std::string_view body) {
    const std::string target = fmt::format("CertificateManager.{}", operation);
    const std::array<aws::HeaderView, 1> headers{{{"x-amz-target", target}}};
    const aws::OperationRequest request{
        .method = "POST", .path = "/", .query = {}, .headers = headers, .bucket = {}, .key = {}, .body = body};
    std::string all;
    for (const auto& deed : acm.deeds_of(*aws::find_operation(aws::acm::service(), request), request)) {
      all += fmt::format("{} {};", deed.action, deed.resource);
    }
    return all;
  };
  EXPECT_EQ(deeds("DeleteCertificate", R"({"CertificateArn": "arn:1"})"), "acm:DeleteCertificate arn:1;");
  EXPECT_EQ(deeds("ListCertificates", "{}"), "acm:ListCertificates *;");
  EXPECT_EQ(deeds("ImportCertificate", R"({"Tags": []})"), "acm:ImportCertificate *;acm:AddTagsToCertificate *;");
  EXPECT_EQ(deeds("DeleteCertificate", "[[["), "acm:DeleteCertificate *;");
}

}  // namespace
}  // namespace gust::acm
