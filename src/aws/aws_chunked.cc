#include "aws/aws_chunked.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/result.h"
#include "base/text.h"

namespace gust::aws {
namespace {

constexpr std::size_t head_bytes_max = 256;
constexpr std::size_t trailer_bytes_max = 4096;

std::unexpected<ServiceError> bad_framing() {
  return refuse("InvalidChunkSizeError", 400, "The chunked encoding of the request body is malformed.");
}
std::unexpected<ServiceError> bad_trailer(std::string message) {
  return refuse("MalformedTrailerError", 400, std::move(message));
}
std::unexpected<ServiceError> bad_signature() {
  return refuse("SignatureDoesNotMatch", 403,
                "The chunk signature we calculated does not match the signature you provided. Check your key and "
                "signing method.");
}
std::unexpected<ServiceError> wrong_length() {
  return refuse("IncompleteBody", 400,
                "The request body terminated unexpectedly or differs in length from x-amz-decoded-content-length.");
}

}  // namespace

std::optional<DigestKind> checksum_of_header(std::string_view name) {
  if (equal_fold(name, "x-amz-checksum-crc32")) return DigestKind::crc32;
  if (equal_fold(name, "x-amz-checksum-crc32c")) return DigestKind::crc32c;
  if (equal_fold(name, "x-amz-checksum-crc64nvme")) return DigestKind::crc64nvme;
  if (equal_fold(name, "x-amz-checksum-sha1")) return DigestKind::sha1;
  if (equal_fold(name, "x-amz-checksum-sha256")) return DigestKind::sha256;
  return std::nullopt;
}

AwsChunkedDecoder::AwsChunkedDecoder(const Options& options)
    : mode_(options.mode), signing_(options.signing), payload_left_(options.decoded_length) {}

Answer<AwsChunkedDecoder> AwsChunkedDecoder::make(const Options& options) {
  AwsChunkedDecoder decoder(options);
  if (options.announced_trailers.empty()) return decoder;
  if (!decoder.has_trailers()) {
    return refuse("InvalidRequest", 400, "x-amz-trailer needs a streaming payload with trailers.");
  }
  for (const std::string_view piece : split(options.announced_trailers, ',')) {
    std::string name = to_lower(trim(piece));
    const auto kind = checksum_of_header(name);
    const bool repeated = std::ranges::find(decoder.announced_, name, &Announced::name) != decoder.announced_.end();
    if (!kind || repeated) {
      return refuse("InvalidRequest", 400, "The value specified in the x-amz-trailer header is not supported");
    }
    decoder.announced_.push_back({std::move(name), Digest(*kind)});
  }
  return decoder;
}

Answer<AwsChunkedDecoder::Step> AwsChunkedDecoder::feed(ByteView in) {
  if (in.empty()) return Step{0, {}};
  auto step = advance(in);
  if (!step) state_ = State::failed;
  return step;
}

Answer<std::monostate> AwsChunkedDecoder::finish() const {
  if (state_ != State::done) return wrong_length();
  return {};
}

Answer<AwsChunkedDecoder::Step> AwsChunkedDecoder::advance(ByteView in) {
  if (state_ == State::done || state_ == State::failed) return wrong_length();
  if (state_ == State::data) {
    const ByteView payload = in.substr(0, static_cast<std::size_t>(std::min<ByteCount>(chunk_left_, in.size())));
    if (is_signed()) chunk_digest_.update(payload);
    for (Announced& trailer : announced_) trailer.digest.update(payload);
    chunk_left_ -= payload.size();
    payload_left_ -= payload.size();
    if (chunk_left_ == 0) state_ = State::data_end;
    return Step{payload.size(), payload};
  }
  // Every other state takes a line.
  const std::size_t end = in.find('\n');
  const std::size_t taken = end == ByteView::npos ? in.size() : end + 1;
  const std::size_t line_max = state_ == State::trailer ? trailer_bytes_max - trailer_bytes_ : head_bytes_max;
  if (line_.size() + taken > line_max) {
    return state_ == State::trailer ? bad_trailer("The trailers are too long.") : bad_framing();
  }
  line_.append(in.substr(0, taken));
  if (end == ByteView::npos) return Step{taken, {}};
  if (!line_.ends_with("\r\n") || line_.find('\r') != line_.size() - 2) return bad_framing();
  const std::string whole = std::exchange(line_, {});
  const std::string_view line = std::string_view(whole).substr(0, whole.size() - 2);
  switch (state_) {
    case State::head:
      TRY_OK(take_head(line));
      break;
    case State::data_end:
      if (!line.empty()) return bad_framing();
      TRY_OK(end_chunk());
      break;
    case State::trailer:
      trailer_bytes_ += whole.size();
      TRY_OK(take_trailer(line));
      break;
    case State::end_line:
      if (!line.empty()) return bad_framing();
      state_ = State::done;
      break;
    case State::data:
    case State::done:
    case State::failed:
      break;
  }
  return Step{taken, {}};
}

// `SIZE` or `SIZE;chunk-signature=HEX`, the size in hexadecimal digits.
Answer<std::monostate> AwsChunkedDecoder::take_head(std::string_view line) {
  const Cut parts = cut(line, ';');
  if (parts.before.empty() || parts.before.size() > 15) return bad_framing();
  chunk_left_ = 0;
  for (const char c : parts.before) {
    const int digit = hex_digit_value(c);
    if (digit < 0) return bad_framing();
    chunk_left_ = chunk_left_ << 4 | static_cast<ByteCount>(digit);
  }
  if (is_signed()) {
    constexpr std::string_view name = "chunk-signature=";
    if (!parts.after.starts_with(name) || parts.after.size() != name.size() + 64) return bad_framing();
    chunk_signature_ = parts.after.substr(name.size());
    chunk_digest_ = Digest(DigestKind::sha256);
  } else if (parts.found) {
    return bad_framing();
  }
  if (chunk_left_ > payload_left_) return wrong_length();
  last_chunk_ = chunk_left_ == 0;
  if (!last_chunk_) {
    state_ = State::data;
    return {};
  }
  if (payload_left_ != 0) return wrong_length();
  return end_chunk();
}

Answer<std::monostate> AwsChunkedDecoder::end_chunk() {
  if (is_signed()) {
    const std::string to_sign =
        fmt::format("AWS4-HMAC-SHA256-PAYLOAD\n{}\n{}\n{}\n{}\n{}", signing_.date, signing_.scope,
                    signing_.seed_signature, empty_payload_sha256, hex_of(chunk_digest_.finish()));
    if (!equal_in_constant_time(hex_of(hmac_sha256(signing_.key, to_sign)), chunk_signature_)) return bad_signature();
    signing_.seed_signature = chunk_signature_;
  }
  state_ = !last_chunk_ ? State::head : has_trailers() ? State::trailer : State::end_line;
  return {};
}

Answer<std::monostate> AwsChunkedDecoder::take_trailer(std::string_view line) {
  if (line.empty()) return end_trailers();
  const Cut pair = cut(line, ':');
  const std::string name = to_lower(pair.before);
  const std::string_view value = trim(pair.after);
  if (name == "x-amz-trailer-signature") {
    if (!is_signed() || trailer_signature_seen_)
      return bad_trailer("The request contained a trailer signature that was not expected.");
    const std::string to_sign =
        fmt::format("AWS4-HMAC-SHA256-TRAILER\n{}\n{}\n{}\n{}", signing_.date, signing_.scope, signing_.seed_signature,
                    hex_of(digest_of(DigestKind::sha256, trailer_text_)));
    if (!equal_in_constant_time(hex_of(hmac_sha256(signing_.key, to_sign)), value)) return bad_signature();
    trailer_signature_seen_ = true;
    return {};
  }
  const auto trailer = std::ranges::find(announced_, name, &Announced::name);
  if (!pair.found || trailer == announced_.end() || trailer->seen || trailer_signature_seen_) {
    return bad_trailer(
        "The request contained trailing data that was not well-formed or did not conform to our "
        "published schema.");
  }
  trailer->seen = true;
  const auto sent = bytes_of_base64(value);
  if (!sent || sent->size() != size_of(trailer->digest.kind())) {
    return refuse("InvalidRequest", 400, fmt::format("Value for {} trailing header is invalid.", name));
  }
  if (!equal_in_constant_time(trailer->digest.finish(), *sent)) {
    return refuse("BadDigest", 400,
                  fmt::format("The {} you specified did not match the calculated checksum.",
                              name.substr(std::string_view("x-amz-checksum-").size())));
  }
  trailer_text_ += fmt::format("{}:{}\n", name, value);
  checksums_.emplace_back(name, value);
  return {};
}

Answer<std::monostate> AwsChunkedDecoder::end_trailers() {
  if (!std::ranges::all_of(announced_, &Announced::seen)) return bad_trailer("An announced trailer did not come.");
  if (is_signed() && !trailer_signature_seen_) return bad_trailer("The trailer signature did not come.");
  state_ = State::done;
  return {};
}

}  // namespace gust::aws
