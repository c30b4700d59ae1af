#include "acm/details.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/digest.h"
#include "base/text.h"

namespace gust::acm {

namespace model = aws::acm;

namespace {

constexpr std::size_t names_in_summary_max = 100;

std::string label_of(std::string_view what, std::string_view account_id, std::string_view name) {
  return "_" + hex_of(digest_of(DigestKind::md5, fmt::format("{}/{}/{}", what, account_id, name)));
}

std::string_view validation_status_of(const Certificate& certificate, const std::string& name, WallTime now) {
  if (std::ranges::find(certificate.document.validated_names, name) != certificate.document.validated_names.end()) {
    return "SUCCESS";
  }
  return status_of(certificate, now) == "PENDING_VALIDATION" ? "PENDING_VALIDATION" : "FAILED";
}

std::vector<model::DomainValidation> validations_of(const Certificate& certificate, std::string_view account_id,
                                                    WallTime now) {
  std::vector<model::DomainValidation> all;
  for (const std::string& name : certificate.document.names) {
    model::DomainValidation one;
    one.domain_name = name;
    one.validation_domain = name;
    one.validation_status = validation_status_of(certificate, name, now);
    one.validation_method = certificate.document.validation_method;
    if (certificate.document.validation_method == "DNS") one.resource_record = validation_record_of(account_id, name);
    all.push_back(std::move(one));
  }
  return all;
}

std::string_view eligibility_of(const Certificate& certificate, WallTime now) {
  const std::string_view status = status_of(certificate, now);
  return !certificate.is_imported() && (status == "ISSUED" || status == "EXPIRED") ? "ELIGIBLE" : "INELIGIBLE";
}

void set_times(auto& shape, const Certificate& certificate) {
  shape.created_at = certificate.document.created;
  if (!certificate.is_issued()) return;
  shape.not_before = certificate.facts.not_before;
  shape.not_after = certificate.facts.not_after;
  (certificate.is_imported() ? shape.imported_at : shape.issued_at) = certificate.document.issued;
}

std::vector<std::string> extended_usage_names_of(const CertificateFacts& facts) {
  std::vector<std::string> names;
  for (const auto& [name, oid] : facts.extended_usages) names.push_back(name);
  return names;
}

}  // namespace

model::ResourceRecord validation_record_of(std::string_view account_id, std::string_view name) {
  if (name.starts_with("*.")) name.remove_prefix(2);
  return {.name = fmt::format("{}.{}.", label_of("name", account_id, name), name),
          .type = "CNAME",
          .value = fmt::format("{}.acm-validations.aws.", label_of("value", account_id, name))};
}

std::vector<std::string> users_of(const Uses& uses, std::string_view arn) {
  std::vector<std::string> users;
  const auto [first, last] = uses.equal_range(arn);
  for (auto use = first; use != last; ++use) users.push_back(use->second);
  return users;
}

model::CertificateDetail detail_of(const Certificate& certificate, std::string_view account_id, const Uses& uses,
                                   WallTime now) {
  const config::CertificateDocument& document = certificate.document;
  const CertificateFacts& facts = certificate.facts;
  model::CertificateDetail detail;
  detail.certificate_arn = document.arn;
  detail.domain_name = document.domain_name;
  detail.subject_alternative_names = document.names;
  detail.status = status_of(certificate, now);
  detail.type = document.type;
  detail.key_algorithm = document.key_algorithm;
  detail.in_use_by = users_of(uses, document.arn);
  detail.renewal_eligibility = eligibility_of(certificate, now);
  detail.subject = fmt::format("CN={}", document.domain_name);
  set_times(detail, certificate);
  detail.options = model::CertificateOptions{.certificate_transparency_logging_preference =
                                                 document.is_logged ? "ENABLED" : "DISABLED"};
  if (!document.failure_reason.empty()) detail.failure_reason = document.failure_reason;
  if (!certificate.is_imported()) {
    detail.domain_validation_options = validations_of(certificate, account_id, now);
    detail.options->export_ = document.is_exportable ? "ENABLED" : "DISABLED";
  }
  if (!document.renewal_status.empty()) {
    model::RenewalSummary renewal;
    renewal.renewal_status = document.renewal_status;
    renewal.updated_at = document.renewed;
    renewal.domain_validation_options = detail.domain_validation_options;
    if (!document.renewal_reason.empty()) renewal.renewal_status_reason = document.renewal_reason;
    detail.renewal_summary = std::move(renewal);
  }
  if (!certificate.is_issued()) return detail;
  detail.serial = facts.serial;
  detail.subject = facts.subject;
  detail.issuer = facts.issuer;
  detail.signature_algorithm = facts.signature_algorithm;
  for (const std::string& usage : facts.key_usages) detail.key_usages.push_back({.name = usage});
  for (const auto& [name, oid] : facts.extended_usages) {
    detail.extended_key_usages.push_back({.name = name, .oid = oid});
  }
  return detail;
}

model::CertificateSummary summary_of(const Certificate& certificate, const Uses& uses, WallTime now) {
  const config::CertificateDocument& document = certificate.document;
  model::CertificateSummary summary;
  summary.certificate_arn = document.arn;
  summary.domain_name = document.domain_name;
  const std::size_t shown = std::min(document.names.size(), names_in_summary_max);
  summary.subject_alternative_name_summaries.assign(document.names.begin(),
                                                    document.names.begin() + static_cast<std::ptrdiff_t>(shown));
  summary.has_additional_subject_alternative_names = shown < document.names.size();
  summary.status = status_of(certificate, now);
  summary.type = document.type;
  summary.key_algorithm = document.key_algorithm;
  summary.key_usages = certificate.facts.key_usages;
  summary.extended_key_usages = extended_usage_names_of(certificate.facts);
  summary.in_use = uses.contains(document.arn);
  summary.renewal_eligibility = eligibility_of(certificate, now);
  if (!certificate.is_imported()) summary.export_option = document.is_exportable ? "ENABLED" : "DISABLED";
  set_times(summary, certificate);
  return summary;
}

}  // namespace gust::acm
