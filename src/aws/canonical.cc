#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "aws/canonical_internal.h"
#include "base/digest.h"
#include "base/text.h"

namespace gust::aws {
namespace {

// RFC 3986 section 5.2.4, and runs of slashes become one. A final slash stays.
std::string normalised(std::string_view path) {
  std::vector<std::string_view> kept;
  for (const std::string_view segment : split(path, '/')) {
    if (segment.empty() || segment == ".") continue;
    if (segment != "..") {
      kept.push_back(segment);
    } else if (!kept.empty()) {
      kept.pop_back();
    }
  }
  std::string result;
  for (const std::string_view segment : kept) result.append("/").append(segment);
  if (result.empty() || path.ends_with('/')) result += '/';
  return result;
}

void append_collapsed(std::string& out, std::string_view value) {
  bool space = false;
  for (const char c : trim(value)) {
    if (c == ' ' && space) continue;
    space = c == ' ';
    out += c;
  }
}

}  // namespace

std::optional<std::string> canonical_path(std::string_view raw_path, bool s3) {
  if (!s3) return percent_encode(normalised(raw_path), "/");
  const auto decoded = percent_decode(raw_path);
  if (!decoded) return std::nullopt;
  return percent_encode(*decoded, "/");
}

std::string canonical_query(const std::vector<QueryItem>& items) {
  std::vector<std::pair<std::string, std::string>> encoded;
  encoded.reserve(items.size());
  for (const QueryItem& item : items) {
    if (item.name == "X-Amz-Signature") continue;
    encoded.emplace_back(percent_encode(item.name), percent_encode(item.value));
  }
  std::ranges::sort(encoded);
  std::string result;
  for (const auto& [name, value] : encoded) {
    if (!result.empty()) result += '&';
    result.append(name).append("=").append(value);
  }
  return result;
}

std::string canonical_headers(const WireRequest& request, const std::vector<std::string>& names) {
  std::string result;
  for (const std::string& name : names) {
    result.append(name).append(":");
    bool first = true;
    for (const HeaderView& field : request.headers) {
      if (!equal_fold(field.name, name)) continue;
      if (!first) result += ',';
      first = false;
      append_collapsed(result, field.value);
    }
    result += '\n';
  }
  return result;
}

std::string canonical_request(const WireRequest& request, const CanonicalParts& parts) {
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method, parts.path, parts.query, parts.headers,
                     parts.signed_names, parts.payload);
}

std::string string_to_sign(std::string_view date, std::string_view scope, std::string_view canonical_request,
                           std::string_view algorithm) {
  return fmt::format("{}\n{}\n{}\n{}", algorithm, date, scope,
                     hex_of(digest_of(DigestKind::sha256, canonical_request)));
}

std::string signing_key(std::string_view secret, std::string_view day, std::string_view region,
                        std::string_view service) {
  const std::string of_day = hmac_sha256("AWS4" + std::string(secret), day);
  const std::string of_region = hmac_sha256(of_day, region);
  return hmac_sha256(hmac_sha256(of_region, service), scope_end);
}

}  // namespace gust::aws
