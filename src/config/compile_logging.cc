// Standard logs to a bucket: LOG-1.
#include <algorithm>

#include "base/text.h"
#include "config/compile_internal.h"
#include "config/origin_name.h"

namespace gust::config {
namespace {

// The rules that the name of a bucket follows, as far as a name in a path can do harm.
bool is_bucket_name(std::string_view name) {
  const auto is_inner = [](char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '.' || c == '-'; };
  const bool has_ends = name.size() >= 3 && name.size() <= 63 && is_inner(name.front()) && is_inner(name.back()) &&
                        name.front() != '.' && name.front() != '-' && name.back() != '.' && name.back() != '-';
  return has_ends && std::ranges::all_of(name, is_inner) && name.find("..") == std::string_view::npos;
}

}  // namespace

void compile_logging(const aws::cloudfront::LoggingConfig& logging, const Place& place, Distribution& out) {
  if (!logging.enabled) return;
  const std::string bucket = bucket_in(logging.bucket).value_or("");
  place.in("Bucket").expect(is_bucket_name(bucket),
                            "The parameter Logging Bucket does not refer to a valid S3 bucket. It has the form "
                            "BUCKET.s3.amazonaws.com.");
  place.in("Prefix").expect(is_visible_ascii(logging.prefix, 256) && !logging.prefix.starts_with('/'),
                            "The parameter Logging Prefix has at most 256 visible characters of ASCII and does not "
                            "begin with a slash.");
  out.log_destination = bucket + "/" + logging.prefix;
  if (!logging.prefix.empty() && !logging.prefix.ends_with('/')) out.log_destination += '/';
  out.logs_cookies = logging.include_cookies;
}

}  // namespace gust::config
