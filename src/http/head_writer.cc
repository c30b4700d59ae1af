#include "http/head_writer.h"

#include <charconv>

#include "http/authority.h"
#include "http/field_values.h"
#include "http/framing.h"
#include "http/head_parser.h"
#include "http/scan_internal.h"
#include "http/status.h"

namespace gust::http {
namespace {

void append_line(std::string& out, ByteView name, ByteView value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

void append_number(std::string& out, ByteCount number) {
  char text[20];
  out.append(text, std::to_chars(text, text + sizeof text, number).ptr);
}

void append_framing(std::string& out, BodyFraming framing) {
  if (framing.kind == BodyFraming::chunked) out.append("Transfer-Encoding: chunked\r\n");
  if (framing.kind == BodyFraming::length) {
    out.append("Content-Length: ");
    append_number(out, framing.bytes);
    out.append("\r\n");
  }
}

// True for fields that the caller's arguments say, or that concern another connection. Upgrade, TE and Trailer of a
// caller that means them stand: they are removed where messages are forwarded, not here.
bool is_said_otherwise(Name name, bool keep_length) {
  return name == Name::connection || name == Name::keep_alive || name == Name::proxy_connection ||
         name == Name::transfer_encoding || (name == Name::content_length && !keep_length);
}

Result<void> append_field(std::string& out, const Field& field) {
  // A known name is spelt with token bytes by how it was recognised.
  if (field.known == Name::other && !is_token(field.name)) return fail(Errc::bad_field, "field name is not a token");
  if (has_control(field.value)) return fail(Errc::bad_field, "control byte in a field value");
  append_line(out, field.name, field.value);
  return {};
}

Result<void> append_connection(std::string& out, ByteView upgrade, Persistence persistence) {
  if (!upgrade.empty()) {
    out.append("Connection: Upgrade\r\n");
    return append_field(out, {.name = "Upgrade", .value = upgrade, .known = Name::upgrade});
  }
  if (persistence == Persistence::keep_alive) out.append("Connection: keep-alive\r\n");
  if (persistence == Persistence::close) out.append("Connection: close\r\n");
  return {};
}

// Takes back what was appended unless kept.
class Appended {
 public:
  explicit Appended(std::string& out) : out_(out), before_(out.size()) {}
  Appended(const Appended&) = delete;
  Appended& operator=(const Appended&) = delete;
  ~Appended() {
    if (!kept_) out_.resize(before_);
  }
  Result<void> keep() {
    kept_ = true;
    return {};
  }

 private:
  std::string& out_;
  std::size_t before_;
  bool kept_ = false;
};

}  // namespace

Result<void> write_request_head(std::string& out, const RequestHead& head, BodyFraming framing,
                                Persistence persistence) {
  if (!is_token(head.method.text())) return fail(Errc::bad_request_line, "method is not a token");
  if (!is_valid_target(head.target)) return fail(Errc::bad_target, "target that may not stand in a request line");
  if (framing.kind == BodyFraming::until_close)
    return fail(Errc::bad_framing, "a request cannot end with its connection");
  TRY_OK(read_authority(head.authority, Side::own));

  Appended appended(out);
  out.append(head.method.text()).append(" ").append(head.target).append(" HTTP/1.1\r\n");
  append_line(out, "Host", head.authority);
  for (const Field& field : head.fields) {
    if (field.known == Name::host || is_said_otherwise(field.known, false)) continue;
    TRY_OK(append_field(out, field));
  }
  append_framing(out, framing);
  TRY_OK(append_connection(out, head.upgrade, persistence));
  out.append("\r\n");
  return appended.keep();
}

Result<void> write_response_head(std::string& out, const ResponseHead& head, BodyFraming framing,
                                 Persistence persistence) {
  if (head.status < 100 || head.status > 599) return fail(Errc::bad_status_line, "status is not from 100 to 599");
  if (has_control(head.reason)) return fail(Errc::bad_status_line, "control byte in a reason phrase");

  Appended appended(out);
  out.append("HTTP/1.1 ");
  append_number(out, head.status);
  out.append(" ").append(head.reason.empty() ? reason_phrase(head.status) : head.reason).append("\r\n");
  const bool keep_length = framing.kind == BodyFraming::none && head.status >= 200 && head.status != 204;
  for (const Field& field : head.fields) {
    if (is_said_otherwise(field.known, keep_length)) continue;
    TRY_OK(append_field(out, field));
  }
  append_framing(out, framing);
  TRY_OK(append_connection(out, head.upgrade, persistence));
  out.append("\r\n");
  return appended.keep();
}

Result<void> write_trailers(std::string& out, const Fields& trailers) {
  Appended appended(out);
  for (const Field& field : trailers) {
    if (is_hop_by_hop(field.known) || field.known == Name::content_length) continue;
    TRY_OK(append_field(out, field));
  }
  return appended.keep();
}

}  // namespace gust::http
