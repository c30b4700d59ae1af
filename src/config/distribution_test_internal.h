// For tests: a small distribution in the service's shapes, as the AWS CLI makes it of one origin name.
#pragma once

#include "config/document.h"

namespace gust::config {

inline DistributionDocument small_distribution() {
  aws::cloudfront::Origin origin;
  origin.id = "o1";
  origin.domain_name = "pics.s3.ap-south-1.amazonaws.com";
  origin.custom_origin_config =
      aws::cloudfront::CustomOriginConfig{.http_port = 80, .https_port = 443, .origin_protocol_policy = "http-only"};

  DistributionDocument document;
  document.id = "E123";
  document.domain_name = "d123.cdn.localhost";
  document.last_modified = wall_time_of(1'700'000'000);
  aws::cloudfront::DistributionConfig& config = document.config;
  config.caller_reference = "cli-1";
  config.enabled = true;
  config.origins = {.quantity = 1, .items = {origin}};
  config.default_cache_behavior.target_origin_id = "o1";
  config.default_cache_behavior.viewer_protocol_policy = "allow-all";
  config.default_cache_behavior.forwarded_values.emplace().cookies.forward = "none";
  config.default_cache_behavior.min_ttl = 0;
  return document;
}

// A behaviour that goes to the one origin by a managed cache policy.
inline aws::cloudfront::CacheBehavior behavior_for(std::string pattern) {
  aws::cloudfront::CacheBehavior behavior;
  behavior.path_pattern = std::move(pattern);
  behavior.target_origin_id = "o1";
  behavior.viewer_protocol_policy = "allow-all";
  behavior.cache_policy_id = "658327ea-f89d-4fab-a63d-7e88639e58f6";
  return behavior;
}

}  // namespace gust::config
