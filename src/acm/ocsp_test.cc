// Responses of OCSP, made here as a responder would, and how the Keeper comes to a staple.
#include "acm/ocsp.h"

#include "acm/openssl_internal.h"
#include "acm/world_test_internal.h"
#include "acm/x509_internal.h"

namespace gust::acm {
namespace {

struct Said {
  int status = V_OCSP_CERTSTATUS_GOOD;
  std::int64_t from = 0, until = 7 * 86'400;  // seconds from now
};

std::string respond(const Authority& signer, const std::string& certificate, const std::string& issuer, WallTime now,
                    const Said& said = {}) {
  const auto own = parse_certificate(certificate), above = parse_certificate(issuer);
  const auto root = parse_certificate(signer.root_pem());
  const auto key = parse_private_key(signer.key_pem());
  const Owned<OCSP_BASICRESP> basic(OCSP_BASICRESP_new());
  const Owned<OCSP_CERTID> id(OCSP_cert_to_id(EVP_sha1(), own->get(), above->get()));
  ASN1_TIME* from = ASN1_TIME_set(nullptr, unix_seconds(now) + said.from);
  ASN1_TIME* until = ASN1_TIME_set(nullptr, unix_seconds(now) + said.until);
  OCSP_basic_add1_status(basic.get(), id.get(), said.status, 0, from, from, until);
  ASN1_TIME_free(from);
  ASN1_TIME_free(until);
  OCSP_basic_sign(basic.get(), root->get(), key->get(), EVP_sha256(), nullptr, 0);
  const Owned<OCSP_RESPONSE> response(OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic.get()));
  return der_of<OCSP_RESPONSE>(response.get(), i2d_OCSP_RESPONSE);
}

struct OcspWorld : AcmWorld {
  const std::string leaf = authority.issue({"a.example"}, "EC_prime256v1", world.wall_now())->certificate;
  Result<WallTime> read(const std::string& der) {
    return read_ocsp_response(der, leaf, authority.root_pem(), world.wall_now());
  }
};

TEST(Ocsp, Rfc6960TakesWhatTheIssuerSaysOfTheCertificateInItsTime) {
  OcspWorld world;
  const WallTime now = world.world.wall_now();
  const auto read = world.read(respond(world.authority, world.leaf, world.authority.root_pem(), now));
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_LE(*read, now + std::chrono::hours(84));
  EXPECT_GT(*read, now + std::chrono::hours(83));
  EXPECT_FALSE(make_ocsp_request(world.leaf, world.authority.root_pem())->empty());
}

TEST(Ocsp, Rfc6960RefusesOthersOtherCertificatesAndOtherTimes) {
  OcspWorld world;
  const WallTime now = world.world.wall_now();
  const std::string& root = world.authority.root_pem();
  const auto code_of = [&](const std::string& der) { return world.read(der).error().code; };
  const Authority other = *Authority::make(now);
  EXPECT_EQ(code_of(respond(other, world.leaf, root, now)), Errc::bad_value) << "signed by somebody else";
  const std::string leaf = world.authority.issue({"b.example"}, "EC_prime256v1", now)->certificate;
  EXPECT_EQ(code_of(respond(world.authority, leaf, root, now)), Errc::bad_value) << "about another";
  EXPECT_EQ(code_of(respond(world.authority, world.leaf, root, now, {.status = V_OCSP_CERTSTATUS_UNKNOWN})),
            Errc::bad_value);
  EXPECT_EQ(code_of(respond(world.authority, world.leaf, root, now, {.from = -20, .until = -10})), Errc::bad_value);
  EXPECT_EQ(code_of(respond(world.authority, world.leaf, root, now, {.from = 3600})), Errc::bad_value);
  EXPECT_EQ(code_of("junk"), Errc::bad_syntax);
}

// A responder of the world's authority.
class FakeResponder final : public Web {
 public:
  explicit FakeResponder(AcmWorld& world) : world_(world) {}
  int calls = 0;
  bool is_silent = false;

  rt::Task<Result<WebAnswer>> ask(WebCall call, Instant) override {
    ++calls;
    EXPECT_EQ(call.url, "http://ocsp.test/");
    EXPECT_EQ(call.content_type, "application/ocsp-request");
    if (is_silent) co_return fail(Errc::refused, Side::origin, "nobody there");
    WebAnswer answer;
    const auto& document = world_.book->all().begin()->second.document;
    answer.body = respond(world_.authority, document.certificate, document.chain, world_.world.wall_now());
    co_return answer;
  }

 private:
  AcmWorld& world_;
};

TEST(Keeper, Tls4KeepsAStapleAndAsksForTheNextHalfWay) {
  OcspWorld world;
  FakeResponder responder(world);
  world.web = &responder;
  world.open();
  Certificate certificate;
  certificate.document.arn = "arn:aws:acm:us-east-1:111122223333:certificate/1";
  certificate.document.status = "ISSUED";
  certificate.document.certificate = world.leaf;
  certificate.document.chain = world.authority.root_pem();
  certificate.facts = *read_certificate_facts(world.leaf);
  certificate.facts.ocsp_responder = "http://ocsp.test/";
  EXPECT_EQ(world.outcome(world.book->keep(certificate)), "");
  const auto round = [&] {
    world.result([](Keeper& keeper) -> rt::Task<bool> {
      co_await keeper.round();
      co_return true;
    }(*world.keeper));
  };
  const auto staple = [&] { return world.book->all().begin()->second.document.staple; };
  round();
  round();
  EXPECT_EQ(responder.calls, 1);
  const std::string first = staple();
  EXPECT_TRUE(world.read(first));
  responder.is_silent = true;
  world.pass(std::chrono::hours(85));
  round();
  EXPECT_EQ(responder.calls, 2);
  EXPECT_EQ(staple(), first) << "it holds a while yet";
  EXPECT_TRUE(world.reports.back().contains("does not answer"));
  responder.is_silent = false;
  world.pass(std::chrono::hours(2));
  round();
  EXPECT_NE(staple(), first);
}

}  // namespace
}  // namespace gust::acm
