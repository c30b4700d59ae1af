// AwsChunkedDecoder: takes the aws-chunked coding off a body as it arrives, and checks its signatures and checksums.
//
// Source: S3 API reference, "Signature calculations: transferring payload in multiple chunks", with and without
// trailers. Shape:  a pure push parser: feed() bytes, get payload as views into them. No copy of the payload, bounded
// state. Rules:  lines end with CRLF; a chunk's head is at most 256 bytes, all trailers together 4 KiB; the payload
// must have
//         exactly the decoded length; only the trailers announced may come, and all of them; each checksum must be
//         right.
// Needs:  payload is given out before its chunk's signature is known: keep nothing of it unless finish() succeeds.
// Errors: ServiceError: IncompleteBody, InvalidChunkSizeError, MalformedTrailerError, SignatureDoesNotMatch,
//         InvalidRequest, BadDigest.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "aws/service_error.h"
#include "aws/sigv4.h"
#include "base/bytes.h"
#include "base/digest.h"

namespace gust::aws {

// The checksum that an x-amz-checksum- header or trailer of this name (any case) carries, where we know it.
std::optional<DigestKind> checksum_of_header(std::string_view name);

class AwsChunkedDecoder {
 public:
  struct Options {
    PayloadMode mode = PayloadMode::unsigned_chunks_trailer;
    ChunkSigning signing;                 // of Verified; with the signed modes
    ByteCount decoded_length = 0;         // x-amz-decoded-content-length
    std::string_view announced_trailers;  // x-amz-trailer, comma-separated; empty: none
  };

  // fails   InvalidRequest for a trailer that is no known checksum, or trailers in a mode without them
  static Answer<AwsChunkedDecoder> make(const Options& options);

  struct Step {
    std::size_t taken;  // bytes of `in` that are done with; at least one, unless `in` is empty
    ByteView payload;   // a view into `in`, perhaps empty
  };
  // Takes from the front of `in` up to the end of one run of payload. Call again with what is left. After a failure, or
  // for bytes behind the end, every call fails.
  Answer<Step> feed(ByteView in);

  // To be called when the body has ended; fails unless it ended where the coding says so.
  Answer<std::monostate> finish() const;
  bool done() const { return state_ == State::done; }

  // The checksums that came as trailers and were right: lower-case name and the value as sent (base64).
  const std::vector<std::pair<std::string, std::string>>& checksums() const { return checksums_; }

 private:
  enum class State : std::uint8_t { head, data, data_end, trailer, end_line, done, failed };
  struct Announced {
    std::string name;
    Digest digest;
    bool seen = false;
  };

  explicit AwsChunkedDecoder(const Options& options);
  Answer<std::monostate> take_head(std::string_view line);
  Answer<std::monostate> take_trailer(std::string_view line);
  Answer<std::monostate> end_chunk();
  Answer<std::monostate> end_trailers();
  Answer<Step> advance(ByteView in);
  bool is_signed() const { return mode_ != PayloadMode::unsigned_chunks_trailer; }
  bool has_trailers() const { return mode_ != PayloadMode::signed_chunks; }

  PayloadMode mode_;
  ChunkSigning signing_;  // seed_signature is that of the chunk before
  ByteCount payload_left_;
  std::vector<Announced> announced_;
  std::vector<std::pair<std::string, std::string>> checksums_;

  State state_ = State::head;
  std::string line_;  // an unfinished line
  std::size_t trailer_bytes_ = 0;
  ByteCount chunk_left_ = 0;
  bool last_chunk_ = false;
  Digest chunk_digest_{DigestKind::sha256};
  std::string chunk_signature_;
  std::string trailer_text_;  // as it is signed
  bool trailer_signature_seen_ = false;
};

}  // namespace gust::aws
