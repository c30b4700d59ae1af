#include "bucket/lifecycle.h"

#include <fmt/format.h>

#include <algorithm>

#include "bucket/s3_error_internal.h"

namespace gust::bucket {
namespace {

namespace s3 = aws::s3;

constexpr std::size_t rules_max = 1000;
constexpr std::int64_t day = 86'400;       // seconds
constexpr std::int32_t days_max = 36'500;  // more is never

std::unexpected<aws::ServiceError> refuse(std::string_view code, std::string message) {
  return std::unexpected(s3_error(code, std::move(message)));
}

// The parts of a filter, wherever the rule has them.
struct Filter {
  std::string_view prefix = {};
  std::vector<const s3::Tag*> tags = {};
  std::optional<std::int64_t> larger_than = {}, smaller_than = {};
};

Filter filter_of(const s3::LifecycleRule& rule) {
  Filter filter;
  if (rule.prefix) filter.prefix = *rule.prefix;
  if (!rule.filter) return filter;
  if (rule.filter->prefix) filter.prefix = *rule.filter->prefix;
  if (rule.filter->tag) filter.tags.push_back(&*rule.filter->tag);
  filter.larger_than = rule.filter->object_size_greater_than;
  filter.smaller_than = rule.filter->object_size_less_than;
  if (const auto& all = rule.filter->and_) {
    if (all->prefix) filter.prefix = *all->prefix;
    for (const s3::Tag& tag : all->tags) filter.tags.push_back(&tag);
    filter.larger_than = all->object_size_greater_than;
    filter.smaller_than = all->object_size_less_than;
  }
  return filter;
}

bool holds_for(const s3::LifecycleRule& rule, const Object& object) {
  if (rule.status != "Enabled") return false;
  const Filter filter = filter_of(rule);
  const auto size = static_cast<std::int64_t>(object.size);
  if (!object.key.starts_with(filter.prefix)) return false;
  if (filter.larger_than && size <= *filter.larger_than) return false;
  if (filter.smaller_than && size >= *filter.smaller_than) return false;
  return std::ranges::all_of(filter.tags, [&](const s3::Tag* tag) {
    return std::ranges::find(object.facts.tags, NameAndValue{tag->key, tag->value}) != object.facts.tags.end();
  });
}

WallTime midnight_after(WallTime from, std::int32_t days) {
  const std::int64_t exact = unix_seconds(from) + std::min(days, days_max) * day;
  return wall_time_of((exact + day - 1) / day * day);
}

aws::Answer<std::monostate> check_filter(const s3::LifecycleRule& rule) {
  if (rule.filter && rule.prefix) return std::unexpected(s3_error("MalformedXML"));
  if (!rule.filter && !rule.prefix) return std::unexpected(s3_error("MalformedXML"));
  if (rule.filter) {
    const int parts = rule.filter->prefix.has_value() + rule.filter->tag.has_value() + rule.filter->and_.has_value() +
                      rule.filter->object_size_greater_than.has_value() +
                      rule.filter->object_size_less_than.has_value();
    if (parts > 1) return std::unexpected(s3_error("MalformedXML"));
  }
  const Filter filter = filter_of(rule);
  if (filter.prefix.size() > 1024) {
    return refuse("InvalidRequest", "The maximum size of a prefix is 1024.");
  }
  if (filter.larger_than && filter.smaller_than && *filter.larger_than >= *filter.smaller_than) {
    return refuse("InvalidRequest", "'ObjectSizeGreaterThan' should be less than 'ObjectSizeLessThan'.");
  }
  const bool is_narrow = !filter.tags.empty() || filter.larger_than || filter.smaller_than;
  if (rule.abort_incomplete_multipart_upload && is_narrow) {
    return refuse("InvalidRequest", "AbortIncompleteMultipartUpload cannot be specified with Tags or object sizes.");
  }
  if (rule.expiration && rule.expiration->expired_object_delete_marker.value_or(false) && is_narrow) {
    return refuse("InvalidRequest", "ExpiredObjectDeleteMarker cannot be specified with Tags or object sizes.");
  }
  return {};
}

aws::Answer<std::monostate> check_expiration(const s3::LifecycleExpiration& expiration) {
  const int parts =
      expiration.date.has_value() + expiration.days.has_value() + expiration.expired_object_delete_marker.has_value();
  if (parts != 1) return std::unexpected(s3_error("MalformedXML"));
  if (expiration.days && *expiration.days < 1) {
    return refuse("InvalidArgument", "'Days' for Expiration action must be a positive integer");
  }
  if (expiration.date && unix_seconds(*expiration.date) % day != 0) {
    return refuse("InvalidArgument", "'Date' must be at midnight GMT");
  }
  return {};
}

aws::Answer<std::monostate> check_rule(const s3::LifecycleRule& rule) {
  if (!rule.transitions.empty()) return std::unexpected(not_implemented("A Transition of a lifecycle rule"));
  if (!rule.noncurrent_version_transitions.empty()) {
    return std::unexpected(not_implemented("A NoncurrentVersionTransition of a lifecycle rule"));
  }
  if (rule.id && rule.id->size() > 255) {
    return refuse("InvalidArgument", "ID length should not exceed allowed limit of 255");
  }
  if (!rule.expiration && !rule.noncurrent_version_expiration && !rule.abort_incomplete_multipart_upload) {
    return refuse("InvalidRequest", "At least one action needs to be specified in a rule");
  }
  TRY_OK(check_filter(rule));
  if (rule.expiration) TRY_OK(check_expiration(*rule.expiration));
  if (const auto& versions = rule.noncurrent_version_expiration) {
    if (versions->noncurrent_days.value_or(0) < 1) {
      return refuse("InvalidArgument",
                    "'NoncurrentDays' for NoncurrentVersionExpiration action must be a positive integer");
    }
    const auto newer = versions->newer_noncurrent_versions;
    if (newer && (*newer < 1 || *newer > 100)) {
      return refuse("InvalidArgument", "'NewerNoncurrentVersions' must be an integer between 1 and 100");
    }
  }
  if (const auto& uploads = rule.abort_incomplete_multipart_upload) {
    if (uploads->days_after_initiation.value_or(0) < 1) {
      return refuse("InvalidArgument",
                    "'DaysAfterInitiation' for AbortIncompleteMultipartUpload action must be a positive integer");
    }
  }
  return {};
}

}  // namespace

aws::Answer<std::monostate> check_lifecycle(s3::BucketLifecycleConfiguration& configuration) {
  if (configuration.rules.empty()) return std::unexpected(s3_error("MalformedXML"));
  if (configuration.rules.size() > rules_max) {
    return refuse("InvalidRequest", fmt::format("The number of lifecycle rules must not exceed {}.", rules_max));
  }
  const auto has_id = [&](const std::string& id) {
    return std::ranges::count(configuration.rules, std::optional(id), &s3::LifecycleRule::id);
  };
  for (s3::LifecycleRule& rule : configuration.rules) {
    TRY_OK(check_rule(rule));
    if (rule.id && !rule.id->empty()) {
      if (has_id(*rule.id) > 1) {
        return refuse("InvalidArgument", "Rule ID must be unique. Found same ID for more than one rule");
      }
      continue;
    }
    for (std::size_t number = 1; !rule.id || rule.id->empty(); ++number) {
      std::string id = fmt::format("rule-{}", number);
      if (has_id(id) == 0) rule.id = std::move(id);
    }
  }
  return {};
}

std::optional<Expiry> expiry_of(const s3::BucketLifecycleConfiguration& configuration, const Object& object) {
  std::optional<Expiry> earliest;
  for (const s3::LifecycleRule& rule : configuration.rules) {
    if (!rule.expiration || !holds_for(rule, object)) continue;
    std::optional<WallTime> at = rule.expiration->date;
    if (rule.expiration->days) at = midnight_after(object.modified, *rule.expiration->days);
    if (at && (!earliest || *at < earliest->at)) earliest = Expiry{.at = *at, .rule_id = rule.id.value_or("")};
  }
  return earliest;
}

bool is_version_over(const s3::BucketLifecycleConfiguration& configuration, const Object& version, WallTime since,
                     std::size_t newer, WallTime now) {
  return std::ranges::any_of(configuration.rules, [&](const s3::LifecycleRule& rule) {
    const auto& action = rule.noncurrent_version_expiration;
    if (!action || !holds_for(rule, version)) return false;
    if (newer < static_cast<std::size_t>(action->newer_noncurrent_versions.value_or(0))) return false;
    return midnight_after(since, action->noncurrent_days.value_or(1)) <= now;
  });
}

bool is_marker_over(const s3::BucketLifecycleConfiguration& configuration, const Object& marker, WallTime now) {
  return std::ranges::any_of(configuration.rules, [&](const s3::LifecycleRule& rule) {
    if (!rule.expiration || !holds_for(rule, marker)) return false;
    if (rule.expiration->expired_object_delete_marker.value_or(false)) return true;
    return rule.expiration->days && midnight_after(marker.modified, *rule.expiration->days) <= now;
  });
}

bool is_upload_over(const s3::BucketLifecycleConfiguration& configuration, const Upload& upload, WallTime now) {
  return std::ranges::any_of(configuration.rules, [&](const s3::LifecycleRule& rule) {
    const auto& action = rule.abort_incomplete_multipart_upload;
    return action && rule.status == "Enabled" && upload.key.starts_with(filter_of(rule).prefix) &&
           midnight_after(upload.initiated, action->days_after_initiation.value_or(1)) <= now;
  });
}

}  // namespace gust::bucket
