#include "acm/reads.h"

#include <algorithm>
#include <utility>

#include "acm/answers_internal.h"
#include "acm/details.h"
#include "acm/private_key.h"
#include "base/text.h"
#include "rt/blocking.h"

namespace gust::acm {
namespace {

constexpr std::int32_t page_items = 1000;

// No filter, or one of its values is had, or one says that any will do.
bool matches(const std::vector<std::string>& wanted, const std::vector<std::string>& had) {
  return wanted.empty() || holds(wanted, "ANY") ||
         std::ranges::any_of(had, [&](const std::string& value) { return holds(wanted, value); });
}

bool matches(const model::ListCertificatesRequest& request, const Certificate& certificate,
             const model::CertificateSummary& summary) {
  const model::Filters filters = request.includes.value_or(model::Filters{});
  if (!request.certificate_statuses.empty() && !holds(request.certificate_statuses, *summary.status)) return false;
  // Without a word on key types the service lists these two alone.
  const std::string& algorithm = certificate.document.key_algorithm;
  const bool is_key_listed = filters.key_types.empty() ? algorithm == "RSA_1024" || algorithm == "RSA_2048"
                                                       : holds(filters.key_types, algorithm);
  if (!is_key_listed || filters.managed_by) return false;
  if (filters.export_option && summary.export_option != filters.export_option) return false;
  return matches(filters.key_usage, summary.key_usages) &&
         matches(filters.extended_key_usage, summary.extended_key_usages);
}

// Where a certificate stands in lists.
std::string place_of(const Certificate& certificate) {
  return fmt::format("{:020}/{}", certificate.document.created.time_since_epoch().count(), certificate.document.arn);
}

}  // namespace

AnswerTask<model::DescribeCertificateResponse> Reads::describe(model::DescribeCertificateRequest request) {
  CO_TRY(const Uses uses, co_await book_.read_uses());
  CO_TRY(const Certificate certificate, find_certificate(book_, request.certificate_arn));
  co_return model::DescribeCertificateResponse{
      .certificate = detail_of(certificate, book_.account_id(), uses, book_.loop().wall_now())};
}

AnswerTask<model::ListCertificatesResponse> Reads::list(const aws::Call& call, model::ListCertificatesRequest request) {
  if (request.sort_by.has_value() != request.sort_order.has_value()) {
    co_return invalid("SortBy and SortOrder are given together.");
  }
  if (!request.certificate_key_pair_origins.empty()) {
    co_return not_here("CertificateKeyPairOrigins are not part of this release.");
  }
  const auto after = bytes_of_base64(request.next_token.value_or(""));
  if (!after || (request.next_token && after->empty())) co_return invalid("The NextToken is not valid.");
  CO_TRY(const Uses uses, co_await book_.read_uses());
  const bool is_backwards = request.sort_order == "DESCENDING";
  std::vector<std::pair<std::string, const Certificate*>> places;
  for (const auto& [id, certificate] : book_.all()) {
    if (is_of_region(certificate.document.arn, call.region)) places.emplace_back(place_of(certificate), &certificate);
  }
  std::ranges::sort(places, {}, &std::pair<std::string, const Certificate*>::first);
  if (is_backwards) std::ranges::reverse(places);
  const WallTime now = book_.loop().wall_now();
  model::ListCertificatesResponse output;
  std::string last;
  auto left = request.max_items.value_or(page_items);
  for (const auto& [place, certificate] : places) {
    if (!after->empty() && (is_backwards ? place >= *after : place <= *after)) continue;
    model::CertificateSummary summary = summary_of(*certificate, uses, now);
    if (!matches(request, *certificate, summary)) continue;
    if (left-- == 0) {
      output.next_token = base64_of(last);
      break;
    }
    output.certificate_summary_list.push_back(std::move(summary));
    last = place;
  }
  co_return output;
}

aws::Answer<Certificate> Reads::find_issued(const std::string& arn) const {
  TRY(Certificate certificate, find_certificate(book_, arn));
  if (certificate.is_issued()) return certificate;
  if (status_of(certificate, book_.loop().wall_now()) != "PENDING_VALIDATION") {
    return refuse("ResourceNotFoundException", fmt::format("There is no certificate to return for {}.", arn));
  }
  return refuse("RequestInProgressException", fmt::format("The certificate {} has not been issued yet.", arn));
}

std::string Reads::chain_of(const Certificate& certificate) const {
  const std::string& chain = certificate.document.chain;
  return chain.empty() && !certificate.is_imported() ? issuer_.root_pem() : chain;
}

AnswerTask<model::GetCertificateResponse> Reads::get(model::GetCertificateRequest request) {
  CO_TRY(const Certificate certificate, find_issued(request.certificate_arn));
  model::GetCertificateResponse output{.certificate = certificate.document.certificate};
  std::string chain = chain_of(certificate);
  if (!chain.empty()) output.certificate_chain = std::move(chain);
  co_return output;
}

AnswerTask<model::ExportCertificateResponse> Reads::export_(model::ExportCertificateRequest request) {
  CO_TRY(const Certificate certificate, find_issued(request.certificate_arn));
  if (!certificate.document.is_exportable) {
    co_return invalid(
        fmt::format("Certificate ARN: {} is not an exportable certificate: ask for one with Options "
                    "Export=ENABLED.",
                    request.certificate_arn));
  }
  const auto key = book_.open_key(certificate.document);
  if (!key) {
    co_return refuse("InternalServerException", fmt::format("The private key cannot be read: {}.", key.error().text));
  }
  auto sealed =
      co_await rt::blocking(book_.loop(), [&] { return protect_private_key(*key, request.passphrase.bytes); });
  if (!sealed) co_return refuse("InternalServerException", "The private key cannot be encrypted.");
  model::ExportCertificateResponse output{.certificate = certificate.document.certificate};
  std::string chain = chain_of(certificate);
  if (!chain.empty()) output.certificate_chain = std::move(chain);
  output.private_key = *std::move(sealed);
  co_return output;
}

}  // namespace gust::acm
