#include "acm/book.h"

#include <fmt/format.h>

#include <utility>

#include "base/text.h"
#include "config/document.h"
#include "rt/loop.h"

namespace gust::acm {
namespace {

constexpr std::chrono::hours validation_time_max{72};

std::string_view id_in(std::string_view arn) { return arn.substr(arn.rfind('/') + 1); }

aws::ServiceError error_of(const Error& error) {
  if (error.code == Errc::would_exceed_limit) {
    return {"LimitExceededException", 400, "The certificate and what belongs to it are larger than is kept.", {}};
  }
  return {"InternalServerException", 500, fmt::format("The request could not be kept: {}.", error.text), {}};
}

// Version 4 of RFC 9562.
std::string uuid_of(std::string random) {
  random[6] = static_cast<char>((random[6] & 0x0F) | 0x40);
  random[8] = static_cast<char>((random[8] & 0x3F) | 0x80);
  std::string hex = hex_of(random);
  for (const std::size_t at : {20U, 16U, 12U, 8U}) hex.insert(at, "-");
  return hex;
}

}  // namespace

std::string_view status_of(const Certificate& certificate, WallTime now) {
  const std::string& kept = certificate.document.status;
  if (kept == "ISSUED" && certificate.facts.not_after <= now) return "EXPIRED";
  if (kept == "PENDING_VALIDATION" && certificate.document.created + validation_time_max <= now) {
    return "VALIDATION_TIMED_OUT";
  }
  return kept;
}

Book::Book(rt::Loop& loop, config::Store& store, Seal seal, std::string account_id, Report report, Quotas quotas)
    : loop_(loop),
      store_(store),
      seal_(std::move(seal)),
      account_id_(std::move(account_id)),
      report_(std::move(report)),
      quotas_(quotas) {}

rt::Task<Result<void>> Book::load() {
  CO_TRY(const config::Listing listing, co_await store_.list(std::string(config::certificate_prefix)));
  for (const config::Document& stored : listing.documents) {
    auto document = config::read_certificate_document(stored.value);
    Certificate certificate{.document = {}, .facts = {}, .revision = stored.revision};
    Result<CertificateFacts> facts;
    if (document && !document->certificate.empty()) facts = read_certificate_facts(document->certificate);
    if (!document || !facts) {
      report(fmt::format("{} cannot be read and is left alone", stored.key));
      continue;
    }
    certificate.document = *std::move(document);
    certificate.facts = *std::move(facts);
    std::string id(id_in(certificate.document.arn));
    all_.insert_or_assign(std::move(id), std::move(certificate));
  }
  co_return Result<void>{};
}

const Certificate* Book::find(std::string_view arn) const {
  const auto found = all_.find(id_in(arn));
  return found == all_.end() || found->second.document.arn != arn ? nullptr : &found->second;
}

std::string Book::make_arn(std::string_view region) const {
  std::string random(16, '\0');
  loop_.fill_secret(random);
  return fmt::format("arn:aws:acm:{}:{}:certificate/{}", region, account_id_, uuid_of(std::move(random)));
}

rt::Task<aws::Answer<Book::Turn>> Book::take_turn() {
  auto turn = co_await turns_.take();
  if (!turn) co_return std::unexpected(error_of(turn.error()));
  co_return *std::move(turn);
}

rt::Task<aws::Answer<void>> Book::keep(Certificate certificate) {
  const auto made =
      co_await store_.put(key_of(certificate.document), write_document(certificate.document), certificate.revision);
  if (!made) co_return std::unexpected(error_of(made.error()));
  certificate.revision = *made;
  std::string id(id_in(certificate.document.arn));
  all_.insert_or_assign(std::move(id), std::move(certificate));
  co_return aws::Answer<void>{};
}

rt::Task<aws::Answer<void>> Book::remove(Certificate certificate) {
  const auto made = co_await store_.remove(key_of(certificate.document), certificate.revision);
  if (!made) co_return std::unexpected(error_of(made.error()));
  all_.erase(std::string(id_in(certificate.document.arn)));
  co_return aws::Answer<void>{};
}

rt::Task<aws::Answer<Uses>> Book::read_uses() const {
  const auto listing = co_await store_.list(std::string(config::distribution_prefix));
  if (!listing) co_return std::unexpected(error_of(listing.error()));
  Uses uses;
  for (const config::Document& stored : listing->documents) {
    if (!stored.value.contains("arn:aws:acm:")) continue;  // reading is dear, and few have one
    const auto distribution = config::read_document(stored.value);
    if (!distribution || !distribution->config.viewer_certificate) continue;
    const auto& arn = distribution->config.viewer_certificate->acm_certificate_arn;
    if (!arn) continue;
    uses.emplace(*arn, fmt::format("arn:aws:cloudfront::{}:distribution/{}", account_id_, distribution->id));
  }
  co_return uses;
}

Result<std::string> Book::seal_key(std::string_view arn, std::string_view key_pem) const {
  std::string nonce(Seal::nonce_bytes, '\0');
  loop_.fill_secret(nonce);
  return seal_.close(arn, key_pem, nonce);
}

Result<std::string> Book::open_key(const config::CertificateDocument& document) const {
  return seal_.open(document.arn, document.sealed_key);
}

void Book::report(std::string_view line) const {
  if (report_) report_(line);
}

}  // namespace gust::acm
