// What the floor programs answer, the same bytes whatever they send them by.
#pragma once

#include <cstddef>
#include <string>

namespace floor_answers {

constexpr std::size_t small_bytes = 1024;
constexpr std::size_t unique_bytes = 10 * 1024;
constexpr std::size_t large_bytes = 100 * 1024;
constexpr std::size_t huge_bytes = 1024 * 1024;

inline std::string make_head(std::size_t body_bytes) {
  return "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nCache-Control: max-age=86400\r\n"
         "ETag: \"1\"\r\nLast-Modified: Thu, 01 Jan 2026 00:00:00 GMT\r\nContent-Length: " +
         std::to_string(body_bytes) + "\r\n\r\n";
}

inline std::string make_answer(std::size_t body_bytes) { return make_head(body_bytes) + std::string(body_bytes, 'x'); }

}  // namespace floor_answers
