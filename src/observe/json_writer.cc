#include <fmt/format.h>

#include <iterator>

#include "base/text.h"
#include "observe/json_writer_internal.h"

namespace gust::observe {
namespace {

// The code point of well-formed UTF-8 at `at`, which moves behind it.
char32_t take_code_point(ByteView text, std::size_t& at) {
  const auto byte = static_cast<unsigned char>(text[at++]);
  if (byte < 0x80) return byte;
  const int more = byte >= 0xF0 ? 3 : byte >= 0xE0 ? 2 : 1;
  char32_t point = byte & (0x3FU >> more);
  for (int i = 0; i < more; ++i) point = point << 6 | (static_cast<unsigned char>(text[at++]) & 0x3FU);
  return point;
}

void append_escaped(char32_t point, std::string& out) {
  if (point == '"' || point == '\\') {
    out += '\\';
    out += static_cast<char>(point);
  } else if (point >= 32 && point < 127) {
    out += static_cast<char>(point);
  } else if (point < 0x10000) {
    fmt::format_to(std::back_inserter(out), "\\u{:04X}", static_cast<unsigned>(point));
  } else {
    const auto rest = static_cast<unsigned>(point) - 0x10000;
    fmt::format_to(std::back_inserter(out), "\\u{:04X}\\u{:04X}", 0xD800 + (rest >> 10), 0xDC00 + (rest & 0x3FF));
  }
}

}  // namespace

void JsonWriter::begin(ByteView name) {
  if (!first_) out_ += ',';
  first_ = false;
  if (name.empty()) return;
  string(name);
  out_ += ':';
}

void JsonWriter::string(ByteView value) {
  const ByteView shown = value.substr(0, text_bytes_max_);
  const bool utf8 = is_utf8(shown);
  out_ += '"';
  for (std::size_t at = 0; at < shown.size();) {
    append_escaped(utf8 ? take_code_point(shown, at) : static_cast<unsigned char>(shown[at++]), out_);
  }
  if (shown.size() < value.size()) out_ += "...";
  out_ += '"';
}

void JsonWriter::open(ByteView name, char bracket) {
  begin(name);
  out_ += bracket;
  first_ = true;
}

void JsonWriter::close(char bracket) {
  out_ += bracket;
  first_ = false;
}

void JsonWriter::text(ByteView name, ByteView value) {
  if (value.empty()) return;
  begin(name);
  string(value);
}

void JsonWriter::element(ByteView value) {
  begin("");
  string(value);
}

void JsonWriter::number(ByteView name, std::uint64_t value) {
  begin(name);
  out_ += std::to_string(value);
}

void JsonWriter::flag(ByteView name, bool value) {
  begin(name);
  out_ += value ? "true" : "false";
}

void JsonWriter::seconds(ByteView name, Duration value) {
  begin(name);
  fmt::format_to(std::back_inserter(out_), "{:.3f}", std::chrono::duration<double>(value).count());
}

void JsonWriter::raw(ByteView name, ByteView json) {
  begin(name);
  out_ += json;
}

}  // namespace gust::observe
