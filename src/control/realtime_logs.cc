#include "control/realtime_logs.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "aws/shapes.h"
#include "base/text.h"
#include "control/answers_internal.h"
#include "control/distribution_uses.h"
#include "control/ids.h"
#include "control/paging.h"
#include "control/resources.h"

namespace gust::control {

namespace model = aws::cloudfront;

namespace {

constexpr std::string_view prefix = "cloudfront/realtime-log-config/";

std::string key_of(std::string_view name) { return fmt::format("{}{}", prefix, name); }

// RTL-2.
constexpr std::string_view known_fields[] = {"timestamp",
                                             "c-ip",
                                             "s-ip",
                                             "time-to-first-byte",
                                             "sc-status",
                                             "sc-bytes",
                                             "cs-method",
                                             "cs-protocol",
                                             "cs-host",
                                             "cs-uri-stem",
                                             "cs-bytes",
                                             "x-edge-location",
                                             "x-edge-request-id",
                                             "x-host-header",
                                             "time-taken",
                                             "cs-protocol-version",
                                             "c-ip-version",
                                             "cs-user-agent",
                                             "cs-referer",
                                             "cs-cookie",
                                             "cs-uri-query",
                                             "x-edge-response-result-type",
                                             "x-forwarded-for",
                                             "ssl-protocol",
                                             "ssl-cipher",
                                             "x-edge-result-type",
                                             "fle-encrypted-fields",
                                             "fle-status",
                                             "sc-content-type",
                                             "sc-content-len",
                                             "sc-range-start",
                                             "sc-range-end",
                                             "c-port",
                                             "x-edge-detailed-result-type",
                                             "c-country",
                                             "cs-accept-encoding",
                                             "cs-accept",
                                             "cache-behavior-path-pattern",
                                             "cs-headers",
                                             "cs-header-names",
                                             "cs-headers-count",
                                             "primary-distribution-id",
                                             "primary-distribution-dns-name",
                                             "origin-fbl",
                                             "origin-lbl",
                                             "asn",
                                             "cmcd-encoded-bitrate",
                                             "cmcd-buffer-length",
                                             "cmcd-buffer-starvation",
                                             "cmcd-content-id",
                                             "cmcd-object-duration",
                                             "cmcd-deadline",
                                             "cmcd-measured-throughput",
                                             "cmcd-next-object-request",
                                             "cmcd-next-range-request",
                                             "cmcd-object-type",
                                             "cmcd-playback-rate",
                                             "cmcd-requested-maximum-throughput",
                                             "cmcd-streaming-format",
                                             "cmcd-session-id",
                                             "cmcd-stream-type",
                                             "cmcd-startup",
                                             "cmcd-top-bitrate",
                                             "cmcd-version",
                                             "r-host",
                                             "sr-reason",
                                             "x-edge-mqcs",
                                             "distribution-tenant-id",
                                             "connection-id"};

std::unexpected<aws::ServiceError> no_such_config() {
  return refuse("NoSuchRealtimeLogConfig", "The real-time log configuration does not exist.");
}

aws::Answer<void> check_end_point(const model::EndPoint& end_point) {
  if (end_point.stream_type != "Kinesis") return invalid("The parameter StreamType is Kinesis.");
  if (!end_point.kinesis_stream_config) return invalid("The parameter KinesisStreamConfig is required.");
  const model::KinesisStreamConfig& stream = *end_point.kinesis_stream_config;
  if (!stream.role_arn.starts_with("arn:aws:iam::") || stream.role_arn.find(":role/") == std::string::npos) {
    return invalid("The parameter RoleARN is not the ARN of a role.");
  }
  if (!stream.stream_arn.starts_with("arn:aws:kinesis:") || stream.stream_arn.find(":stream/") == std::string::npos) {
    return invalid("The parameter StreamARN is not the ARN of a Kinesis data stream.");
  }
  return {};
}

}  // namespace

aws::Answer<void> check_realtime_log_config(const model::RealtimeLogConfig& config) {
  if (!is_name(config.name)) {
    return invalid("The parameter Name has from 1 to 64 letters, digits, hyphens and underscores.");
  }
  if (config.sampling_rate < 1 || config.sampling_rate > 100) {
    return invalid("The parameter SamplingRate is a number from 1 to 100.");
  }
  if (config.end_points.size() != 1) return invalid("The parameter EndPoints has one end point.");
  if (auto fits = check_end_point(config.end_points.front()); !fits) return fits;
  if (config.fields.empty()) return invalid("The parameter Fields has at least one field.");
  std::set<std::string_view> seen;
  for (const std::string& field : config.fields) {
    if (std::ranges::find(known_fields, field) == std::end(known_fields)) {
      return invalid(fmt::format("The parameter Fields has a field that is not known: {}.", field));
    }
    if (!seen.insert(field).second) return invalid(fmt::format("The parameter Fields has {} twice.", field));
  }
  return {};
}

struct RealtimeLogs::Stored {
  model::RealtimeLogConfig config;
  config::Revision revision = config::absent;
};

rt::Task<aws::Answer<RealtimeLogs::Stored>> RealtimeLogs::find(std::optional<std::string> name,
                                                               std::optional<std::string> arn) {
  if (!name && !arn) co_return invalid("The request names a real-time log configuration by its Name or its ARN.");
  if (arn) {
    const std::string ours = realtime_log_config_arn(tools_.settings.account_id, "");
    if (!arn->starts_with(ours)) co_return no_such_config();
    std::string in_arn = arn->substr(ours.size());
    if (name && *name != in_arn) co_return invalid("The Name and the ARN are not of the same configuration.");
    name = std::move(in_arn);
  }
  if (!is_name(*name)) co_return no_such_config();
  CO_TRY_STORE(const auto stored, co_await tools_.store.get(key_of(*name)));
  if (!stored) co_return no_such_config();
  CO_TRY_STORE(auto config, aws::from_json<model::RealtimeLogConfig>(stored->value));
  co_return Stored{std::move(config), stored->revision};
}

rt::Task<aws::Answer<model::CreateRealtimeLogConfigResult>> RealtimeLogs::create(
    model::CreateRealtimeLogConfigRequest request) {
  model::RealtimeLogConfig config{realtime_log_config_arn(tools_.settings.account_id, request.name), request.name,
                                  request.sampling_rate, std::move(request.end_points), std::move(request.fields)};
  CO_TRY_OK(check_realtime_log_config(config));
  CO_TRY_STORE(const auto turn, co_await tools_.turns.take());
  CO_TRY_STORE(const auto existing, co_await tools_.store.list(std::string(prefix)));
  const std::string key = key_of(config.name);
  if (std::ranges::find(existing.documents, key, &config::Document::key) != existing.documents.end()) {
    co_return refuse("RealtimeLogConfigAlreadyExists", "A real-time log configuration with this name already exists.");
  }
  if (existing.documents.size() >= tools_.settings.quotas.realtime_log_configs) {
    co_return refuse("TooManyRealtimeLogConfigs",
                     "You have reached the maximum number of real-time log configurations for this AWS account.");
  }
  CO_TRY_STORE_OK(co_await tools_.store.put(key, aws::to_json(config), config::absent));
  co_return model::CreateRealtimeLogConfigResult{std::move(config)};
}

rt::Task<aws::Answer<model::GetRealtimeLogConfigResult>> RealtimeLogs::get(model::GetRealtimeLogConfigRequest request) {
  CO_TRY(Stored stored, co_await find(std::move(request.name), std::move(request.arn)));
  co_return model::GetRealtimeLogConfigResult{std::move(stored.config)};
}

// What the request leaves out stays as it is.
rt::Task<aws::Answer<model::UpdateRealtimeLogConfigResult>> RealtimeLogs::update(
    model::UpdateRealtimeLogConfigRequest request) {
  CO_TRY_STORE(const auto turn, co_await tools_.turns.take());
  CO_TRY(Stored stored, co_await find(std::move(request.name), std::move(request.arn)));
  model::RealtimeLogConfig& config = stored.config;
  if (!request.end_points.empty()) config.end_points = std::move(request.end_points);
  if (!request.fields.empty()) config.fields = std::move(request.fields);
  if (request.sampling_rate) config.sampling_rate = *request.sampling_rate;
  CO_TRY_OK(check_realtime_log_config(config));
  CO_TRY_STORE_OK(co_await tools_.store.put(key_of(config.name), aws::to_json(config), stored.revision));
  co_return model::UpdateRealtimeLogConfigResult{std::move(config)};
}

rt::Task<aws::Answer<aws::Nothing>> RealtimeLogs::remove(model::DeleteRealtimeLogConfigRequest request) {
  CO_TRY_STORE(const auto turn, co_await tools_.turns.take());
  CO_TRY(const Stored stored, co_await find(std::move(request.name), std::move(request.arn)));
  CO_TRY(const auto users,
         co_await find_distributions(tools_, that_name(Named::realtime_log_config, stored.config.arn)));
  if (!users.empty()) {
    co_return refuse("RealtimeLogConfigInUse",
                     fmt::format("Cannot delete the real-time log configuration because it is attached to one or more "
                                 "cache behaviors (of the distribution {}).",
                                 users.front()));
  }
  CO_TRY_STORE_OK(co_await tools_.store.remove(key_of(stored.config.name), stored.revision));
  co_return aws::Nothing{};
}

rt::Task<aws::Answer<model::ListRealtimeLogConfigsResult>> RealtimeLogs::list(
    model::ListRealtimeLogConfigsRequest request) {
  CO_TRY(const PageRequest page_request, read_page_request(request.marker, request.max_items));
  CO_TRY_STORE(const auto listing, co_await tools_.store.list(std::string(prefix)));
  std::vector<std::string> names;
  for (const config::Document& stored : listing.documents) names.push_back(stored.key.substr(prefix.size()));
  const Page page = page_behind(names, page_request);
  model::RealtimeLogConfigs list;
  for (std::size_t i = page.first; i < page.end; ++i) {
    CO_TRY_STORE(auto config, aws::from_json<model::RealtimeLogConfig>(listing.documents[i].value));
    list.items.push_back(std::move(config));
  }
  tell_page(page_request, page, list);
  co_return model::ListRealtimeLogConfigsResult{std::move(list)};
}

}  // namespace gust::control
