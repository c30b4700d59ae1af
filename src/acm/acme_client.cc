#include "acm/acme_client.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "acm/jws.h"
#include "acm/private_key.h"
#include "acm/x509.h"
#include "base/text.h"
#include "config/json_members.h"
#include "rt/blocking.h"
#include "rt/loop.h"
#include "rt/signal.h"

namespace gust::acm {
namespace {

using Json = nlohmann::json;

constexpr std::string_view account_key = "acm/acme-account";
constexpr int nonce_tries = 4;

std::unexpected<IssueFailure> failed(std::string text) {
  return std::unexpected(IssueFailure{.failure_reason = {}, .text = std::move(text)});
}
std::unexpected<IssueFailure> failed(std::string_view doing, const Error& error) {
  return failed(fmt::format("{}: {} ({})", doing, error.text, name_of(error.code)));
}

// What a problem means to ACM; only some are for good.
std::unexpected<IssueFailure> failed(std::string_view doing, const AcmeProblem& problem) {
  std::string reason;
  if (problem.type == "caa") reason = "CAA_ERROR";
  if (problem.type == "rejectedIdentifier") reason = "DOMAIN_NOT_ALLOWED";
  if (problem.type == "unsupportedIdentifier") reason = "INVALID_PUBLIC_DOMAIN";
  if (problem.type == "badCSR") reason = "OTHER";
  return std::unexpected(IssueFailure{
      .failure_reason = std::move(reason),
      .text = fmt::format("{}: {} ({})", doing, problem.detail.empty() ? "no reason is told" : problem.detail,
                          problem.type.empty() ? "unknown" : problem.type)});
}

}  // namespace

std::string AcmeIssuer::refusal_of(std::string_view validation_method, const std::vector<std::string>&) const {
  if (validation_method == "HTTP") return {};
  return "Certificates come from an ACME server here, and it cannot be shown a record without hosting of DNS zones, "
         "which "
         "this release has not: choose the ValidationMethod HTTP.";
}

AcmeClient::AcmeClient(rt::Loop& loop, config::Store& store, const Seal& seal, Web& web, Challenges& challenges,
                       AcmeOptions options)
    : loop_(loop), store_(store), seal_(seal), web_(web), challenges_(challenges), options_(std::move(options)) {}

rt::Task<AcmeClient::Outcome<std::string>> AcmeClient::find_nonce() {
  if (nonce_.empty()) {
    auto answer =
        co_await web_.ask({.method = "HEAD", .url = directory_->new_nonce, .content_type = {}, .body = {}}, deadline_);
    if (!answer) co_return failed("the ACME server gives no nonce", answer.error());
    nonce_ = std::move(answer->replay_nonce);
  }
  if (!bytes_of_base64url(nonce_) || nonce_.empty())
    co_return failed("the ACME server gives no nonce that can be read");
  co_return std::exchange(nonce_, {});
}

rt::Task<AcmeClient::Outcome<WebAnswer>> AcmeClient::post(std::string url, std::string payload) {
  for (int tries = 1;; ++tries) {
    CO_TRY(std::string nonce, co_await find_nonce());
    const auto body =
        sign_jws(account_key_, {.url = url, .nonce = std::move(nonce), .account_url = account_url_}, payload);
    if (!body) co_return failed("a request cannot be signed", body.error());
    auto answer = co_await web_.ask(
        {.method = "POST", .url = url, .content_type = "application/jose+json", .body = *body}, deadline_);
    if (!answer) co_return failed("the ACME server does not answer", answer.error());
    nonce_ = std::move(answer->replay_nonce);
    if (answer->status < 400) co_return *std::move(answer);
    const AcmeProblem problem = read_acme_problem(answer->body);
    if (problem.type == "accountDoesNotExist") account_url_.clear();  // the next order makes another
    if (problem.type != "badNonce" || tries == nonce_tries) co_return failed("the ACME server refuses", problem);
  }
}

rt::Task<AcmeClient::Outcome<void>> AcmeClient::keep_account() {
  std::string nonce(Seal::nonce_bytes, '\0');
  loop_.fill_secret(nonce);
  const auto sealed = seal_.close(options_.directory, account_key_, nonce);
  if (!sealed) co_return failed("the account's key cannot be sealed", sealed.error());
  const std::string text =
      Json{{"Directory", options_.directory}, {"Url", account_url_}, {"SealedKey", *sealed}}.dump();
  const auto kept = co_await store_.put(std::string(account_key), text, account_revision_);
  if (!kept) co_return failed("the account cannot be kept", kept.error());
  account_revision_ = *kept;
  co_return Outcome<void>{};
}

rt::Task<AcmeClient::Outcome<void>> AcmeClient::open_account() {
  if (account_key_.empty()) {
    const auto stored = co_await store_.get(std::string(account_key));
    if (!stored) co_return failed("the account cannot be read", stored.error());
    if (*stored) {
      account_revision_ = (*stored)->revision;
      const Json json = Json::parse((*stored)->value, nullptr, false);
      config::JsonMembers members(json);
      std::string url = members.text("Url");
      const bool is_of_server = members.text("Directory") == options_.directory;
      const auto key = seal_.open(options_.directory, members.text("SealedKey"));
      if (is_of_server && key && members.is_whole()) {
        account_key_ = *key;
        account_url_ = std::move(url);
      }
    }
  }
  if (account_key_.empty()) {
    auto made = make_private_key("EC_prime256v1");
    if (!made) co_return failed("the account's key cannot be made", made.error());
    account_key_ = *std::move(made);
    account_url_.clear();
  }
  const auto thumbprint = thumbprint_of(account_key_);
  if (!thumbprint) co_return failed("the account's key cannot be used", thumbprint.error());
  thumbprint_ = *thumbprint;
  if (!directory_) {
    const auto answer =
        co_await web_.ask({.method = "GET", .url = options_.directory, .content_type = {}, .body = {}}, deadline_);
    if (!answer) co_return failed("the ACME server does not answer", answer.error());
    auto read = read_acme_directory(answer->body);
    if (!read) co_return failed("the ACME server's directory cannot be read", read.error());
    directory_ = *std::move(read);
  }
  if (account_url_.empty()) co_return co_await register_account();
  co_return Outcome<void>{};
}

rt::Task<AcmeClient::Outcome<void>> AcmeClient::register_account() {
  Json account{{"termsOfServiceAgreed", true}};
  if (!options_.contact.empty()) account["contact"] = Json::array({"mailto:" + options_.contact});
  if (!options_.binding_key_id.empty()) {
    const auto binding =
        sign_binding(account_key_, options_.binding_key_id, options_.binding_mac_key, directory_->new_account);
    if (!binding) co_return failed("the account cannot be bound", binding.error());
    account["externalAccountBinding"] = Json::parse(*binding);
  } else if (directory_->needs_binding) {
    co_return failed("the ACME server asks for an account that its operator gave: set acme_binding");
  }
  CO_TRY(const WebAnswer answer, co_await post(directory_->new_account, account.dump()));
  if (!read_web_address(answer.location)) co_return failed("the ACME server tells no URL of the account");
  account_url_ = answer.location;
  co_return co_await keep_account();
}

rt::Task<AcmeClient::Outcome<void>> AcmeClient::pause(const WebAnswer& answer) {
  const Instant until = loop_.now() + pause_of(answer.retry_after);
  if (until >= deadline_) co_return failed("the ACME server takes too long");
  if (!co_await rt::sleep_until(until)) co_return failed("the program stops");
  co_return Outcome<void>{};
}

rt::Task<AcmeClient::Outcome<void>> AcmeClient::authorize(std::string url) {
  std::optional<Challenges::Row> row;
  while (true) {
    CO_TRY(const WebAnswer answer, co_await post(url, ""));
    const auto read = read_acme_authorization(answer.body);
    if (!read) co_return failed("an authorization cannot be read", read.error());
    if (read->status == "valid") co_return Outcome<void>{};
    if (read->status != "pending") {
      co_return failed(fmt::format("{} could not be validated", read->name), read->problem);
    }
    if (read->token.empty()) co_return failed(fmt::format("{} cannot be validated over HTTP", read->name));
    if (!row) {
      auto added = challenges_.add(read->name, read->token, fmt::format("{}.{}", read->token, thumbprint_));
      if (!added) co_return failed("the challenge cannot be shown", added.error());
      row.emplace(*std::move(added));
      CO_TRY([[maybe_unused]] const WebAnswer begun, co_await post(read->challenge_url, "{}"));
    }
    CO_TRY_OK(co_await pause(answer));
  }
}

rt::Task<AcmeClient::Outcome<AcmeOrder>> AcmeClient::wait_for_order(std::string url, AcmeOrder order,
                                                                    bool is_before_finalize) {
  while (order.status == "processing" || (is_before_finalize ? order.status == "pending" : order.status == "ready")) {
    CO_TRY(const WebAnswer answer, co_await post(url, ""));
    auto read = read_acme_order(answer.body);
    if (!read) co_return failed("an order cannot be read", read.error());
    order = *std::move(read);
    const bool is_done = order.status == "valid" || order.status == "invalid";
    if (!is_done && !(is_before_finalize && order.status == "ready")) CO_TRY_OK(co_await pause(answer));
  }
  if (order.status == "invalid") co_return failed("the order was refused", order.problem);
  co_return order;
}

rt::Task<std::expected<IssuedCertificate, IssueFailure>> AcmeClient::order(CertificateOrder order) {
  deadline_ = loop_.now() + order_time_max;
  nonce_.clear();  // servers forget them
  return order_within(std::move(order));
}

rt::Task<AcmeClient::Outcome<IssuedCertificate>> AcmeClient::order_within(CertificateOrder order) {
  CO_TRY_OK(co_await open_account());
  Json identifiers = Json::array();
  for (const std::string& name : order.names) identifiers.push_back({{"type", "dns"}, {"value", name}});
  CO_TRY(const WebAnswer made, co_await post(directory_->new_order, Json{{"identifiers", identifiers}}.dump()));
  auto begun = read_acme_order(made.body);
  if (!begun) co_return failed("an order cannot be read", begun.error());
  const std::string url = made.location;
  for (const std::string& authorization : begun->authorizations) CO_TRY_OK(co_await authorize(authorization));
  CO_TRY(AcmeOrder ready, co_await wait_for_order(url, *std::move(begun), true));

  auto key = co_await rt::blocking(loop_, [&] { return make_private_key(order.key_algorithm); });
  if (!key) co_return failed("a key cannot be made", key.error());
  const auto request = make_signing_request(*key, order.names);
  if (!request) co_return failed("a request cannot be made", request.error());
  CO_TRY(const WebAnswer finalized, co_await post(ready.finalize, Json{{"csr", base64url_of(*request)}}.dump()));
  auto after = read_acme_order(finalized.body);
  if (!after) co_return failed("an order cannot be read", after.error());
  CO_TRY(const AcmeOrder valid, co_await wait_for_order(url, *std::move(after), false));
  if (valid.certificate.empty()) co_return failed("the ACME server tells no URL of the certificate");
  CO_TRY(const WebAnswer download, co_await post(valid.certificate, ""));
  auto chain = split_certificates(download.body, chain_certificates_max + 1);
  if (!chain) co_return failed("what was issued cannot be read", chain.error());
  IssuedCertificate issued{.certificate = std::move(chain->front()), .chain = {}, .key = *std::move(key)};
  chain->erase(chain->begin());
  const Mismatch mismatch = find_mismatch(issued.certificate, *chain, issued.key);
  if (mismatch == Mismatch::key || mismatch == Mismatch::chain) {
    co_return failed("what was issued is not what was asked for");
  }
  for (const std::string& above : *chain) issued.chain += above;
  co_return issued;
}

}  // namespace gust::acm
