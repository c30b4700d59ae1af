// Chunked transfer coding: a strict incremental decoder, and the pieces that encode.
//
// Source: RFC 9112 section 7.1; RFC 9110 section 6.5; SECURITY "HTTP/1 framing".
// Shape:  stricter than RFC 9112: no spaces in a chunk line, sizes of at most 15 digits, extensions checked, bounded
// and
//         dropped, trailer fields that frame, route, control or authenticate refused.
#pragma once

#include <array>
#include <cstddef>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "http/fields.h"

namespace gust::http {

struct ChunkedLimits {
  std::size_t line_bytes_max = 512;          // one chunk line: size and extensions
  std::size_t extension_bytes_max = 16'384;  // of all chunk lines of one body
  std::size_t trailer_bytes_max = 8'192;
  std::size_t trailer_fields_max = 32;
};

// Takes the chunked form in pieces of any size and gives the content as views of them.
class ChunkedDecoder {
 public:
  explicit ChunkedDecoder(Side side, const ChunkedLimits& limits = {}) : side_(side), limits_(limits) {}

  struct Step {
    std::size_t taken;  // bytes from the front of `in`
    ByteView content;   // the next bytes of content, a view of `in`; may be empty
    bool is_finished;   // the end of the body, trailers included, was taken
  };
  // Takes from `in` up to the end of the next run of content. Takes all of `in` unless it gives content or finishes.
  //   needs   not finished and not failed before
  //   fails   bad_chunk, bad_trailer
  Result<Step> read(ByteView in);

  // The trailer fields, views into the decoder; complete once finished.
  const Fields& trailers() const { return trailers_; }
  bool is_finished() const { return state_ == State::finished; }

 private:
  enum class State : std::uint8_t { chunk_line, content, content_end, trailer_line, finished };

  Result<bool> take_line(ByteView& in, std::size_t bytes_max, ByteView& line);
  Result<void> take_chunk_line(ByteView line);
  Result<void> take_trailer_line(ByteView line);
  Result<void> finish();
  std::unexpected<Error> bad(Errc code, std::string_view static_text) const { return fail(code, side_, static_text); }

  Side side_;
  State state_ = State::chunk_line;
  ChunkedLimits limits_;
  ByteCount chunk_left_ = 0;
  std::size_t extension_bytes_ = 0;
  std::string partial_;  // the front of a line whose end has not come
  std::string trailer_lines_;
  Fields trailers_;
};

// True for names that may not come behind the content (RFC 9110 section 6.5.1): whoever read the head has acted
// already.
bool is_forbidden_trailer(Name name);

// The line in front of a chunk of `bytes` (at least 1); behind the chunk comes `chunk_end`.
class ChunkLine {
 public:
  explicit ChunkLine(ByteCount bytes);
  ByteView view() const { return {text_.data(), size_}; }

 private:
  std::array<char, 18> text_;
  std::size_t size_;
};
inline constexpr ByteView chunk_end = "\r\n";
// Ends a body without trailers.
inline constexpr ByteView last_chunk = "0\r\n\r\n";
// Ends the chunks; the trailer lines and an empty line follow.
inline constexpr ByteView last_chunk_before_trailers = "0\r\n";

}  // namespace gust::http
