#include "sim/message_text.h"

#include <array>
#include <charconv>

#include "base/text.h"
#include "rt/network.h"

namespace gust::sim {
namespace {

Result<std::vector<TextField>> read_fields(std::string_view lines) {
  std::vector<TextField> fields;
  while (!lines.empty()) {
    const Cut line = cut(lines, "\r\n");
    const Cut parts = cut(line.before, ':');
    if (!parts.found || parts.before.empty() || parts.before.find_first_of(" \t") != std::string_view::npos ||
        line.before.find_first_of("\r\n") != std::string_view::npos) {
      return fail(Errc::bad_syntax, "a field line that is not `name: value`");
    }
    fields.push_back({std::string(parts.before), std::string(trim(parts.after))});
    lines = line.after;
  }
  return fields;
}

bool is_reply_without_body(std::string_view start_line) {
  const std::string_view status = start_line.substr(0, 12);
  return status.starts_with("HTTP/1.1 1") || status == "HTTP/1.1 204" || status == "HTTP/1.1 304";
}

}  // namespace

std::optional<std::string_view> MessageText::find(std::string_view name) const {
  for (const TextField& field : fields) {
    if (equal_fold(field.name, name)) return field.value;
  }
  return std::nullopt;
}

Result<MessageText> read_head_text(std::string_view head) {
  const Cut parts = cut(head, "\r\n");
  MessageText message;
  message.start_line = parts.before;
  if (message.start_line.empty() || message.start_line.find_first_of("\r\n") != std::string::npos) {
    return fail(Errc::bad_syntax, "a start line that is empty or does not end in CRLF");
  }
  TRY(message.fields, read_fields(parts.after));
  return message;
}

rt::Task<Result<void>> MessageReader::fill(Instant deadline) {
  std::array<char, 16'384> piece;
  CO_TRY(const std::size_t got, co_await socket_.read(piece, deadline));
  if (got == 0) co_return fail(Errc::closed, "the peer finished");
  buffer_.append(piece.data(), got);
  co_return Result<void>{};
}

rt::Task<Result<std::string>> MessageReader::read_up_to(std::string_view end, Instant deadline) {
  std::size_t looked_at = 0;
  while (true) {
    const std::size_t found = buffer_.find(end, looked_at);
    if (found != std::string::npos) {
      std::string text = buffer_.substr(0, found);
      buffer_.erase(0, found + end.size());
      co_return text;
    }
    looked_at = buffer_.size() < end.size() ? 0 : buffer_.size() - end.size() + 1;
    const bool had_some = !buffer_.empty();
    const Result<void> filled = co_await fill(deadline);
    if (!filled && filled.error().code == Errc::closed && had_some) {
      co_return fail(Errc::short_body, "the peer finished inside a message");
    }
    CO_TRY_OK(filled);
  }
}

rt::Task<Result<void>> MessageReader::read_bytes(std::string& into, std::size_t count, Instant deadline) {
  while (true) {
    const std::size_t here = std::min(count, buffer_.size());
    into.append(buffer_, 0, here);
    buffer_.erase(0, here);
    count -= here;
    if (count == 0) co_return Result<void>{};
    const Result<void> filled = co_await fill(deadline);
    if (!filled && filled.error().code == Errc::closed) {
      co_return fail(Errc::short_body, "the peer finished inside a body");
    }
    CO_TRY_OK(filled);
  }
}

rt::Task<Result<void>> MessageReader::read_chunks(MessageText& message, Instant deadline) {
  while (true) {
    CO_TRY(const std::string line, co_await read_up_to("\r\n", deadline));
    const std::string_view digits = cut(line, ';').before;
    std::size_t size = 0;
    const auto [at, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size, 16);
    if (error != std::errc() || at != digits.data() + digits.size()) {
      co_return fail(Errc::bad_syntax, "a chunk without a size");
    }
    if (size == 0) break;
    CO_TRY_OK(co_await read_bytes(message.body, size, deadline));
    CO_TRY(const std::string end, co_await read_up_to("\r\n", deadline));
    if (!end.empty()) co_return fail(Errc::bad_syntax, "a chunk longer than its size");
  }
  std::string trailers;
  while (true) {
    CO_TRY(const std::string line, co_await read_up_to("\r\n", deadline));
    if (line.empty()) break;
    trailers += line + "\r\n";
  }
  CO_TRY(message.trailers, read_fields(trailers));
  co_return Result<void>{};
}

rt::Task<Result<void>> MessageReader::read(MessageText& message, BodyRule rule, Instant deadline) {
  CO_TRY(const std::string head, co_await read_up_to("\r\n\r\n", deadline));
  CO_TRY(message, read_head_text(head));
  if (rule == BodyRule::none || is_reply_without_body(message.start_line)) co_return Result<void>{};
  const auto coding = message.find("Transfer-Encoding");
  const auto length = message.find("Content-Length");
  if (coding && length) co_return fail(Errc::bad_syntax, "two framings of one body");
  if (coding) {
    if (!equal_fold(*coding, "chunked")) co_return fail(Errc::bad_syntax, "a coding that is not chunked");
    message.was_chunked = true;
    const Result<void> read = co_await read_chunks(message, deadline);
    if (!read && read.error().code == Errc::closed) co_return fail(Errc::short_body, "the peer finished inside a body");
    co_return read;
  }
  if (length) {
    const auto count = parse_decimal<std::size_t>(*length);
    if (!count) co_return fail(Errc::bad_syntax, "a Content-Length that is not a number");
    co_return co_await read_bytes(message.body, *count, deadline);
  }
  if (rule == BodyRule::request) co_return Result<void>{};
  while (true) {
    message.body += std::exchange(buffer_, {});
    const Result<void> filled = co_await fill(deadline);
    if (!filled && filled.error().code == Errc::closed) co_return Result<void>{};
    CO_TRY_OK(filled);
  }
}

rt::Task<Result<void>> write_text(rt::Socket& socket, std::string_view bytes, Instant deadline) {
  while (!bytes.empty()) {
    const std::array<ByteView, 1> pieces{bytes};
    CO_TRY(const std::size_t taken, co_await socket.write(pieces, deadline));
    bytes.remove_prefix(taken);
  }
  co_return Result<void>{};
}

}  // namespace gust::sim
