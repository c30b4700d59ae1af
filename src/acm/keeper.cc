#include "acm/keeper.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "acm/ocsp.h"
#include "acm/x509.h"
#include "base/digest.h"
#include "rt/loop.h"

namespace gust::acm {
namespace {

constexpr Duration renewal_time_max = std::chrono::days(60);
constexpr Duration staple_pause = std::chrono::hours(1);  // after a failure
constexpr Duration staple_pause_least = std::chrono::minutes(5);
constexpr Duration staple_time_max = std::chrono::seconds(20);
constexpr Duration sleep_max = std::chrono::hours(1);  // wall time may jump; then the next look is not far

}  // namespace

WallTime renewal_time_of(std::string_view arn, WallTime not_before, WallTime not_after) {
  const Duration left = std::min<Duration>((not_after - not_before) / 3, renewal_time_max);
  const auto part = static_cast<unsigned char>(digest_of(DigestKind::sha256, arn).front());  // of 256
  return not_after - left - left / 10 / 256 * part;
}

WallTime Keeper::due_of(const Certificate& certificate) const {
  if (certificate.is_imported()) return WallTime::max();
  const std::string_view status = status_of(certificate, book_.loop().wall_now());
  WallTime due = WallTime::max();
  if (status == "PENDING_VALIDATION") {
    due = certificate.document.created;
  } else if (status == "ISSUED" || status == "EXPIRED") {
    due = certificate.document.renewal_status == "PENDING_AUTO_RENEWAL"
              ? certificate.document.renewed
              : renewal_time_of(certificate.document.arn, certificate.facts.not_before, certificate.facts.not_after);
  }
  const auto tried = tried_.find(certificate.document.arn);
  return tried == tried_.end() || due == WallTime::max() ? due : std::max(due, tried->second.next);
}

WallTime Keeper::staple_due_of(const Certificate& certificate) const {
  const bool has_responder = !certificate.facts.ocsp_responder.empty() && !certificate.document.chain.empty();
  if (web_ == nullptr || certificate.is_imported() || !has_responder) return WallTime::max();
  if (status_of(certificate, book_.loop().wall_now()) != "ISSUED") return WallTime::max();
  const auto known = staples_.find(certificate.document.arn);
  return known == staples_.end() ? WallTime{} : known->second;
}

WallTime Keeper::next_due() const {
  WallTime next = WallTime::max();
  for (const auto& [id, certificate] : book_.all()) {
    next = std::min({next, due_of(certificate), staple_due_of(certificate)});
  }
  return next;
}

rt::Task<void> Keeper::staple(std::string arn) {
  const Certificate* found = book_.find(arn);
  if (found == nullptr) co_return;
  const std::string certificate = found->document.certificate, responder = found->facts.ocsp_responder;
  const auto chain = split_certificates(found->document.chain, chain_certificates_max);
  staples_[arn] = book_.loop().wall_now() + staple_pause;
  const auto request = chain ? make_ocsp_request(certificate, chain->front()) : std::unexpected(chain.error());
  if (!request) co_return;
  WebCall call{.method = "POST", .url = responder, .content_type = "application/ocsp-request", .body = *request};
  auto answer = co_await web_->ask(std::move(call), book_.loop().now() + staple_time_max);
  if (!answer) co_return book_.report(fmt::format("{}: {} does not answer: {}", arn, responder, answer.error().text));
  const WallTime now = book_.loop().wall_now();
  const auto again = read_ocsp_response(answer->body, certificate, chain->front(), now);
  if (!again) co_return book_.report(fmt::format("{}: no staple from {}: {}", arn, responder, again.error().text));
  const auto turn = co_await book_.take_turn();
  found = book_.find(arn);
  if (!turn || found == nullptr || found->document.certificate != certificate) co_return;
  Certificate changed = *found;
  changed.document.staple = std::move(answer->body);
  if (co_await book_.keep(std::move(changed))) staples_[arn] = std::max(*again, now + staple_pause_least);
}

rt::Task<void> Keeper::round() {
  const WallTime now = book_.loop().wall_now();
  std::erase_if(tried_, [&](const auto& tried) { return book_.find(tried.first) == nullptr; });
  std::erase_if(staples_, [&](const auto& known) { return book_.find(known.first) == nullptr; });
  std::vector<std::string> due, unstapled;
  for (const auto& [id, certificate] : book_.all()) {
    if (due_of(certificate) <= now) due.push_back(certificate.document.arn);
  }
  account_.warn();
  for (std::string& arn : due) {
    if (!scope_.is_cancelled()) co_await issue_now(std::move(arn));
  }
  for (const auto& [id, certificate] : book_.all()) {
    if (staple_due_of(certificate) <= now) unstapled.push_back(certificate.document.arn);
  }
  for (std::string& arn : unstapled) {
    if (!scope_.is_cancelled()) co_await staple(std::move(arn));
  }
}

rt::Task<void> Keeper::run() {
  rt::Loop& loop = book_.loop();
  while (true) {
    co_await round();
    const WallTime next = next_due();
    const WallTime now = loop.wall_now();
    const Duration pause = next <= now ? Duration::zero() : std::min<Duration>(next - now, sleep_max);
    const auto woken = co_await changed_.wait(loop.now() + std::max<Duration>(pause, std::chrono::milliseconds(10)));
    if (!woken && woken.error().code == Errc::cancelled) co_return;
  }
}

rt::Task<void> Keeper::stop() {
  scope_.cancel();
  co_await scope_.join();
}

rt::Task<void> Keeper::issue_now(std::string arn) {
  const Certificate* certificate = book_.find(arn);
  if (certificate == nullptr || certificate->is_imported() || !under_way_.insert(arn).second) co_return;
  CertificateOrder order{
      .arn = arn, .names = certificate->document.names, .key_algorithm = certificate->document.key_algorithm};
  auto issued = co_await issuer_.issue(std::move(order));
  under_way_.erase(arn);
  if (issued) {
    co_await take(std::move(arn), *std::move(issued));
  } else if (!scope_.is_cancelled()) {
    co_await note_failure(std::move(arn), std::move(issued.error()));
  }
}

rt::Task<void> Keeper::take(std::string arn, IssuedCertificate issued) {
  const auto facts = read_certificate_facts(issued.certificate);
  auto sealed = book_.seal_key(arn, issued.key);
  if (!facts || !sealed) {
    co_return co_await note_failure(arn, {.failure_reason = {}, .text = "What was issued cannot be read."});
  }
  const auto turn = co_await book_.take_turn();
  const Certificate* now = book_.find(arn);
  if (!turn || now == nullptr) co_return;  // deleted meanwhile
  Certificate certificate = *now;
  config::CertificateDocument& document = certificate.document;
  if (certificate.is_issued()) {
    document.renewal_status = "SUCCESS";
    document.renewal_reason.clear();
    document.renewed = book_.loop().wall_now();
  }
  document.status = "ISSUED";
  document.failure_reason.clear();
  document.certificate = std::move(issued.certificate);
  document.chain = std::move(issued.chain);
  document.sealed_key = *std::move(sealed);
  document.staple.clear();
  staples_.erase(arn);
  document.validated_names = document.names;
  document.issued = book_.loop().wall_now();
  certificate.facts = *facts;
  const bool kept = (co_await book_.keep(std::move(certificate))).has_value();
  if (kept) {
    tried_.erase(arn);
    book_.report(fmt::format("{} is issued", arn));
  } else {
    tried_[arn] = {.next = book_.loop().wall_now() + first_pause, .pause = first_pause};
  }
}

rt::Task<void> Keeper::note_failure(std::string arn, IssueFailure failure) {
  const auto turn = co_await book_.take_turn();
  const Certificate* now = book_.find(arn);
  if (!turn || now == nullptr) co_return;
  const WallTime at = book_.loop().wall_now();
  const auto before = tried_.find(arn);
  const Duration pause = before == tried_.end() ? first_pause : std::min(before->second.pause * 2, pause_max);
  tried_[arn] = {.next = at + pause, .pause = pause};
  book_.report(fmt::format("{} could not be issued: {}", arn, failure.text));
  Certificate certificate = *now;
  config::CertificateDocument& document = certificate.document;
  if (certificate.is_issued()) {
    document.renewal_status = "PENDING_AUTO_RENEWAL";
    document.renewal_reason = failure.failure_reason;
    document.renewed = at;
  } else if (!failure.failure_reason.empty()) {
    document.status = "FAILED";
    document.failure_reason = failure.failure_reason;
  } else {
    co_return;  // it still waits
  }
  if (!co_await book_.keep(std::move(certificate))) book_.report(fmt::format("{}: the failure cannot be kept", arn));
}

}  // namespace gust::acm
