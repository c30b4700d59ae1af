#include "http/head_writer.h"

#include <charconv>
#include <cstring>

#include "http/authority.h"
#include "http/field_values.h"
#include "http/framing.h"
#include "http/head_parser.h"
#include "http/scan_internal.h"
#include "http/status.h"

namespace gust::http {
namespace {

// Room for what a head says beside its lines: status or request line but for the texts of the caller, framing,
// Connection, the empty line.
constexpr std::size_t frame_bytes_max = 160;

std::size_t bytes_of(const Fields& fields) {
  std::size_t bytes = 0;
  for (const Field& field : fields) bytes += field.name.size() + field.value.size() + 4;
  return bytes;
}

// Writes into room that has been measured.
class Pen {
 public:
  explicit Pen(char* to) : at_(to) {}

  void text(ByteView text) {
    if (!text.empty()) std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }
  void line(ByteView name, ByteView value) {
    text(name);
    text(": ");
    text(value);
    text("\r\n");
  }
  void number(ByteCount number) { at_ = std::to_chars(at_, at_ + 20, number).ptr; }
  char* at() const { return at_; }

 private:
  char* at_;
};

// Makes `out` longer by what `write` writes, which takes `bytes_max` at most; a refusal leaves `out` as it was.
template <typename Write>
Result<void> append(std::string& out, std::size_t bytes_max, Write write) {
  const std::size_t before = out.size();
  Result<void> result;
  out.resize_and_overwrite(before + bytes_max, [&](char* data, std::size_t) {
    Pen pen(data + before);
    result = write(pen);
    return result ? static_cast<std::size_t>(pen.at() - data) : before;
  });
  return result;
}

void write_framing(Pen& pen, BodyFraming framing) {
  if (framing.kind == BodyFraming::chunked) pen.text("Transfer-Encoding: chunked\r\n");
  if (framing.kind == BodyFraming::length) {
    pen.text("Content-Length: ");
    pen.number(framing.bytes);
    pen.text("\r\n");
  }
}

// True for fields that the caller's arguments say, or that concern another connection. Upgrade, TE and Trailer of a
// caller that means them stand: they are removed where messages are forwarded, not here.
bool is_said_otherwise(Name name, bool keep_length) {
  return name == Name::connection || name == Name::keep_alive || name == Name::proxy_connection ||
         name == Name::transfer_encoding || (name == Name::content_length && !keep_length);
}

Result<void> write_field(Pen& pen, const Field& field) {
  // A known name is spelt with token bytes by how it was recognised.
  if (field.known == Name::other && !is_token(field.name)) return fail(Errc::bad_field, "field name is not a token");
  if (has_control(field.value)) return fail(Errc::bad_field, "control byte in a field value");
  pen.line(field.name, field.value);
  return {};
}

Result<void> write_connection(Pen& pen, ByteView upgrade, Persistence persistence) {
  if (!upgrade.empty()) {
    pen.text("Connection: Upgrade\r\n");
    return write_field(pen, {.name = "Upgrade", .value = upgrade, .known = Name::upgrade});
  }
  if (persistence == Persistence::keep_alive) pen.text("Connection: keep-alive\r\n");
  if (persistence == Persistence::close) pen.text("Connection: close\r\n");
  return {};
}

void write_status_line(Pen& pen, const ResponseHead& head) {
  if (head.status == 200 && head.reason.empty()) return pen.text("HTTP/1.1 200 OK\r\n");
  pen.text("HTTP/1.1 ");
  pen.number(head.status);
  pen.text(" ");
  pen.text(head.reason.empty() ? reason_phrase(head.status) : head.reason);
  pen.text("\r\n");
}

}  // namespace

Result<void> write_request_head(std::string& out, const RequestHead& head, BodyFraming framing,
                                Persistence persistence) {
  if (!is_token(head.method.text())) return fail(Errc::bad_request_line, "method is not a token");
  if (!is_valid_target(head.target)) return fail(Errc::bad_target, "target that may not stand in a request line");
  if (framing.kind == BodyFraming::until_close)
    return fail(Errc::bad_framing, "a request cannot end with its connection");
  TRY_OK(read_authority(head.authority, Side::own));

  const std::size_t bytes_max = frame_bytes_max + head.method.text().size() + head.target.size() +
                                head.authority.size() + bytes_of(head.fields) + head.upgrade.size();
  return append(out, bytes_max, [&](Pen& pen) -> Result<void> {
    pen.text(head.method.text());
    pen.text(" ");
    pen.text(head.target);
    pen.text(" HTTP/1.1\r\n");
    pen.line("Host", head.authority);
    for (const Field& field : head.fields) {
      if (field.known == Name::host || is_said_otherwise(field.known, false)) continue;
      TRY_OK(write_field(pen, field));
    }
    write_framing(pen, framing);
    TRY_OK(write_connection(pen, head.upgrade, persistence));
    pen.text("\r\n");
    return {};
  });
}

Result<void> write_response_head(std::string& out, const ResponseHead& head, BodyFraming framing,
                                 Persistence persistence) {
  if (head.status < 100 || head.status > 599) return fail(Errc::bad_status_line, "status is not from 100 to 599");
  if (has_control(head.reason)) return fail(Errc::bad_status_line, "control byte in a reason phrase");

  std::size_t bytes_max = frame_bytes_max + head.reason.size() + bytes_of(head.fields) + head.upgrade.size();
  for (const PreparedFields& some : head.prepared) bytes_max += some.lines.size();
  return append(out, bytes_max, [&](Pen& pen) -> Result<void> {
    write_status_line(pen, head);
    for (const PreparedFields& some : head.prepared) pen.text(some.lines);
    const bool keep_length = framing.kind == BodyFraming::none && head.status >= 200 && head.status != 204;
    for (const Field& field : head.fields) {
      if (is_said_otherwise(field.known, keep_length)) continue;
      TRY_OK(write_field(pen, field));
    }
    write_framing(pen, framing);
    TRY_OK(write_connection(pen, head.upgrade, persistence));
    pen.text("\r\n");
    return {};
  });
}

Result<void> write_trailers(std::string& out, const Fields& trailers) {
  return append(out, bytes_of(trailers), [&](Pen& pen) -> Result<void> {
    for (const Field& field : trailers) {
      if (is_hop_by_hop(field.known) || field.known == Name::content_length) continue;
      TRY_OK(write_field(pen, field));
    }
    return {};
  });
}

}  // namespace gust::http
