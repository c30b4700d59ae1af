// RealtimeLogs: real-time log configurations, kept for the day that a behaviour can name one. Nothing is sent yet.
//
// Source: RTL-1, RTL-2 (CLOUDFRONT.md section 24); AWS.md section 2. They have no ETag: the last update stays.
// Errors: the service's, as answers. Naming one in a behaviour is refused by the settings table.
#pragma once

#include <optional>
#include <string>

#include "aws/gen/cloudfront.h"
#include "control/distributions.h"

namespace gust::control {

// Whether the configuration may be kept.
//   fails  InvalidArgument
aws::Answer<void> check_realtime_log_config(const aws::cloudfront::RealtimeLogConfig& config);

class RealtimeLogs {
 public:
  explicit RealtimeLogs(const Tools& tools) : tools_(tools) {}

  rt::Task<aws::Answer<aws::cloudfront::CreateRealtimeLogConfigResult>> create(
      aws::cloudfront::CreateRealtimeLogConfigRequest request);
  rt::Task<aws::Answer<aws::cloudfront::GetRealtimeLogConfigResult>> get(
      aws::cloudfront::GetRealtimeLogConfigRequest request);
  rt::Task<aws::Answer<aws::cloudfront::UpdateRealtimeLogConfigResult>> update(
      aws::cloudfront::UpdateRealtimeLogConfigRequest request);
  rt::Task<aws::Answer<aws::Nothing>> remove(aws::cloudfront::DeleteRealtimeLogConfigRequest request);
  rt::Task<aws::Answer<aws::cloudfront::ListRealtimeLogConfigsResult>> list(
      aws::cloudfront::ListRealtimeLogConfigsRequest request);

 private:
  struct Stored;
  // By its name, its ARN, or both where they agree.
  rt::Task<aws::Answer<Stored>> find(std::optional<std::string> name, std::optional<std::string> arn);

  Tools tools_;
};

}  // namespace gust::control
