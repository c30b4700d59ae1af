#include "acm/account.h"

#include "acm/answers_internal.h"
#include "base/date.h"
#include "base/text.h"

namespace gust::acm {
namespace {

constexpr std::string_view account_key = "acm/account";

}  // namespace

rt::Task<Result<void>> Account::load() {
  CO_TRY(const auto document, co_await book_.store().get(std::string(account_key)));
  if (!document) co_return Result<void>{};
  const Cut parts = cut(document->value, ' ');
  const auto days = parse_decimal<std::uint16_t>(parts.before);
  if (!days) co_return fail(Errc::corrupt, "the account configuration of ACM cannot be read");
  days_ = *days;
  token_ = parts.after;
  revision_ = document->revision;
  co_return Result<void>{};
}

AnswerTask<model::GetAccountConfigurationResponse> Account::get(aws::Nothing) {
  co_return model::GetAccountConfigurationResponse{.expiry_events =
                                                       model::ExpiryEventsConfiguration{.days_before_expiry = days_}};
}

NothingTask Account::put(model::PutAccountConfigurationRequest request) {
  CO_TRY(const Book::Turn turn, co_await book_.take_turn());
  int days = days_;
  if (request.expiry_events && request.expiry_events->days_before_expiry) {
    days = *request.expiry_events->days_before_expiry;
  }
  if (days > 365) co_return invalid("DaysBeforeExpiry is at most 365.");
  if (request.idempotency_token == token_ && days != days_) {
    co_return refuse("ConflictException", "The idempotency token was used for another configuration.");
  }
  const auto kept = co_await book_.store().put(std::string(account_key),
                                               fmt::format("{} {}", days, request.idempotency_token), revision_);
  if (!kept) co_return refuse("InternalServerException", "The configuration could not be kept.");
  days_ = days;
  token_ = std::move(request.idempotency_token);
  revision_ = *kept;
  co_return aws::Nothing{};
}

void Account::warn() {
  const WallTime now = book_.loop().wall_now();
  for (const auto& [id, certificate] : book_.all()) {
    const WallTime end = certificate.facts.not_after;
    if (!certificate.is_imported() || end - std::chrono::days(days_) > now) continue;
    const std::string line = fmt::format("the imported certificate {} ({}) is valid until {}: import its successor",
                                         certificate.document.arn, certificate.document.domain_name, iso8601_of(end));
    if (told_.insert(line).second) book_.report(line);
  }
}

}  // namespace gust::acm
