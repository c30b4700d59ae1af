#include "origin/signing.h"

#include <algorithm>
#include <array>

#include "access/directory.h"
#include "base/date.h"
#include "base/text.h"
#include "origin/target.h"

namespace gust::origin {
namespace {

using http::Name;

constexpr std::size_t keys_kept_max = 16;
constexpr ByteView amz_prefix = "x-amz-";
constexpr ByteView payload_field = "x-amz-content-sha256";

// What tells the origin how the body is to be checked.
ByteView payload_of(const http::RequestHead& request, bool has_body) {
  if (!has_body) return aws::empty_payload_sha256;
  return request.fields.get(http::NameRef(payload_field)).value_or(aws::unsigned_payload);
}

// The credentials that a viewer's request may carry, in all of their fields, and whom an edge speaks for: what we sign
// is believed, so that none of these may be a viewer's.
bool is_of_credentials(const http::Field& field) {
  static constexpr std::array<std::string_view, 6> names = {"x-amz-date",
                                                            payload_field,
                                                            "x-amz-security-token",
                                                            access::source_arn_header,
                                                            access::source_account_header,
                                                            access::access_identity_header};
  return field.known == Name::authorization ||
         std::ranges::any_of(names, [&](std::string_view name) { return equal_fold(field.name, name); });
}

}  // namespace

const aws::DayKey& Signer::day_key(const aws::SigningKey& key, WallTime now) {
  const std::string day = iso8601_basic_of(now).substr(0, 8);
  // Two stores may know different secrets by one id.
  const auto kept = std::ranges::find_if(kept_, [&](const Kept& one) {
    return one.of.access_key_id == key.access_key_id && one.of.secret == key.secret && one.of.region == key.region &&
           one.key.day == day;
  });
  if (kept != kept_.end()) return kept->key;
  std::erase_if(kept_, [&](const Kept& one) { return one.key.day != day; });
  if (kept_.size() >= keys_kept_max) kept_.erase(kept_.begin());
  return kept_.emplace_back(key, aws::make_day_key(key, now)).key;
}

Result<void> Signer::sign(http::RequestHead& request, bool has_body, const Signing& signing, WallTime now,
                          Arena& arena) {
  if (signing.prefers_viewers && request.fields.has(Name::authorization)) return {};
  if (signing.key.access_key_id.empty()) {
    return fail(Errc::access_denied, "requests to this origin are to be signed, and there is no key for it");
  }
  const ByteView payload = arena.copy(payload_of(request, has_body));
  request.fields.remove_if(is_of_credentials);
  for (const CustomHeader& field : signing.fields) request.fields.set(http::NameRef(ByteView(field.name)), field.value);

  std::vector<aws::HeaderView> headers{{"host", request.authority}};
  for (const http::Field& field : request.fields) {
    if (starts_with_fold(field.name, amz_prefix)) headers.push_back({field.name, field.value});
  }
  const aws::WireRequest wire{
      .method = request.method.text(), .path = request.path, .query = request.query, .headers = headers};
  for (const aws::HeaderToAdd& field : aws::sign_request_of_day(wire, day_key(signing.key, now), payload, now)) {
    request.fields.add(http::NameRef(arena.copy(field.name)), arena.copy(field.value));
  }
  return {};
}

}  // namespace gust::origin
