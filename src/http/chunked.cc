#include "http/chunked.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "http/field_values.h"
#include "http/head_parser.h"
#include "http/scan_internal.h"

namespace gust::http {
namespace {

constexpr std::size_t size_digits_max = 15;

// `;name`, `;name=token` or `;name="quoted"`, any number of times (RFC 9112 section 7.1.1), without spaces.
bool are_extensions(ByteView text) {
  while (!text.empty()) {
    if (text.front() != ';') return false;
    text.remove_prefix(1);
    if (!take_parameter(text)) return false;
  }
  return true;
}

}  // namespace

// True when `line` holds a whole line without its CR LF: a view of `in` or of partial_.
Result<bool> ChunkedDecoder::take_line(ByteView& in, std::size_t bytes_max, ByteView& line) {
  const bool is_chunk_line = state_ == State::chunk_line;
  const Errc code = is_chunk_line ? Errc::bad_chunk : Errc::bad_trailer;
  const std::size_t newline = in.find('\n');
  const std::size_t taken = newline == ByteView::npos ? in.size() : newline + 1;
  if (partial_.size() + taken > bytes_max) return bad(code, "line in a chunked body longer than its limit");
  const bool is_whole = newline != ByteView::npos;
  if (is_whole && partial_.empty()) {
    line = in.substr(0, taken);
  } else {
    partial_.append(in.substr(0, taken));
    line = partial_;
  }
  in.remove_prefix(taken);
  if (!is_whole) return false;
  if (!line.ends_with("\r\n")) return bad(code, "bare LF in a chunked body");
  line.remove_suffix(2);
  if (has_control(line)) return bad(code, "control byte in a line of a chunked body");
  return true;
}

Result<void> ChunkedDecoder::take_chunk_line(ByteView line) {
  std::size_t digits = 0;
  chunk_left_ = 0;
  while (digits < line.size() && hex_digit_value(line[digits]) >= 0) {
    if (++digits > size_digits_max) return bad(Errc::bad_chunk, "chunk size with too many digits");
    chunk_left_ = chunk_left_ * 16 + static_cast<ByteCount>(hex_digit_value(line[digits - 1]));
  }
  if (digits == 0) return bad(Errc::bad_chunk, "chunk line without a size");
  const ByteView extensions = line.substr(digits);
  if (!extensions.empty()) {
    extension_bytes_ += extensions.size();
    if (extension_bytes_ > limits_.extension_bytes_max || !are_extensions(extensions)) {
      return bad(Errc::bad_chunk, "chunk extensions out of grammar or beyond their limit");
    }
  }
  state_ = chunk_left_ == 0 ? State::trailer_line : State::content;
  return {};
}

Result<void> ChunkedDecoder::take_trailer_line(ByteView line) {
  if (line.empty()) return finish();
  if (trailer_lines_.size() + line.size() + 2 > limits_.trailer_bytes_max) {
    return bad(Errc::bad_trailer, "trailer section longer than its limit");
  }
  trailer_lines_.append(line).append("\r\n");
  return {};
}

Result<void> ChunkedDecoder::finish() {
  if (!read_field_lines(trailer_lines_, limits_.trailer_fields_max, side_, trailers_)) {
    return bad(Errc::bad_trailer, "trailer section out of grammar or with too many fields");
  }
  for (const Field& field : trailers_) {
    if (is_forbidden_trailer(field.known)) return bad(Errc::bad_trailer, "a field that may not be a trailer");
  }
  state_ = State::finished;
  return {};
}

Result<ChunkedDecoder::Step> ChunkedDecoder::read(ByteView in) {
  const std::size_t size = in.size();
  ByteView line;
  while (!in.empty() && state_ != State::finished) {
    switch (state_) {
      case State::chunk_line: {
        TRY(const bool whole, take_line(in, limits_.line_bytes_max, line));
        if (whole) TRY_OK(take_chunk_line(line));
        if (whole) partial_.clear();
        break;
      }
      case State::content: {
        const std::size_t bytes = static_cast<std::size_t>(std::min<ByteCount>(chunk_left_, in.size()));
        const ByteView content = in.substr(0, bytes);
        in.remove_prefix(bytes);
        chunk_left_ -= bytes;
        if (chunk_left_ == 0) state_ = State::content_end;
        return Step{size - in.size(), content, false};
      }
      case State::content_end: {
        // At most two bytes, which may come one at a time.
        const ByteView expected = partial_.empty() ? "\r" : "\n";
        if (in.front() != expected.front()) return bad(Errc::bad_chunk, "no CR LF behind a chunk");
        in.remove_prefix(1);
        if (partial_.empty()) {
          partial_ = "\r";
        } else {
          partial_.clear();
          state_ = State::chunk_line;
        }
        break;
      }
      case State::trailer_line: {
        TRY(const bool whole, take_line(in, limits_.trailer_bytes_max, line));
        if (whole) TRY_OK(take_trailer_line(line));
        if (whole) partial_.clear();
        break;
      }
      case State::finished:
        break;
    }
  }
  return Step{size - in.size(), {}, state_ == State::finished};
}

bool is_forbidden_trailer(Name name) {
  switch (name) {
    case Name::age:
    case Name::authorization:
    case Name::cache_control:
    case Name::connection:
    case Name::content_encoding:
    case Name::content_length:
    case Name::content_range:
    case Name::content_type:
    case Name::cookie:
    case Name::date:
    case Name::expect:
    case Name::expires:
    case Name::forwarded:
    case Name::host:
    case Name::http2_settings:
    case Name::if_match:
    case Name::if_modified_since:
    case Name::if_none_match:
    case Name::if_range:
    case Name::if_unmodified_since:
    case Name::keep_alive:
    case Name::location:
    case Name::max_forwards:
    case Name::pragma:
    case Name::proxy_authenticate:
    case Name::proxy_authentication_info:
    case Name::proxy_authorization:
    case Name::proxy_connection:
    case Name::range:
    case Name::retry_after:
    case Name::set_cookie:
    case Name::te:
    case Name::trailer:
    case Name::transfer_encoding:
    case Name::upgrade:
    case Name::vary:
    case Name::via:
    case Name::warning:
    case Name::www_authenticate:
    case Name::x_forwarded_for:
    case Name::x_forwarded_host:
    case Name::x_forwarded_proto:
      return true;
    default:
      return false;
  }
}

ChunkLine::ChunkLine(ByteCount bytes) {
  char* const begin = text_.data();
  char* const end = std::to_chars(begin, begin + 16, bytes, 16).ptr;
  size_ = static_cast<std::size_t>(std::ranges::copy(chunk_end, end).out - begin);
}

}  // namespace gust::http
