#include <fmt/format.h>

#include <algorithm>

#include "aws/canonical_internal.h"
#include "aws/sigv4.h"
#include "base/date.h"
#include "base/digest.h"
#include "base/text.h"

namespace gust::aws {
namespace {

std::vector<std::string> names_of(std::span<const HeaderView> headers) {
  std::vector<std::string> names;
  for (const HeaderView& field : headers) names.push_back(to_lower(field.name));
  std::ranges::sort(names);
  const auto repeated = std::ranges::unique(names);
  names.erase(repeated.begin(), repeated.end());
  return names;
}

std::string signature_of(const WireRequest& request, const DayKey& key, std::string_view date,
                         const std::vector<std::string>& names, const std::vector<QueryItem>& items,
                         std::string_view payload) {
  const std::string scope = fmt::format("{}/{}/{}/{}", key.day, key.region, key.service, scope_end);
  // A path that does not decode is signed as it is; the verifier will refuse it.
  const std::string path = canonical_path(request.path, key.service == "s3").value_or(std::string(request.path));
  const std::string canonical = canonical_request(
      request, {path, canonical_query(items), canonical_headers(request, names), join(names, ";"), payload});
  return hex_of(hmac_sha256(key.bytes, string_to_sign(date, scope, canonical)));
}

}  // namespace

DayKey make_day_key(const SigningKey& key, WallTime now) {
  const std::string day = iso8601_basic_of(now).substr(0, 8);
  return {key.access_key_id, day, key.region, key.service, signing_key(key.secret, day, key.region, key.service)};
}

std::vector<HeaderToAdd> sign_request(const WireRequest& request, const SigningKey& key, std::string_view payload,
                                      WallTime now) {
  return sign_request_of_day(request, make_day_key(key, now), payload, now);
}

std::vector<HeaderToAdd> sign_request_of_day(const WireRequest& request, const DayKey& key, std::string_view payload,
                                             WallTime now) {
  std::vector<HeaderToAdd> added;
  added.push_back({"x-amz-date", iso8601_basic_of(now)});
  if (key.service == "s3") added.push_back({"x-amz-content-sha256", std::string(payload)});

  std::vector<HeaderView> headers(request.headers.begin(), request.headers.end());
  for (const HeaderToAdd& field : added) headers.push_back({field.name, field.value});
  WireRequest whole = request;
  whole.headers = headers;
  const std::vector<std::string> names = names_of(headers);
  const std::string date = added.front().value;
  const std::string signature =
      signature_of(whole, key, date, names, read_query(request.query).value_or(std::vector<QueryItem>{}), payload);
  added.push_back({"authorization", fmt::format("{} Credential={}/{}/{}/{}/{}, SignedHeaders={}, Signature={}",
                                                sigv4_algorithm, key.access_key_id, key.day, key.region, key.service,
                                                scope_end, join(names, ";"), signature)});
  return added;
}

std::string presign_request(const WireRequest& request, const SigningKey& key, Duration valid_for, WallTime now) {
  const std::string date = iso8601_basic_of(now);
  const std::vector<std::string> names = names_of(request.headers);
  std::vector<QueryItem> items = read_query(request.query).value_or(std::vector<QueryItem>{});
  items.push_back({"X-Amz-Algorithm", std::string(sigv4_algorithm)});
  items.push_back({"X-Amz-Credential", fmt::format("{}/{}/{}/{}/{}", key.access_key_id, date.substr(0, 8), key.region,
                                                   key.service, scope_end)});
  items.push_back({"X-Amz-Date", date});
  items.push_back(
      {"X-Amz-Expires", std::to_string(std::chrono::duration_cast<std::chrono::seconds>(valid_for).count())});
  items.push_back({"X-Amz-SignedHeaders", join(names, ";")});
  const std::string_view payload = key.service == "s3" ? unsigned_payload : empty_payload_sha256;
  const std::string signature = signature_of(request, make_day_key(key, now), date, names, items, payload);
  return canonical_query(items) + "&X-Amz-Signature=" + signature;
}

}  // namespace gust::aws
