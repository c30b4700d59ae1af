// Orders at an ACME server that answers from memory, as RFC 8555 section 7 shows them.
#include "acm/acme_client.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "acm/jws.h"
#include "acm/openssl_internal.h"
#include "acm/private_key.h"
#include "acm/world_test_internal.h"
#include "acm/x509_internal.h"
#include "base/text.h"

namespace gust::acm {
namespace {

using Json = nlohmann::json;

// Signs for the names of a request, by the root of `authority`.
std::string sign_request(const Authority& authority, const std::string& der, WallTime now) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const Owned<X509_REQ> request(d2i_X509_REQ(nullptr, &at, static_cast<long>(der.size())));
  const auto root = parse_certificate(authority.root_pem());
  const auto key = parse_private_key(authority.key_pem());
  const Owned<X509> leaf(X509_new());
  X509_set_version(leaf.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(leaf.get()), static_cast<long>(unix_seconds(now)));
  X509_set_issuer_name(leaf.get(), X509_get_subject_name(root->get()));
  ASN1_TIME_set(X509_getm_notBefore(leaf.get()), unix_seconds(now));
  ASN1_TIME_set(X509_getm_notAfter(leaf.get()), unix_seconds(now + std::chrono::days(90)));
  X509_set_pubkey(leaf.get(), X509_REQ_get0_pubkey(request.get()));
  const Owned<STACK_OF(X509_EXTENSION)> extensions(X509_REQ_get_extensions(request.get()));
  for (int i = 0; i < sk_X509_EXTENSION_num(extensions.get()); ++i) {
    X509_add_ext(leaf.get(), sk_X509_EXTENSION_value(extensions.get(), i), -1);
  }
  X509_sign(leaf.get(), key->get(), EVP_sha256());
  return pem_of(leaf.get());
}

class FakeAcme final : public Web {
 public:
  FakeAcme(rt::Loop& loop, const Authority& authority, Challenges& challenges)
      : loop_(loop), authority_(authority), challenges_(challenges) {}

  int bad_nonces = 0;            // so many POSTs to come are refused with badNonce
  int looks_until_done = 1;      // of authorizations and orders
  std::string problem_at_order;  // its type; empty: none
  bool is_name_wrong = false;    // the challenge is never met
  bool is_stuck = false;         // the order is never done
  bool is_account_gone = false;
  bool has_another_chain = false;
  std::string raw_order;  // what is answered to new orders; empty: an order
  int accounts = 0, orders = 0;
  std::vector<std::string> seen_answers;  // to challenges

  rt::Task<Result<WebAnswer>> ask(WebCall call, Instant) override {
    WebAnswer answer{
        .status = 200, .body = {}, .content_type = {}, .location = {}, .replay_nonce = {}, .retry_after = "1"};
    answer.replay_nonce = fmt::format("nonce{}", ++nonces_);
    if (call.url == "https://ca.test/directory") {
      answer.body = R"({"newNonce": "https://ca.test/nonce", "newAccount": "https://ca.test/account",
                        "newOrder": "https://ca.test/order", "meta": {"termsOfService": "x"}})";
    } else if (call.method == "POST") {
      post(call, answer);
    }
    last_nonce_ = answer.replay_nonce;
    co_return answer;
  }

 private:
  static void refuse(WebAnswer& answer, std::string_view type) {
    answer.status = 400;
    answer.body = fmt::format(R"({{"type": "urn:ietf:params:acme:error:{}", "detail": "because of {}"}})", type, type);
  }
  Json order_as(std::string_view status) const {
    return {{"status", status},
            {"authorizations", {"https://ca.test/authz"}},
            {"finalize", "https://ca.test/finalize"},
            {"certificate", "https://ca.test/cert"}};
  }
  void post(const WebCall& call, WebAnswer& answer) {
    const Json body = Json::parse(call.body);
    const Json head = Json::parse(*bytes_of_base64url(body["protected"].get<std::string>()));
    const std::string payload = *bytes_of_base64url(body["payload"].get<std::string>());
    EXPECT_EQ(head["url"], call.url);
    EXPECT_EQ(head["nonce"], last_nonce_) << "each nonce once";
    EXPECT_EQ(call.content_type, "application/jose+json");
    if (bad_nonces > 0) {
      --bad_nonces;
      return refuse(answer, "badNonce");
    }
    if (call.url.ends_with("/account")) {
      EXPECT_TRUE(head.contains("jwk"));
      EXPECT_EQ(Json::parse(payload)["termsOfServiceAgreed"], true);
      ++accounts;
      is_account_gone = false;
      answer.location = "https://ca.test/account/1";
      answer.body = R"({"status": "valid"})";
      return;
    }
    EXPECT_EQ(head["kid"], "https://ca.test/account/1");
    if (is_account_gone) return refuse(answer, "accountDoesNotExist");
    if (call.url.ends_with("/order")) {
      ++orders;
      looks_ = 0;
      is_valid_ = is_finalized_ = false;
      if (!problem_at_order.empty()) return refuse(answer, problem_at_order);
      name_ = Json::parse(payload)["identifiers"][0]["value"];
      answer.location = "https://ca.test/order/1";
      answer.body = raw_order.empty() ? order_as("pending").dump() : raw_order;
    } else if (call.url.ends_with("/authz")) {
      look_at_challenge();
      const char* status = is_valid_ ? "valid" : is_name_wrong && looks_ > 1 ? "invalid" : "pending";
      const Json problem{{"type", "urn:ietf:params:acme:error:unauthorized"}, {"detail", "404 at the name"}};
      answer.body =
          Json{{"status", status},
               {"identifier", {{"type", "dns"}, {"value", name_}}},
               {"challenges",
                {{{"type", "dns-01"}, {"url", "https://ca.test/dns"}, {"token", "t"}},
                 {{"type", "http-01"}, {"url", "https://ca.test/http"}, {"token", "tok-1"}, {"error", problem}}}}}
              .dump();
    } else if (call.url.ends_with("/finalize")) {
      request_ = *bytes_of_base64url(Json::parse(payload)["csr"].get<std::string>());
      is_finalized_ = true;
      looks_ = 0;
      answer.body = order_as("processing").dump();
    } else if (call.url.ends_with("/order/1")) {
      const bool is_done = is_finalized_ && ++looks_ > looks_until_done && !is_stuck;
      answer.body = order_as(is_done ? "valid" : is_finalized_ ? "processing" : "ready").dump();
    } else if (call.url.ends_with("/cert")) {
      answer.body = sign_request(authority_, request_, loop_.wall_now()) +
                    (has_another_chain ? Authority::make(loop_.wall_now())->root_pem() : authority_.root_pem());
    } else {
      EXPECT_EQ(call.url, "https://ca.test/http");
      EXPECT_EQ(payload, "{}");
      is_begun_ = true;
      answer.body = "{}";
    }
  }
  void look_at_challenge() {
    ++looks_;
    if (!is_begun_ || is_name_wrong || looks_ <= looks_until_done) return;
    const auto shown = challenges_.find(name_, std::string(challenge_path) + "tok-1");
    is_valid_ = shown.has_value();
    if (shown) seen_answers.push_back(*shown);
  }

  rt::Loop& loop_;
  const Authority& authority_;
  Challenges& challenges_;
  int nonces_ = 0, looks_ = 0;
  bool is_begun_ = false, is_valid_ = false, is_finalized_ = false;
  std::string last_nonce_, name_, request_;
};

struct AcmeWorld : AcmWorld {
  AcmeWorld() { make_client(); }
  void make_client() {
    client.emplace(loop, *store, book->seal(), server, challenges,
                   AcmeOptions{.directory = "https://ca.test/directory",
                               .contact = "ann@a.example",
                               .binding_key_id = {},
                               .binding_mac_key = {}});
  }
  std::expected<IssuedCertificate, IssueFailure> order() {
    return result(client->order({.arn = "arn:1", .names = {"a.example"}, .key_algorithm = "EC_prime256v1"}));
  }
  std::string why() {
    const auto issued = order();
    return issued ? "issued" : fmt::format("[{}] {}", issued.error().failure_reason, issued.error().text);
  }

  Challenges challenges;
  FakeAcme server{loop, authority, challenges};
  std::optional<AcmeClient> client;
};

TEST(AcmeClient, Rfc8555Section7OrdersShowsItsChallengeAndTakesTheCertificate) {
  AcmeWorld world;
  const auto issued = world.order();
  ASSERT_TRUE(issued) << world.why();
  EXPECT_EQ(find_mismatch(issued->certificate, {issued->chain}, issued->key), Mismatch::none);
  EXPECT_EQ(read_certificate_facts(issued->certificate)->names, std::vector<std::string>{"a.example"});
  ASSERT_EQ(world.server.seen_answers.size(), 1U);
  EXPECT_TRUE(world.server.seen_answers[0].starts_with("tok-1."));
  EXPECT_EQ(world.server.seen_answers[0].size(), 6U + 43U) << "a thumbprint of SHA-256";
  EXPECT_FALSE(world.challenges.find("a.example", std::string(challenge_path) + "tok-1")) << "gone when it is done";
}

TEST(AcmeClient, Rfc8555Section6TriesAgainWithTheNonceThatARefusalBrings) {
  AcmeWorld world;
  world.server.bad_nonces = 2;
  EXPECT_EQ(world.why(), "issued");
  world.server.bad_nonces = 100;
  EXPECT_EQ(world.why(), "[] the ACME server refuses: because of badNonce (badNonce)");
}

TEST(AcmeClient, Rfc8555Section7KeepsItsAccountSealed) {
  AcmeWorld world;
  EXPECT_EQ(world.why(), "issued");
  world.make_client();  // after a restart
  EXPECT_EQ(world.why(), "issued");
  EXPECT_EQ(world.server.accounts, 1);
  const auto kept = world.result(world.store->get("acm/acme-account"));
  EXPECT_FALSE((*kept)->value.contains("PRIVATE"));
  world.server.is_account_gone = true;
  EXPECT_TRUE(world.why().contains("accountDoesNotExist"));
  EXPECT_EQ(world.why(), "issued") << "by another account";
  EXPECT_EQ(world.server.accounts, 2);
}

TEST(AcmeClient, SaysWhyANameCouldNotBeValidated) {
  AcmeWorld world;
  world.server.is_name_wrong = true;
  EXPECT_EQ(world.why(), "[] a.example could not be validated: 404 at the name (unauthorized)");
}

TEST(AcmeClient, TellsWhatIsForGood) {
  AcmeWorld world;
  world.server.problem_at_order = "rejectedIdentifier";
  EXPECT_TRUE(world.why().starts_with("[DOMAIN_NOT_ALLOWED] "));
  world.server.problem_at_order = "caa";
  EXPECT_TRUE(world.why().starts_with("[CAA_ERROR] "));
  world.server.problem_at_order = "rateLimited";
  EXPECT_TRUE(world.why().starts_with("[] "));
}

TEST(AcmeClient, WaitsForABoundedTime) {
  AcmeWorld world;
  world.server.is_stuck = true;
  const Instant before = world.world.now();
  EXPECT_EQ(world.why(), "[] the ACME server takes too long");
  EXPECT_LE(world.world.now() - before, AcmeClient::order_time_max + std::chrono::seconds(5));
}

TEST(AcmeClient, RefusesAnswersThatCannotBe) {
  AcmeWorld world;
  for (const char* raw : {"", "[]", "{}", R"({"status": "pending", "finalize": "http://plain/", "authorizations": []})",
                          R"({"status": "odd", "finalize": "https://ca.test/f", "authorizations": []})",
                          R"({"status": "pending", "finalize": "https://ca.test/f", "authorizations": [1]})"}) {
    world.server.raw_order = raw[0] == '\0' ? "x" : raw;
    EXPECT_TRUE(world.why().contains("an order cannot be read")) << raw;
  }
  world.server.raw_order.clear();
  world.server.has_another_chain = true;
  EXPECT_EQ(world.why(), "[] what was issued is not what was asked for");
}

TEST(AcmeClient, Rfc8555Section734BindsAnAccountToOneThatIsKnown) {
  const std::string key = *make_private_key("EC_prime256v1");
  const Json bound = Json::parse(*sign_binding(key, "kid-1", "secret", "https://ca.test/account"));
  const Json head = Json::parse(*bytes_of_base64url(bound["protected"].get<std::string>()));
  EXPECT_EQ(head, (Json{{"alg", "HS256"}, {"kid", "kid-1"}, {"url", "https://ca.test/account"}}));
  EXPECT_EQ(*bytes_of_base64url(bound["payload"].get<std::string>()), *jwk_of(key));
  EXPECT_EQ(sign_binding(*make_private_key("RSA_2048"), "k", "s", "u").error().code, Errc::bad_syntax);
}

TEST(AcmeIssuer, RefusesDnsByName) {
  AcmeWorld world;
  const AcmeIssuer issuer(*world.client);
  EXPECT_TRUE(issuer.refusal_of("DNS", {"a.example"}).contains("choose the ValidationMethod HTTP"));
  EXPECT_EQ(issuer.refusal_of("HTTP", {"a.example"}), "");
}

TEST(Challenges, AreOfTheirHostAndEnd) {
  Challenges table;
  const std::string path = std::string(challenge_path) + "t";
  {
    const auto row = table.add("a.example", "t", "answer");
    ASSERT_TRUE(row);
    EXPECT_EQ(table.find("a.example", path), "answer");
    EXPECT_FALSE(table.find("b.example", path));
    EXPECT_EQ(table.add("a.example", "t", "other").error().code, Errc::exists);
  }
  EXPECT_FALSE(table.find("a.example", path));
  std::vector<Challenges::Row> rows;
  for (std::size_t i = 0; i < Challenges::challenges_max; ++i) {
    rows.push_back(*table.add("a.example", std::to_string(i), "x"));
  }
  EXPECT_EQ(table.add("a.example", "more", "x").error().code, Errc::would_exceed_limit);
}

TEST(WebAddress, IsReadInParts) {
  const auto address = read_web_address("https://CA.test:14000/dir?x=1");
  ASSERT_TRUE(address);
  EXPECT_EQ(address->host, "ca.test");
  EXPECT_EQ(address->authority, "CA.test:14000");
  EXPECT_EQ(address->port, 14000);
  EXPECT_EQ(address->target, "/dir?x=1");
  EXPECT_EQ(read_web_address("http://ocsp.test")->target, "/");
  EXPECT_EQ(read_web_address("http://ocsp.test")->port, 80);
  for (const char* wrong :
       {"", "ftp://a", "https://", "https://a:0/", "https://a:x/", "https://u@a/", "https://a b/"}) {
    EXPECT_FALSE(read_web_address(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace gust::acm
