#include "http/framing.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <vector>

#include "base/text.h"
#include "http/field_values.h"

namespace gust::http {
namespace {

constexpr std::array hop_by_hop_names = {Name::connection,
                                         Name::keep_alive,
                                         Name::proxy_authenticate,
                                         Name::proxy_authentication_info,
                                         Name::proxy_authorization,
                                         Name::proxy_connection,
                                         Name::te,
                                         Name::trailer,
                                         Name::transfer_encoding,
                                         Name::upgrade,
                                         Name::http2_settings};

// What the Transfer-Encoding fields say: none, or one `chunked`.
Result<bool> is_chunked(Version version, const Fields& fields, Side side) {
  const Field* coding = fields.find(Name::transfer_encoding);
  if (coding == nullptr) return false;
  if (version == Version::http_1_0) return fail(Errc::bad_framing, side, "Transfer-Encoding on HTTP/1.0");
  if (fields.has(Name::content_length)) {
    return fail(Errc::bad_framing, side, "Transfer-Encoding and Content-Length together");
  }
  if (fields.find(Name::transfer_encoding, coding) != nullptr) {
    return fail(Errc::bad_framing, side, "several Transfer-Encodings");
  }
  if (equal_fold(coding->value, "chunked")) return true;
  for (const ByteView element : split(coding->value, ',')) {
    if (!is_token(trim(element))) return fail(Errc::bad_framing, side, "Transfer-Encoding is not a list of codings");
  }
  return fail(Errc::unsupported, side, "a transfer coding other than chunked");
}

// Fields that a sender may not have a proxy remove by naming them in Connection.
bool is_immune(Name name) {
  switch (name) {
    case Name::accept_encoding:
    case Name::age:
    case Name::authorization:
    case Name::cache_control:
    case Name::content_encoding:
    case Name::content_length:
    case Name::content_range:
    case Name::content_type:
    case Name::cookie:
    case Name::date:
    case Name::etag:
    case Name::expires:
    case Name::forwarded:
    case Name::host:
    case Name::if_match:
    case Name::if_modified_since:
    case Name::if_none_match:
    case Name::if_range:
    case Name::if_unmodified_since:
    case Name::last_modified:
    case Name::max_forwards:
    case Name::origin:
    case Name::pragma:
    case Name::range:
    case Name::set_cookie:
    case Name::vary:
    case Name::via:
    case Name::x_amz_cf_id:
    case Name::x_amz_content_sha256:
    case Name::x_amz_date:
    case Name::x_forwarded_for:
    case Name::x_forwarded_host:
    case Name::x_forwarded_proto:
      return true;
    default:
      return false;
  }
}

}  // namespace

Result<std::optional<ByteCount>> read_content_length(const Fields& fields, Side side) {
  const Field* field = fields.find(Name::content_length);
  if (field == nullptr) return std::nullopt;
  if (fields.find(Name::content_length, field) != nullptr) {
    return fail(Errc::bad_framing, side, "several Content-Lengths");
  }
  constexpr std::size_t digits_max = 19;
  const auto bytes = parse_decimal<ByteCount>(field->value);
  if (!bytes || field->value.size() > digits_max || *bytes > std::numeric_limits<std::int64_t>::max()) {
    return fail(Errc::bad_framing, side, "Content-Length is not a number of bytes");
  }
  return bytes;
}

Result<BodyFraming> framing_of(const RequestHead& request) {
  TRY(const bool chunked, is_chunked(request.version, request.fields, Side::viewer));
  TRY(const auto length, read_content_length(request.fields, Side::viewer));
  if (chunked) return BodyFraming::of_chunks();
  return length ? BodyFraming::of_length(*length) : BodyFraming::no_body();
}

Result<BodyFraming> framing_of(const ResponseHead& response, Method request_method) {
  TRY(const bool chunked, is_chunked(response.version, response.fields, Side::origin));
  TRY(const auto length, read_content_length(response.fields, Side::origin));
  if (response.status < 200 || response.status == 204) {
    // RFC 9112 section 6.1: no coding here. A length other than 0 promises bytes that may not come.
    if (chunked || length.value_or(0) != 0) {
      return fail(Errc::bad_framing, Side::origin, "content announced where none may be");
    }
  }
  if (is_without_content(request_method, response.status)) return BodyFraming::no_body();
  if (chunked) return BodyFraming::of_chunks();
  return length ? BodyFraming::of_length(*length) : BodyFraming::to_close();
}

bool wants_close(Version version, const Fields& fields) {
  bool keep_alive = version != Version::http_1_0;
  for (const Field* at = fields.find(Name::connection); at != nullptr; at = fields.find(Name::connection, at)) {
    if (list_has(at->value, "close")) return true;
    keep_alive = keep_alive || list_has(at->value, "keep-alive");
  }
  return !keep_alive;
}

bool is_hop_by_hop(Name name) {
  static constexpr auto are = [] {
    std::array<bool, name_count> result{};
    for (const Name each : hop_by_hop_names) result[static_cast<std::size_t>(each)] = true;
    return result;
  }();
  return are[static_cast<std::size_t>(name)];
}

void remove_hop_by_hop(Fields& fields) {
  if (std::ranges::none_of(hop_by_hop_names, [&](Name name) { return fields.has(name); })) return;
  constexpr std::size_t nominated_max = 100;  // a head has no more fields than that
  std::vector<NameRef> nominated;
  for (const Field* at = fields.find(Name::connection); at != nullptr; at = fields.find(Name::connection, at)) {
    ListReader reader(at->value);
    while (const auto element = reader.next()) {
      const NameRef name(*element);
      const bool is_plain = is_hop_by_hop(name.known) || equal_fold(*element, "close") || is_immune(name.known);
      if (!is_plain && nominated.size() < nominated_max) nominated.push_back(name);
    }
  }
  fields.remove_if([](const Field& field) { return is_hop_by_hop(field.known); });
  for (const NameRef& name : nominated) fields.remove(name);
}

}  // namespace gust::http
