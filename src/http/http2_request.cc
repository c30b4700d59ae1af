#include "base/arena.h"
#include "base/text.h"
#include "http/authority.h"
#include "http/framing.h"
#include "http/http2_names_internal.h"
#include "http/http2_request_internal.h"

namespace gust::http {
namespace {

std::unexpected<Error> refuse(Errc code, std::string_view static_text) { return fail(code, Side::viewer, static_text); }

// A name and a value beside their bytes, in HTTP/1.1: colon, space, CR LF.
constexpr std::size_t line_bytes = 4;
// Of a request line beside method and target.
constexpr std::size_t request_line_bytes = sizeof("  HTTP/1.1\r\n\r\n") - 1;

}  // namespace

void Http2Request::add(ByteView name, ByteView value, RequestHead& into) {
  if (failure_) return;
  if (name.starts_with(':')) return take_pseudo(name, value);
  const auto field = make_field(name, value, into.fields.size());
  if (field) {
    into.fields.add(*field);
  } else {
    failure_ = field.error();
  }
}

Result<void> Http2Request::add_trailer(ByteView name, ByteView value, Fields& into) {
  TRY(const Field field, make_field(name, value, into.size()));
  if (is_hop_by_hop(field.known) || field.known == Name::content_length) {
    return refuse(Errc::bad_trailer, "a trailer field that may only stand in a head");
  }
  into.add(field);
  return {};
}

Result<Field> Http2Request::make_field(ByteView name, ByteView value, std::size_t fields) {
  bytes_ += name.size() + value.size() + line_bytes;
  if (bytes_ > limits_.head_bytes_max) return refuse(Errc::head_too_large, "head longer than its limit");
  if (fields >= limits_.fields_max) return refuse(Errc::head_too_large, "more fields than the limit");
  const Name known = known_name(name);
  TRY_OK(check_field_name(name, known, Side::viewer));
  return Field{known == Name::other ? arena_.copy(name) : lower_text_of(known), arena_.copy(value), known};
}

// nghttp2 knows these and lets each come once.
void Http2Request::take_pseudo(ByteView name, ByteView value) {
  bytes_ += value.size();
  if (bytes_ > limits_.head_bytes_max) {
    const bool is_path = name == ":path";
    failure_ = {is_path ? Errc::url_too_long : Errc::head_too_large, Side::viewer, Retry::never,
                is_path ? "target longer than its limit" : "head longer than its limit"};
    return;
  }
  const ByteView copy = arena_.copy(value);
  if (name == ":method") method_ = copy;
  if (name == ":scheme") scheme_ = copy;
  if (name == ":path") path_ = copy;
  if (name == ":protocol") protocol_ = copy;
  if (name == ":authority") authority_ = copy;
}

Result<void> Http2Request::finish(Scheme scheme, RequestHead& into) {
  if (failure_) return std::unexpected(*failure_);
  into.scheme = scheme;
  TRY_OK(judge_method(into));
  if (path_.size() > limits_.target_bytes_max) return refuse(Errc::url_too_long, "target longer than its limit");
  if (bytes_ + request_line_bytes > limits_.head_bytes_max) {
    return refuse(Errc::head_too_large, "head longer than its limit");
  }
  if (!equal_fold(scheme_, text_of(scheme))) return refuse(Errc::bad_target, ":scheme is not the connection's");
  TRY_OK(take_authority(into));
  TRY_OK(read_origin_form(path_, into));
  join_cookies(into.fields);
  return {};
}

Result<void> Http2Request::judge_method(RequestHead& into) {
  into.method = Method::of(method_);
  TRY_OK(check_method(into.method));
  if (into.method != Method::connect) return {};
  // RFC 8441 section 5: what asks for WebSocket is a GET to whoever speaks HTTP/1.1.
  if (!equal_fold(protocol_, "websocket")) return refuse(Errc::unsupported, "CONNECT is not served");
  into.method = Method::get;
  into.upgrade = "websocket";
  return {};
}

// RFC 9113 section 8.3.1: `:authority`, or Host where there is none. Both are compared as text, as HTTP/1.1's are.
// Whoever looks at the fields finds a Host.
Result<void> Http2Request::take_authority(RequestHead& into) {
  const Field* const host = into.fields.find(Name::host);
  if (host != nullptr && into.fields.find(Name::host, host) != nullptr) {
    return refuse(Errc::bad_host, "several Hosts");
  }
  if (!authority_ && host == nullptr) return refuse(Errc::bad_host, "neither :authority nor Host");
  if (authority_ && host != nullptr && !equal_fold(*authority_, host->value)) {
    return refuse(Errc::bad_host, ":authority and Host disagree");
  }
  TRY(const Authority authority, read_authority(authority_ ? *authority_ : host->value));
  into.authority = authority.text;
  into.host = authority.host;
  into.port = authority.port;
  if (host == nullptr) into.fields.add(Field{lower_text_of(Name::host), authority.text, Name::host});
  return {};
}

// RFC 9113 section 8.2.3.
void Http2Request::join_cookies(Fields& fields) {
  const Field* const first = fields.find(Name::cookie);
  if (first == nullptr || fields.find(Name::cookie, first) == nullptr) return;
  std::size_t bytes = 0;
  for (const Field* at = first; at != nullptr; at = fields.find(Name::cookie, at)) bytes += at->value.size() + 2;
  const MutableBytes room = arena_.bytes(bytes);
  char* to = room.data();
  for (const Field* at = first; at != nullptr; at = fields.find(Name::cookie, at)) {
    if (at != first) to += ByteView("; ").copy(to, 2);
    to += at->value.copy(to, at->value.size());
  }
  const Field joined{first->name, {room.data(), static_cast<std::size_t>(to - room.data())}, Name::cookie};
  fields.remove(Name::cookie);
  fields.add(joined);
}

}  // namespace gust::http
