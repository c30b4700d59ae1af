// Frames of HTTP/2 as a viewer of a test says them.
//
// Source: RFC 9113 sections 4.1, 6 and 7; RFC 7541 section 6.2.2.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "http/http2_connection.h"

namespace gust::http {

using Lines = std::vector<std::pair<std::string, std::string>>;

// Frame types, flags and error codes of RFC 9113 sections 6 and 7.
enum FrameType : std::uint8_t {
  data_frame = 0,
  headers_frame = 1,
  priority_frame = 2,
  reset_frame = 3,
  settings_frame = 4,
  push_frame = 5,
  ping_frame = 6,
  goaway_frame = 7,
  window_frame = 8,
  continuation_frame = 9,
};
inline constexpr std::uint8_t end_stream = 1;
inline constexpr std::uint8_t ack = 1;
inline constexpr std::uint8_t end_headers = 4;
inline constexpr std::uint8_t padded = 8;
inline constexpr std::uint8_t with_priority = 32;
enum ErrorCode : std::uint32_t {
  no_error = 0,
  protocol_error = 1,
  internal_error = 2,
  flow_control_error = 3,
  stream_closed = 5,
  frame_size_error = 6,
  refused_stream = 7,
  cancel = 8,
  compression_error = 9,
  enhance_your_calm = 11,
};

// Big-endian.
inline std::string number(std::uint32_t value, int bytes) {
  std::string text;
  for (int i = bytes - 1; i >= 0; --i) text.push_back(static_cast<char>(value >> (8 * i)));
  return text;
}

inline std::string frame(std::uint8_t type, std::uint8_t flags, std::uint32_t stream, const std::string& payload) {
  return number(static_cast<std::uint32_t>(payload.size()), 3) + static_cast<char>(type) + static_cast<char>(flags) +
         number(stream, 4) + payload;
}

// Field lines as literals that no table keeps (RFC 7541 section 6.2.2).
inline std::string block(const Lines& lines) {
  std::string text;
  const auto put = [&](const std::string& part) {
    // RFC 7541 section 5.1, with a prefix of seven bits.
    if (part.size() < 127) {
      text.push_back(static_cast<char>(part.size()));
    } else {
      text.push_back(127);
      std::size_t rest = part.size() - 127;
      for (; rest >= 128; rest /= 128) text.push_back(static_cast<char>(rest % 128 + 128));
      text.push_back(static_cast<char>(rest));
    }
    text += part;
  };
  for (const auto& [name, value] : lines) {
    text.push_back('\0');
    put(name);
    put(value);
  }
  return text;
}

// The lines of a GET, or of another method, with more behind them.
inline Lines request(const std::string& path, const Lines& more = {}, const std::string& method = "GET") {
  Lines lines{{":method", method}, {":scheme", "http"}, {":path", path}, {":authority", "h.test"}};
  lines.insert(lines.end(), more.begin(), more.end());
  return lines;
}

inline std::string headers(std::uint32_t stream, const Lines& lines, std::uint8_t flags = end_stream | end_headers) {
  const std::string all = block(lines);
  constexpr std::size_t most = 16'384;
  if (all.size() <= most) return frame(headers_frame, flags, stream, all);
  std::string text = frame(headers_frame, flags & ~end_headers, stream, all.substr(0, most));
  for (std::size_t at = most; at < all.size(); at += most) {
    const bool is_last = at + most >= all.size();
    text += frame(continuation_frame, is_last ? end_headers : 0, stream, all.substr(at, most));
  }
  return text;
}

inline std::string get(std::uint32_t stream, const std::string& path, const Lines& more = {}) {
  return headers(stream, request(path, more));
}
inline std::string data(std::uint32_t stream, const std::string& bytes, std::uint8_t flags = 0) {
  return frame(data_frame, flags, stream, bytes);
}
inline std::string reset(std::uint32_t stream, std::uint32_t code = cancel) {
  return frame(reset_frame, 0, stream, number(code, 4));
}
inline std::string window(std::uint32_t stream, std::uint32_t more) {
  return frame(window_frame, 0, stream, number(more, 4));
}

// SETTINGS with identifiers and values.
inline std::string settings(const std::vector<std::pair<std::uint16_t, std::uint32_t>>& values = {}) {
  std::string payload;
  for (const auto& [id, value] : values) payload += number(id, 2) + number(value, 4);
  return frame(settings_frame, 0, 0, payload);
}

// The preface, empty SETTINGS, and that ours are in force.
inline std::string hello() { return std::string(http2_preface) + settings() + frame(settings_frame, ack, 0, ""); }

}  // namespace gust::http
