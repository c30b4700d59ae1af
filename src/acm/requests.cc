#include "acm/requests.h"

#include <algorithm>
#include <utility>

#include "acm/answers_internal.h"
#include "acm/private_key.h"
#include "base/text.h"

namespace gust::acm {
namespace {

constexpr Duration token_time = std::chrono::hours(1);

// "www.a.example" is in "a.example".
bool is_in_domain(std::string_view name, std::string_view domain) {
  return name == domain ||
         (name.ends_with(domain) && name.size() > domain.size() && name[name.size() - domain.size() - 1] == '.');
}

aws::Answer<void> check_validation_options(const model::RequestCertificateRequest& request,
                                           const std::vector<std::string>& names) {
  for (const model::DomainValidationOption& option : request.domain_validation_options) {
    const std::string name = to_lower(option.domain_name);
    if (!holds(names, name) || !is_in_domain(name, to_lower(option.validation_domain))) {
      return refuse("InvalidDomainValidationOptionsException",
                    fmt::format("The validation domain {} does not hold {}, or the request has no such name.",
                                option.validation_domain, option.domain_name));
    }
  }
  return {};
}

// What the request asks for, without an ARN.
aws::Answer<config::CertificateDocument> read_request(const model::RequestCertificateRequest& request,
                                                      const Quotas& quotas) {
  if (request.certificate_authority_arn)
    return not_here("Private certificate authorities are not part of this release.");
  if (request.managed_by) return not_here("Certificates that CloudFront manages are not part of this release.");
  const std::string method = request.validation_method.value_or("EMAIL");
  if (method == "EMAIL") {
    return invalid(
        "Validation by e-mail, which is meant where no ValidationMethod is given, is not available here: "
        "choose the ValidationMethod DNS or HTTP.");
  }
  config::CertificateDocument document;
  document.status = "PENDING_VALIDATION";
  document.validation_method = method;
  document.domain_name = to_lower(request.domain_name);
  document.names.push_back(document.domain_name);
  for (const std::string& name : request.subject_alternative_names) {
    std::string lower = to_lower(name);
    if (!holds(document.names, lower)) document.names.push_back(std::move(lower));
  }
  if (document.names.size() > quotas.names) {
    return refuse("LimitExceededException",
                  fmt::format("A certificate cannot have more than {} domain names.", quotas.names));
  }
  TRY_OK(check_validation_options(request, document.names));
  const bool has_wildcard = std::ranges::any_of(document.names, [](const auto& name) { return name.starts_with("*"); });
  if (method == "HTTP" && has_wildcard) return invalid("A wildcard name cannot be validated over HTTP.");
  document.key_algorithm = request.key_algorithm.value_or("RSA_2048");
  if (!is_algorithm_to_request(document.key_algorithm)) {
    return invalid(
        fmt::format("The key algorithm {} is for imported certificates; ask for RSA_2048, EC_prime256v1 or "
                    "EC_secp384r1.",
                    document.key_algorithm));
  }
  document.idempotency_token = request.idempotency_token.value_or("");
  const model::CertificateOptions options = request.options.value_or(model::CertificateOptions{});
  if (options.validation_method) return invalid("Options of a request have no ValidationMethod of their own.");
  document.is_logged = options.certificate_transparency_logging_preference.value_or("ENABLED") == "ENABLED";
  document.is_exportable = options.export_.value_or("DISABLED") == "ENABLED";
  TRY_OK(add_tags(document.tags, request.tags, quotas.tags));
  return document;
}

}  // namespace

const Certificate* Requests::find_same(const config::CertificateDocument& asked) const {
  if (asked.idempotency_token.empty()) return nullptr;
  const WallTime now = book_.loop().wall_now();
  for (const auto& [id, certificate] : book_.all()) {
    const config::CertificateDocument& made = certificate.document;
    if (made.idempotency_token == asked.idempotency_token && made.created + token_time > now &&
        made.names == asked.names && made.key_algorithm == asked.key_algorithm &&
        made.validation_method == asked.validation_method) {
      return &certificate;
    }
  }
  return nullptr;
}

AnswerTask<model::RequestCertificateResponse> Requests::request(const aws::Call& call,
                                                                model::RequestCertificateRequest request) {
  CO_TRY(config::CertificateDocument document, read_request(request, book_.quotas()));
  if (std::string why = issuer_.refusal_of(document.validation_method, document.names); !why.empty()) {
    co_return invalid(std::move(why));
  }
  if (!issuer_.is_immediate() && !document.is_logged) {
    co_return invalid("Whether a certificate is logged is the business of the ACME server here.");
  }
  model::RequestCertificateResponse output;
  {
    CO_TRY(const Book::Turn turn, co_await book_.take_turn());
    if (const Certificate* same = find_same(document)) {
      co_return model::RequestCertificateResponse{.certificate_arn = same->document.arn};
    }
    if (book_.all().size() >= book_.quotas().certificates) {
      co_return refuse("LimitExceededException",
                       fmt::format("Cannot have more than {} certificates.", book_.quotas().certificates));
    }
    document.arn = book_.make_arn(call.region);
    document.created = book_.loop().wall_now();
    output.certificate_arn = document.arn;
    CO_TRY_OK(co_await book_.keep({.document = std::move(document), .facts = {}, .revision = config::absent}));
  }
  if (issuer_.is_immediate()) {
    co_await keeper_.issue_now(*output.certificate_arn);
  } else {
    keeper_.look();
  }
  co_return output;
}

NothingTask Requests::renew(model::RenewCertificateRequest request) {
  {
    CO_TRY(const Book::Turn turn, co_await book_.take_turn());
    CO_TRY(Certificate certificate, find_certificate(book_, request.certificate_arn));
    if (certificate.is_imported()) {
      co_return invalid(
          fmt::format("{} was imported: import its successor under the same ARN.", request.certificate_arn));
    }
    if (!certificate.is_issued()) {
      co_return refuse("RequestInProgressException",
                       fmt::format("The certificate {} has not been issued yet.", request.certificate_arn));
    }
    certificate.document.renewal_status = "PENDING_AUTO_RENEWAL";
    certificate.document.renewal_reason.clear();
    certificate.document.renewed = book_.loop().wall_now();
    CO_TRY_OK(co_await book_.keep(std::move(certificate)));
  }
  if (issuer_.is_immediate()) {
    co_await keeper_.issue_now(request.certificate_arn);
  } else {
    keeper_.look();
  }
  co_return aws::Nothing{};
}

NothingTask Requests::update_options(model::UpdateCertificateOptionsRequest request) {
  CO_TRY(const Book::Turn turn, co_await book_.take_turn());
  CO_TRY(Certificate certificate, find_certificate(book_, request.certificate_arn));
  if (certificate.is_imported()) {
    co_return refuse("InvalidStateException",
                     fmt::format("{} was imported and has no options.", request.certificate_arn));
  }
  const bool is_exportable = request.options.export_.value_or("") == "ENABLED";
  if (request.options.export_ && is_exportable != certificate.document.is_exportable) {
    co_return invalid("Whether a certificate can be exported is settled when it is asked for.");
  }
  if (request.options.validation_method &&
      *request.options.validation_method != certificate.document.validation_method) {
    co_return invalid("The validation method of a certificate cannot change here: ask for another certificate.");
  }
  const auto& logging = request.options.certificate_transparency_logging_preference;
  if (logging && *logging == "DISABLED" && !issuer_.is_immediate()) {
    co_return invalid("Whether a certificate is logged is the business of the ACME server here.");
  }
  if (logging) certificate.document.is_logged = *logging == "ENABLED";
  co_return co_await keep(book_, std::move(certificate));
}

NothingTask Requests::remove(model::DeleteCertificateRequest request) {
  CO_TRY(const Book::Turn turn, co_await book_.take_turn());
  CO_TRY(Certificate certificate, find_certificate(book_, request.certificate_arn));
  CO_TRY(const Uses uses, co_await book_.read_uses());
  if (uses.contains(request.certificate_arn)) {
    co_return refuse("ResourceInUseException", fmt::format("Certificate {} is in use.", request.certificate_arn));
  }
  CO_TRY_OK(co_await book_.remove(std::move(certificate)));
  co_return aws::Nothing{};
}

NothingTask Requests::resend_email(model::ResendValidationEmailRequest request) {
  CO_TRY(const Certificate certificate, find_certificate(book_, request.certificate_arn));
  co_return refuse("InvalidStateException", fmt::format("{} is not validated by e-mail.", certificate.document.arn));
}

}  // namespace gust::acm
