// Message: a request or response head and how its content is framed, the same for HTTP/1.1, HTTP/2 and HTTP/3.
//
// Source: RFC 9110 sections 3, 6, 7 and 9 for the terms.
// Shape:  views into memory that the caller keeps, usually the connection's read buffer or the exchange's arena.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "http/fields.h"

namespace gust {
class Arena;
}

namespace gust::http {

// A request method. Methods are case-sensitive (RFC 9110 section 9.1).
class Method {
 public:
  enum Known : std::uint8_t { get, head, post, put, delete_, connect, options, trace, patch, other };

  constexpr Method() = default;
  constexpr Method(Known known) : known_(known), text_(text_of_known(known)) {}  // NOLINT(google-explicit-constructor)
  // The method spelt `text`, a view that outlives the Method.
  static constexpr Method of(ByteView text) {
    for (auto known = static_cast<std::uint8_t>(get); known != other; ++known) {
      if (text == text_of_known(static_cast<Known>(known))) return {static_cast<Known>(known)};
    }
    Method result(other);
    result.text_ = text;
    return result;
  }

  constexpr Known known() const { return known_; }
  constexpr ByteView text() const { return text_; }
  // RFC 9110 section 9.2.1: the sender asks for no change of state.
  constexpr bool is_safe() const { return known_ == get || known_ == head || known_ == options || known_ == trace; }
  // RFC 9110 section 9.2.2: may be sent again when the outcome of the first is unknown.
  constexpr bool is_idempotent() const { return is_safe() || known_ == put || known_ == delete_; }

  friend constexpr bool operator==(const Method& a, const Method& b) { return a.text_ == b.text_; }
  friend constexpr bool operator==(const Method& a, Known b) { return a.known_ == b; }

 private:
  static constexpr ByteView text_of_known(Known known) {
    constexpr ByteView texts[] = {"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", ""};
    return texts[known];
  }
  Known known_ = get;
  ByteView text_ = "GET";
};

enum class Version : std::uint8_t { http_1_0, http_1_1, http_2, http_3 };

// The protocol version as Via and logs write it: "1.0", "1.1", "2.0", "3.0".
constexpr ByteView number_of(Version version) {
  constexpr ByteView texts[] = {"1.0", "1.1", "2.0", "3.0"};
  return texts[static_cast<std::size_t>(version)];
}

enum class Scheme : std::uint8_t { http, https };

constexpr ByteView text_of(Scheme scheme) { return scheme == Scheme::https ? "https" : "http"; }
constexpr std::uint16_t default_port(Scheme scheme) { return scheme == Scheme::https ? 443 : 80; }

struct RequestHead {
  Method method;
  // What the request asks for, in origin-form (path and query as sent) or "*". Matched, keyed, logged and sent alike.
  ByteView target = "/";
  ByteView path = "/";     // of target, nothing decoded or removed
  ByteView query;          // without the question mark
  bool has_query = false;  // tells "/a?" from "/a"
  ByteView authority;      // Host or :authority as sent: host and, where given, ":port"
  ByteView host;           // of authority, case as sent; an IPv6 address in its brackets
  std::uint16_t port = 0;  // of authority; 0 where not given
  Scheme scheme = Scheme::http;
  Version version = Version::http_1_1;
  Fields fields;
  // What the connection is to become (RFC 9110 section 7.8), such as "websocket". For writing: a request that was read
  // tells of it in its fields.
  ByteView upgrade;

  // Sets target, path, query and has_query from a target in origin-form or "*".
  void set_target(ByteView new_target);
  // Back to a new one, keeping memory.
  void clear();
};

// Fields that were made ready to be sent before, for a stored response or for all answers of a node. HTTP/1.1 sends the
// lines, later versions walk the list. None of them tells of framing or of the connection.
struct PreparedFields {
  std::span<const Field> list;
  ByteView lines;  // `Name: value CR LF` for each of the list
};

// Makes such of `fields`, with copies in `arena`.
//   needs   token names, values without control bytes, nothing about framing or the connection
PreparedFields prepare(std::span<const Field> fields, Arena& arena);

struct ResponseHead {
  std::uint16_t status = 200;
  ByteView reason;  // empty: the standard phrase is written
  Version version = Version::http_1_1;
  std::array<PreparedFields, 3> prepared{};  // stand before `fields`; only for writing: a head that was read has none
  Fields fields;
  ByteView upgrade;  // with 101, for writing: what the connection has become

  // The first line of that name among the prepared ones and `fields`, or null.
  const Field* find(Name name) const;
  void clear();
};

// How the end of a message's content is found (RFC 9112 section 6, RFC 9113 section 8.1).
struct BodyFraming {
  enum Kind : std::uint8_t { none, length, chunked, until_close };
  Kind kind = none;
  ByteCount bytes = 0;  // of the content, with Kind::length

  static constexpr BodyFraming no_body() { return {}; }
  static constexpr BodyFraming of_length(ByteCount bytes) { return {length, bytes}; }
  static constexpr BodyFraming of_chunks() { return {chunked, 0}; }
  static constexpr BodyFraming to_close() { return {until_close, 0}; }

  // True where no byte of content will come.
  constexpr bool is_empty() const { return kind == none || (kind == length && bytes == 0); }
  friend constexpr bool operator==(const BodyFraming&, const BodyFraming&) = default;
};

// True for responses that never have content, whatever their fields say (RFC 9112 section 6.3, rule 1).
constexpr bool is_without_content(Method request_method, std::uint16_t status) {
  return request_method == Method::head || status < 200 || status == 204 || status == 304;
}

}  // namespace gust::http
