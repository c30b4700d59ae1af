// Answer: one response of a server under load, read as it comes; what it was is kept, its content is not.
//
// Source: RFC 9112 sections 4 to 7, by the readers of src/http.
// Shape:  the caller's buffer holds what has come; read() takes from its front. Content of known length need not be
//         read at all: content_left() tells how much of it the caller may drop in the kernel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "http/chunked.h"
#include "http/head_parser.h"
#include "http/message.h"

namespace gust::bench {

// What tells a hit from a miss: a field, and perhaps texts of which its value contains one (in either case).
class HitRule {
 public:
  HitRule() = default;  // nothing is a hit
  // `NAME` (a hit where the field is there), or `NAME=text|text`.
  explicit HitRule(ByteView rule);
  bool holds(const http::Fields& fields) const;

 private:
  std::string name_;
  std::vector<std::string> texts_;  // lower case
};

class Answer {
 public:
  explicit Answer(const HitRule* rule) : rule_(rule) {}

  // Takes what it can from the front of `in`, at most up to the answer's end.
  //   gives   how many bytes it took; the others are to be there again, with more, at the next call
  //   fails   as http::read_response_head, http::framing_of and http::ChunkedDecoder
  Result<std::size_t> read(ByteView in);
  // Content of known length that was neither read nor dropped.
  ByteCount content_left() const { return content_left_; }
  // `bytes` of that content were dropped unread.
  void drop(ByteCount bytes);
  // The server closed the connection. True if that ends the answer as its head says.
  bool close();
  // For the next answer on the connection.
  void clear();

  bool is_finished() const { return state_ == State::finished; }
  // Good once finished.
  int status() const { return status_; }
  bool is_hit() const { return is_hit_; }
  bool wants_close() const { return wants_close_; }
  ByteCount content_bytes() const { return content_bytes_; }

 private:
  enum class State : std::uint8_t { head, length, chunked, until_close, finished };
  Result<std::size_t> read_head(ByteView in);
  Result<std::size_t> read_chunks(ByteView in);

  const HitRule* rule_;
  State state_ = State::head;
  http::HeadScan scan_;
  http::ResponseHead head_;
  std::optional<http::ChunkedDecoder> chunks_;
  int status_ = 0;
  bool is_hit_ = false;
  bool wants_close_ = false;
  ByteCount content_left_ = 0;
  ByteCount content_bytes_ = 0;
};

}  // namespace gust::bench
