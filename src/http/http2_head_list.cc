#include <algorithm>
#include <charconv>

#include "base/arena.h"
#include "http/field_values.h"
#include "http/framing.h"
#include "http/http2_head_list_internal.h"
#include "http/http2_names_internal.h"
#include "http/scan_internal.h"

namespace gust::http {
namespace {

constexpr std::uint8_t as_views = NGHTTP2_NV_FLAG_NO_COPY_NAME | NGHTTP2_NV_FLAG_NO_COPY_VALUE;

// Fields that the caller's arguments say, or that concern an HTTP/1.1 connection.
bool is_left_out(Name name, bool keep_length) {
  return name == Name::connection || name == Name::keep_alive || name == Name::proxy_connection ||
         name == Name::transfer_encoding || name == Name::upgrade || name == Name::http2_settings ||
         (name == Name::content_length && !keep_length);
}

ByteView lower_copy(ByteView text, Arena& arena) {
  const MutableBytes room = arena.bytes(text.size());
  std::ranges::transform(text, room.begin(), lower);
  return {room.data(), room.size()};
}

ByteView digits_of(ByteCount number, Arena& arena) {
  const MutableBytes room = arena.bytes(20);
  const char* const end = std::to_chars(room.data(), room.data() + room.size(), number).ptr;
  return {room.data(), static_cast<std::size_t>(end - room.data())};
}

std::uint8_t* bytes_of(ByteView text) { return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data())); }

}  // namespace

void Http2HeadList::add(ByteView name, ByteView value, std::uint8_t flags) {
  list_.push_back({bytes_of(name), bytes_of(value), name.size(), value.size(), flags});
}

// A name that is not known was made ready in lower case by add_field().
ByteView Http2HeadList::name_of(const Field& field) {
  return field.known == Name::other ? field.name : lower_text_of(field.known);
}

std::uint8_t Http2HeadList::flags_of(Name name) {
  const bool changes_always = name == Name::x_amz_cf_id || name == Name::x_amz_request_id || name == Name::x_amz_id_2 ||
                              name == Name::content_range;
  return changes_always ? as_views | NGHTTP2_NV_FLAG_NO_INDEX : as_views;
}

Result<void> Http2HeadList::add_field(const Field& field, Arena& arena) {
  if (field.known == Name::other && !is_token(field.name)) return fail(Errc::bad_field, "field name is not a token");
  if (has_control(field.value)) return fail(Errc::bad_field, "control byte in a field value");
  Field in_lower_case = field;
  if (field.known == Name::other) in_lower_case.name = lower_copy(field.name, arena);
  add_known(in_lower_case);
  return {};
}

Result<void> Http2HeadList::set_response(const ResponseHead& head, BodyFraming framing, Arena& arena) {
  if (head.status < 100 || head.status > 599) return fail(Errc::bad_status_line, "status is not from 100 to 599");
  list_.clear();
  const bool is_switch = head.status == 101;
  add(":status", head.status == 200 || is_switch ? ByteView("200") : digits_of(head.status, arena), as_views);
  for (const PreparedFields& some : head.prepared) {
    for (const Field& field : some.list) {
      if (field.known != Name::other) {
        add_known(field);
      } else {
        add(lower_copy(field.name, arena), field.value, as_views);
      }
    }
  }
  const bool keep_length = framing.kind == BodyFraming::none && head.status >= 200 && head.status != 204;
  for (const Field& field : head.fields) {
    if (is_left_out(field.known, keep_length)) continue;
    TRY_OK(add_field(field, arena));
  }
  if (framing.kind == BodyFraming::length) {
    add(lower_text_of(Name::content_length), digits_of(framing.bytes, arena), as_views);
  }
  return {};
}

Result<void> Http2HeadList::set_trailers(const Fields& trailers, Arena& arena) {
  list_.clear();
  for (const Field& field : trailers) {
    if (is_hop_by_hop(field.known) || field.known == Name::content_length) continue;
    TRY_OK(add_field(field, arena));
  }
  for (nghttp2_nv& field : list_) field.flags = 0;
  return {};
}

}  // namespace gust::http
