// Monitoring: whether a distribution asks for the additional metrics. The nodes always count them, so a subscription
// changes nothing but what it says itself.
//
// Source: AWS.md section 2; CLOUDFRONT.md section 24, "Metrics".
// Errors: the service's, as answers.
#pragma once

#include "aws/gen/cloudfront.h"
#include "control/distributions.h"

namespace gust::control {

class Monitoring {
 public:
  explicit Monitoring(const Tools& tools) : tools_(tools) {}

  // Also changes one from enabled to disabled and back; the same once more is refused.
  rt::Task<aws::Answer<aws::cloudfront::CreateMonitoringSubscriptionResult>> create(
      aws::cloudfront::CreateMonitoringSubscriptionRequest request);
  rt::Task<aws::Answer<aws::cloudfront::GetMonitoringSubscriptionResult>> get(
      aws::cloudfront::GetMonitoringSubscriptionRequest request);
  rt::Task<aws::Answer<aws::cloudfront::DeleteMonitoringSubscriptionResult>> remove(
      aws::cloudfront::DeleteMonitoringSubscriptionRequest request);

 private:
  Tools tools_;
};

}  // namespace gust::control
