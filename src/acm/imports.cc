#include "acm/imports.h"

#include <algorithm>
#include <utility>

#include "acm/answers_internal.h"
#include "acm/private_key.h"
#include "acm/x509.h"
#include "rt/blocking.h"

namespace gust::acm {
namespace {

struct Imported {
  std::string certificate;  // PEM, written anew
  std::vector<std::string> chain;
  ReadKey key;
  CertificateFacts facts;
};

// In the order in which the service says them.
aws::Answer<Imported> read_import(const model::ImportCertificateRequest& request, WallTime now) {
  Imported out;
  auto leaf = split_certificates(request.certificate.bytes, 1);
  if (!leaf && leaf.error().code == Errc::would_exceed_limit) {
    return invalid(
        "The certificate field contains more than one certificate. You can specify only one certificate in "
        "this field.");
  }
  if (!leaf) return invalid("The certificate is not PEM-encoded or is not valid.");
  out.certificate = std::move(leaf->front());
  auto facts = read_certificate_facts(out.certificate);
  if (!facts) return invalid("The certificate is not PEM-encoded or is not valid.");
  out.facts = *std::move(facts);
  auto key = read_private_key(request.private_key.bytes);
  if (!key && key.error().code == Errc::unsupported) return invalid("The private key is not supported.");
  if (!key) return invalid("The private key is not PEM-encoded or is not valid. It must not be encrypted.");
  out.key = *std::move(key);
  if (!is_algorithm_to_import(out.facts.key_algorithm)) {
    return invalid(fmt::format("The private key is not supported: {}.", out.facts.key_algorithm));
  }
  if (request.certificate_chain && !request.certificate_chain->bytes.empty()) {
    auto chain = split_certificates(request.certificate_chain->bytes, chain_certificates_max);
    if (!chain && chain.error().code == Errc::would_exceed_limit) {
      return invalid(fmt::format("The certificate chain holds more than {} certificates, or is too long.",
                                 chain_certificates_max));
    }
    if (!chain) return invalid("The certificate chain is not PEM-encoded or is not valid.");
    out.chain = *std::move(chain);
  }
  switch (find_mismatch(out.certificate, out.chain, out.key.pem)) {
    case Mismatch::key:
      return invalid("The private key does not match the certificate.");
    case Mismatch::not_self_signed:
      return invalid(
          "Provided certificate is not a valid self signed. Please provide either a valid self-signed "
          "certificate or certificate chain.");
    case Mismatch::chain:
      return invalid("Could not validate the certificate with the certificate chain.");
    case Mismatch::none:
      break;
  }
  if (out.facts.not_after <= now) return invalid("The certificate has expired, is not valid.");
  if (out.facts.not_before > now) return invalid("The certificate is not in effect yet, is not valid.");
  for (const std::string& above : out.chain) {
    const auto of_chain = read_certificate_facts(above);
    if (!of_chain || of_chain->not_after <= now || of_chain->not_before > now) {
      return invalid("The certificate chain contains a certificate that is not valid at this time.");
    }
  }
  return out;
}

bool holds_all(const std::vector<std::string>& had, const std::vector<std::string>& now) {
  return std::ranges::all_of(had, [&](const std::string& each) { return holds(now, each); });
}

// What may not change between an import and the next under its ARN.
aws::Answer<void> check_again(const Certificate& before, const model::ImportCertificateRequest& request,
                              const CertificateFacts& facts) {
  if (!before.is_imported()) return invalid(fmt::format("{} is not an imported certificate.", before.document.arn));
  if (!request.tags.empty()) return invalid("Tagging is not permitted on re-import.");
  if (facts.key_algorithm != before.document.key_algorithm) {
    return invalid(fmt::format("The key type and size cannot change on re-import: {} was {}.", facts.key_algorithm,
                               before.document.key_algorithm));
  }
  const auto usages_of = [](const CertificateFacts& of) {
    std::vector<std::string> oids;
    for (const auto& [name, oid] : of.extended_usages) oids.push_back(oid);
    return oids;
  };
  if (!holds_all(before.facts.key_usages, facts.key_usages) || !holds_all(usages_of(before.facts), usages_of(facts))) {
    return invalid("Key usages and extended key usages cannot be removed on re-import.");
  }
  if (!before.facts.names.empty() && facts.names.empty()) return invalid("A certificate for no domain name.");
  return {};
}

}  // namespace

AnswerTask<model::ImportCertificateResponse> Imports::import_(const aws::Call& call,
                                                              model::ImportCertificateRequest request) {
  const WallTime now = book_.loop().wall_now();
  // Signatures of a chain take their time.
  CO_TRY(Imported imported, co_await rt::blocking(book_.loop(), [&] { return read_import(request, now); }));
  CO_TRY(const Book::Turn turn, co_await book_.take_turn());
  Certificate certificate;
  config::CertificateDocument& document = certificate.document;
  if (request.certificate_arn) {
    CO_TRY(certificate, find_certificate(book_, *request.certificate_arn));
    CO_TRY_OK(check_again(certificate, request, imported.facts));
  } else {
    if (book_.all().size() >= book_.quotas().certificates) {
      co_return refuse("LimitExceededException",
                       fmt::format("Cannot have more than {} certificates.", book_.quotas().certificates));
    }
    document.arn = book_.make_arn(call.region);
    document.type = "IMPORTED";
    document.created = now;
    CO_TRY_OK(add_tags(document.tags, request.tags, book_.quotas().tags));
  }
  document.status = "ISSUED";
  document.names = imported.facts.names;
  const bool has_name = !imported.facts.common_name.empty();
  document.domain_name = has_name || document.names.empty() ? imported.facts.common_name : document.names.front();
  document.key_algorithm = imported.facts.key_algorithm;
  document.certificate = std::move(imported.certificate);
  document.chain.clear();
  for (const std::string& above : imported.chain) document.chain += above;
  document.staple.clear();
  document.issued = now;
  auto sealed = book_.seal_key(document.arn, imported.key.pem);
  if (!sealed) co_return refuse("InternalServerException", std::string(sealed.error().text));
  document.sealed_key = *std::move(sealed);
  certificate.facts = std::move(imported.facts);
  model::ImportCertificateResponse output{.certificate_arn = document.arn};
  CO_TRY_OK(co_await book_.keep(std::move(certificate)));
  co_return output;
}

}  // namespace gust::acm
