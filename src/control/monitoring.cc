#include "control/monitoring.h"

#include "aws/shapes.h"
#include "control/answers_internal.h"
#include "control/keys_internal.h"

namespace gust::control {

namespace model = aws::cloudfront;

namespace {

std::unexpected<aws::ServiceError> no_such_subscription() {
  return refuse("NoSuchMonitoringSubscription",
                "A monitoring subscription does not exist for the specified distribution.");
}

}  // namespace

rt::Task<aws::Answer<model::CreateMonitoringSubscriptionResult>> Monitoring::create(
    model::CreateMonitoringSubscriptionRequest request) {
  if (!request.monitoring_subscription.realtime_metrics_subscription_config) {
    co_return refuse("InvalidArgument", "The parameter RealtimeMetricsSubscriptionConfig is required.");
  }
  CO_TRY_STORE(const auto turn, co_await tools_.turns.take());
  CO_TRY_OK(co_await find_distribution(tools_, request.distribution_id));
  const std::string key = monitoring_subscription_key(request.distribution_id);
  const std::string text = aws::to_json(request.monitoring_subscription);
  CO_TRY_STORE(const auto stored, co_await tools_.store.get(key));
  if (stored && stored->value == text) {
    co_return refuse("MonitoringSubscriptionAlreadyExists",
                     "A monitoring subscription already exists for the specified distribution.");
  }
  CO_TRY_STORE_OK(co_await tools_.store.put(key, text, stored ? stored->revision : config::absent));
  co_return model::CreateMonitoringSubscriptionResult{std::move(request.monitoring_subscription)};
}

rt::Task<aws::Answer<model::GetMonitoringSubscriptionResult>> Monitoring::get(
    model::GetMonitoringSubscriptionRequest request) {
  CO_TRY_OK(co_await find_distribution(tools_, request.distribution_id));
  CO_TRY_STORE(const auto stored, co_await tools_.store.get(monitoring_subscription_key(request.distribution_id)));
  if (!stored) co_return no_such_subscription();
  CO_TRY_STORE(auto subscription, aws::from_json<model::MonitoringSubscription>(stored->value));
  co_return model::GetMonitoringSubscriptionResult{std::move(subscription)};
}

rt::Task<aws::Answer<model::DeleteMonitoringSubscriptionResult>> Monitoring::remove(
    model::DeleteMonitoringSubscriptionRequest request) {
  CO_TRY_STORE(const auto turn, co_await tools_.turns.take());
  CO_TRY_OK(co_await find_distribution(tools_, request.distribution_id));
  CO_TRY_STORE(const auto stored, co_await tools_.store.get(monitoring_subscription_key(request.distribution_id)));
  if (!stored) co_return no_such_subscription();
  CO_TRY_STORE_OK(co_await tools_.store.remove(stored->key, stored->revision));
  co_return model::DeleteMonitoringSubscriptionResult{};
}

}  // namespace gust::control
