// MessageText: an HTTP/1.1 message as text, read by the test's own eyes.
//
// Shape:  a reader over a Socket, kept apart from src/http so that a mistake there is not made on both sides. It takes
//         only what RFC 9112 says a sender must send (CRLF, no space before the colon, one framing), so that sloppy
//         output fails.
// Errors: closed (the peer finished before a first byte), short_body (it finished inside), bad_syntax, and those of the
//         socket. What was read until then stays in the message.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "rt/task.h"

namespace gust::rt {
class Socket;
}

namespace gust::sim {

struct TextField {
  std::string name, value;
  friend bool operator==(const TextField&, const TextField&) = default;
};

struct MessageText {
  std::string start_line;
  std::vector<TextField> fields;
  std::string body;  // without chunks
  std::vector<TextField> trailers;
  bool was_chunked = false;

  // The value of the first field of this name, in any case.
  std::optional<std::string_view> find(std::string_view name) const;
};

// Start line and fields, up to and without the empty line.
//   fails  bad_syntax
Result<MessageText> read_head_text(std::string_view head);

enum class BodyRule {
  none,     // the reply to HEAD; 1xx, 204 and 304 have none by themselves
  request,  // none unless framed
  reply,    // until the end of the connection unless framed
};

class MessageReader {
 public:
  explicit MessageReader(rt::Socket& socket) : socket_(socket) {}

  // Reads the next message into `message`.
  rt::Task<Result<void>> read(MessageText& message, BodyRule rule, Instant deadline);

 private:
  rt::Task<Result<void>> fill(Instant deadline);
  // Text up to `end`, which is taken and left out.
  rt::Task<Result<std::string>> read_up_to(std::string_view end, Instant deadline);
  rt::Task<Result<void>> read_bytes(std::string& into, std::size_t count, Instant deadline);
  rt::Task<Result<void>> read_chunks(MessageText& message, Instant deadline);

  rt::Socket& socket_;
  std::string buffer_;
};

// Writes all of `bytes`.
rt::Task<Result<void>> write_text(rt::Socket& socket, std::string_view bytes, Instant deadline);

}  // namespace gust::sim
