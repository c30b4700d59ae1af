// Payload: the body of a request with its aws-chunked coding taken off, checked against all that the request says of
// it.
//
// Source: Amazon S3 user guide, "Checking object integrity"; SigV4 "x-amz-content-sha256" for S3.
// Shape:  make() looks at the headers, before a byte is asked for (so before "100 Continue"); next() gives the payload
//         piece by piece and fails where length, hash, chunk signatures or trailing checksums are wrong; what it gave
//         is to be kept only when it came to its end and check() agreed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "aws/aws_chunked.h"
#include "base/bytes.h"
#include "base/digest.h"
#include "bucket/body.h"
#include "bucket/checksum.h"
#include "bucket/s3_call_internal.h"

namespace gust::bucket {

class Payload {
 public:
  // fails: InvalidDigest, InvalidRequest (checksum headers), InvalidArgument, MissingContentLength
  static aws::Answer<Payload> make(S3Call& call, bool reads_checksums = true);

  // Of the payload; nothing where it is not told beforehand.
  std::optional<ByteCount> length() const { return length_; }
  // What the taker of the bytes has to compute for check(), beside MD5.
  std::vector<ChecksumKind> kinds_to_compute() const;

  // The next bytes, good until the next call; empty at the end.
  //   fails  IncompleteBody, XAmzContentSHA256Mismatch, RequestTimeout, and as AwsChunkedDecoder
  rt::Task<aws::Answer<ByteView>> next();

  // Compares with Content-MD5 and the checksum headers, after the end. `computed` gets the checksums that came as
  // trailers.
  //   fails  BadDigest
  aws::Answer<std::monostate> check(std::string_view md5, std::vector<Checksum>& computed) const;

 private:
  explicit Payload(S3Call& call) : call_(&call) {}
  aws::Answer<std::monostate> read_md5();
  aws::Answer<std::monostate> read_checksums();
  aws::Answer<std::monostate> read_coding();
  aws::Answer<std::monostate> end();

  S3Call* call_;
  std::optional<ByteCount> length_;
  std::optional<std::string> md5_;  // raw bytes
  std::vector<Checksum> expected_;  // of headers
  std::vector<ChecksumKind> trailing_;
  std::optional<aws::AwsChunkedDecoder> decoder_;
  std::optional<Sha256> hash_;
  Slice slice_;
  ByteView rest_;  // of slice_
  ByteCount taken_ = 0;
};

// The value of an x-amz-checksum- header or an XML element. fails: InvalidRequest
aws::Answer<Checksum> read_checksum_text(ChecksumKind kind, std::string_view text);

// All of it, for documents. fails: MaxMessageLengthExceeded, and as Payload
//   checks  md5_only where the checksum headers are not of the document but of an object
enum class DocumentChecks : std::uint8_t { all, md5_only };
rt::Task<aws::Answer<std::string>> read_document(S3Call& call, DocumentChecks checks = DocumentChecks::all);

// Streams the payload into a new body, computing `more` kinds of checksums too.
//   fails  EntityTooLarge (before a byte is read), and as Payload and BodyWriter
rt::Task<aws::Answer<WrittenBody>> write_payload(S3Call& call, std::vector<ChecksumKind> more);

}  // namespace gust::bucket
