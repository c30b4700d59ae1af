#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "bucket/s3_payload_internal.h"

namespace gust::bucket {
namespace {

bool is_chunked(aws::PayloadMode mode) {
  return mode != aws::PayloadMode::hashed && mode != aws::PayloadMode::unsigned_body;
}

std::optional<ChecksumKind> kind_of_header(std::string_view name) {
  for (const ChecksumKind kind : all_checksum_kinds) {
    if (equal_fold(name, header_of(kind))) return kind;
  }
  return std::nullopt;
}

}  // namespace

aws::Answer<Checksum> read_checksum_text(ChecksumKind kind, std::string_view text) {
  auto value = bytes_of_base64(text);
  if (!value || value->size() != size_of(digest_of(kind))) {
    return std::unexpected(s3_error("InvalidRequest", fmt::format("Value for {} header is invalid.", header_of(kind))));
  }
  return Checksum{.kind = kind, .type = ChecksumType::full_object, .value = *std::move(value), .parts = 0};
}

aws::Answer<Payload> Payload::make(S3Call& call, bool reads_checksums) {
  Payload payload(call);
  TRY_OK(payload.read_md5());
  if (reads_checksums) TRY_OK(payload.read_checksums());
  TRY_OK(payload.read_coding());
  return payload;
}

aws::Answer<std::monostate> Payload::read_md5() {
  const auto text = call_->header("Content-MD5");
  if (!text) return {};
  md5_ = bytes_of_base64(*text);
  if (!md5_ || md5_->size() != 16) return std::unexpected(s3_error("InvalidDigest"));
  return {};
}

aws::Answer<std::monostate> Payload::read_checksums() {
  for (const ChecksumKind kind : all_checksum_kinds) {
    const auto text = call_->header(header_of(kind));
    if (!text) continue;
    TRY(Checksum checksum, read_checksum_text(kind, *text));
    expected_.push_back(std::move(checksum));
  }
  const auto announced = call_->header("x-amz-trailer").value_or("");
  for (const std::string_view name : split(announced, ',')) {
    const auto kind = kind_of_header(trim(name));
    if (!kind && !trim(name).empty()) {
      return std::unexpected(
          s3_error("InvalidRequest", "The value specified in the x-amz-trailer header is not supported"));
    }
    if (kind) trailing_.push_back(*kind);
  }
  if (expected_.size() + trailing_.size() > 1) {
    return std::unexpected(s3_error(
        "InvalidRequest", "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."));
  }
  if (call_->header("x-amz-sdk-checksum-algorithm") && expected_.empty() && trailing_.empty() && !md5_) {
    return std::unexpected(s3_error("InvalidRequest",
                                    "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or "
                                    "x-amz-trailer headers were found."));
  }
  return {};
}

aws::Answer<std::monostate> Payload::read_coding() {
  const http::BodyFraming framing = call_->exchange.request_framing();
  if (framing.kind == http::BodyFraming::length) length_ = framing.bytes;
  if (framing.kind == http::BodyFraming::none) length_ = 0;
  if (!call_->verified) return {};
  const aws::Verified& verified = *call_->verified;
  if (verified.payload == aws::PayloadMode::hashed) hash_.emplace();
  if (!is_chunked(verified.payload)) return {};

  const auto decoded = call_->header("x-amz-decoded-content-length");
  if (!decoded) return std::unexpected(s3_error("MissingContentLength"));
  length_ = parse_decimal<ByteCount>(*decoded);
  if (!length_) {
    return std::unexpected(s3_error("InvalidArgument", "The x-amz-decoded-content-length header is not a number."));
  }
  TRY(auto decoder, aws::AwsChunkedDecoder::make({.mode = verified.payload,
                                                  .signing = verified.chunks,
                                                  .decoded_length = *length_,
                                                  .announced_trailers = call_->header("x-amz-trailer").value_or("")}));
  decoder_.emplace(std::move(decoder));
  return {};
}

std::vector<ChecksumKind> Payload::kinds_to_compute() const {
  std::vector<ChecksumKind> kinds;
  for (const Checksum& checksum : expected_) kinds.push_back(checksum.kind);
  return kinds;
}

rt::Task<aws::Answer<ByteView>> Payload::next() {
  while (true) {
    if (rest_.empty()) {
      CO_TRY(slice_, answer_of(co_await call_->exchange.body().read(never)));
      rest_ = slice_.view();
      if (rest_.empty()) {
        CO_TRY_OK(end());
        co_return ByteView();
      }
    }
    ByteView bytes = std::exchange(rest_, {});
    if (decoder_) {
      CO_TRY(const auto step, decoder_->feed(bytes));
      rest_ = bytes.substr(step.taken);
      bytes = step.payload;
    }
    if (bytes.empty()) continue;
    if (hash_) hash_->update(bytes);
    taken_ += bytes.size();
    co_return bytes;
  }
}

aws::Answer<std::monostate> Payload::end() {
  if (decoder_) TRY_OK(decoder_->finish());
  if (length_ && taken_ != *length_) return std::unexpected(s3_error("IncompleteBody"));
  if (!hash_) return {};
  const std::string computed = hex_of(std::exchange(hash_, std::nullopt)->finish());
  if (computed == call_->verified->payload_sha256) return {};
  aws::ServiceError error = s3_error("XAmzContentSHA256Mismatch");
  error.details = {{"ClientComputedContentSHA256", call_->verified->payload_sha256},
                   {"S3ComputedContentSHA256", computed}};
  return std::unexpected(std::move(error));
}

aws::Answer<std::monostate> Payload::check(std::string_view md5, std::vector<Checksum>& computed) const {
  if (md5_ && *md5_ != md5) {
    aws::ServiceError error = s3_error("BadDigest", "The Content-MD5 you specified did not match what we received.");
    error.details = {{"ExpectedDigest", base64_of(*md5_)}, {"CalculatedDigest", base64_of(md5)}};
    return std::unexpected(std::move(error));
  }
  for (const Checksum& expected : expected_) {
    const Checksum* found = find_checksum(computed, expected.kind);
    if (found == nullptr || found->value != expected.value) {
      return std::unexpected(s3_error("BadDigest", fmt::format("The {} you specified did not match the calculated "
                                                               "checksum.",
                                                               name_of(expected.kind))));
    }
  }
  if (!decoder_) return {};
  for (const auto& [name, text] : decoder_->checksums()) {
    const auto kind = kind_of_header(name);
    if (!kind || find_checksum(computed, *kind) != nullptr) continue;
    TRY(Checksum checksum, read_checksum_text(*kind, text));
    computed.push_back(std::move(checksum));
  }
  return {};
}

rt::Task<aws::Answer<std::string>> read_document(S3Call& call, DocumentChecks checks) {
  CO_TRY(Payload payload, Payload::make(call, checks == DocumentChecks::all));
  std::string document;
  while (true) {
    CO_TRY(const ByteView bytes, co_await payload.next());
    if (bytes.empty()) break;
    if (bytes.size() > call.options.document_bytes_max - document.size()) {
      co_return std::unexpected(s3_error("MaxMessageLengthExceeded"));
    }
    document += bytes;
  }
  std::vector<Checksum> computed;
  for (const ChecksumKind kind : payload.kinds_to_compute()) {
    computed.push_back(
        {.kind = kind, .type = ChecksumType::full_object, .value = digest_of(digest_of(kind), document), .parts = 0});
  }
  CO_TRY_OK(payload.check(digest_of(DigestKind::md5, document), computed));
  co_return document;
}

rt::Task<aws::Answer<WrittenBody>> write_payload(S3Call& call, std::vector<ChecksumKind> more) {
  CO_TRY(Payload payload, Payload::make(call));
  if (!payload.length()) co_return std::unexpected(s3_error("MissingContentLength"));
  if (*payload.length() > call.options.put_bytes_max) {
    aws::ServiceError error = s3_error("EntityTooLarge");
    error.details = {{"ProposedSize", std::to_string(*payload.length())},
                     {"MaxSizeAllowed", std::to_string(call.options.put_bytes_max)}};
    co_return std::unexpected(std::move(error));
  }
  for (const ChecksumKind kind : payload.kinds_to_compute()) {
    if (std::ranges::find(more, kind) == more.end()) more.push_back(kind);
  }
  const auto writer = call.store.begin_body(std::move(more));
  // Small pieces are put together, so that a call to the disk is made for each body_buffer_bytes only.
  std::string buffer;
  while (true) {
    CO_TRY(const ByteView bytes, co_await payload.next());
    if (buffer.size() + bytes.size() > body_buffer_bytes || bytes.empty()) {
      CO_TRY_OK(answer_of(co_await writer->write(buffer)));
      buffer.clear();
    }
    if (bytes.empty()) break;
    if (bytes.size() >= body_buffer_bytes) {
      CO_TRY_OK(answer_of(co_await writer->write(bytes)));
    } else {
      buffer += bytes;
    }
  }
  CO_TRY(WrittenBody written, answer_of(co_await writer->finish()));
  CO_TRY_OK(payload.check(written.md5, written.checksums));
  co_return written;
}

}  // namespace gust::bucket
