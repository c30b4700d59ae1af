#include "config/certificate_document.h"

#include "base/date.h"
#include "base/text.h"
#include "config/json_members.h"

namespace gust::config {

std::string key_of(const CertificateDocument& document) {
  return std::string(certificate_prefix) + document.arn.substr(document.arn.rfind('/') + 1);
}

std::string write_document(const CertificateDocument& document) {
  const nlohmann::json out{
      {"Arn", document.arn},
      {"Type", document.type},
      {"Status", document.status},
      {"FailureReason", document.failure_reason},
      {"DomainName", document.domain_name},
      {"Names", document.names},
      {"KeyAlgorithm", document.key_algorithm},
      {"Certificate", document.certificate},
      {"Chain", document.chain},
      {"SealedKey", document.sealed_key},
      {"Staple", base64_of(document.staple)},
      {"ValidationMethod", document.validation_method},
      {"ValidatedNames", document.validated_names},
      {"IdempotencyToken", document.idempotency_token},
      {"Logged", document.is_logged},
      {"Exportable", document.is_exportable},
      {"Created", iso8601_of(document.created)},
      {"Issued", iso8601_of(document.issued)},
      {"Renewed", iso8601_of(document.renewed)},
      {"RenewalStatus", document.renewal_status},
      {"RenewalReason", document.renewal_reason},
      {"Tags", document.tags},
  };
  return out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Result<CertificateDocument> read_certificate_document(std::string_view text) {
  const nlohmann::json in = nlohmann::json::parse(text, nullptr, false);
  JsonMembers members(in);
  CertificateDocument out;
  out.arn = members.text("Arn");
  out.type = members.text("Type");
  out.status = members.text("Status");
  out.failure_reason = members.text("FailureReason");
  out.domain_name = members.text("DomainName");
  out.names = members.texts("Names");
  out.key_algorithm = members.text("KeyAlgorithm");
  out.certificate = members.text("Certificate");
  out.chain = members.text("Chain");
  out.sealed_key = members.text("SealedKey");
  const auto staple = bytes_of_base64(members.text("Staple"));
  if (staple) {
    out.staple = *staple;
  } else {
    members.miss();
  }
  out.validation_method = members.text("ValidationMethod");
  out.validated_names = members.texts("ValidatedNames");
  out.idempotency_token = members.text("IdempotencyToken");
  out.is_logged = members.truth("Logged");
  out.is_exportable = members.truth("Exportable");
  out.created = members.time("Created");
  out.issued = members.time("Issued");
  out.renewed = members.time("Renewed");
  out.renewal_status = members.text("RenewalStatus");
  out.renewal_reason = members.text("RenewalReason");
  out.tags = members.pairs("Tags");
  if (!members.is_whole()) return fail(Errc::corrupt, "the document of a certificate cannot be read");
  return out;
}

}  // namespace gust::config
