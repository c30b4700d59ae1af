// SigV4: reads, checks and makes AWS Signature Version 4, in the Authorization header and in the query.
//
// Source: "Signature Version 4 signing process" and "Authenticating Requests" of the S3 API reference.
// Shape:  pure functions of (request, secret, now). No clock, no I/O; keys come from the caller's lookup.
// Rules:  S3's canonical path is decoded and encoded once and kept as it is otherwise; all others normalise `.`, `..`
//         and `//` and encode what came once more. Every check must pass: no part missing or twice, Host and all
//         x-amz- fields signed, one signature only, 15 minutes of skew, at most seven days for a presigned request.
//         SigV4a (AWS4-ECDSA-P256-SHA256) in the header too, for services other than S3: the set of regions takes the
//         place of the scope's region.
// Stricter: headers and query may not both carry credentials, and session tokens are refused, as none are given out.
// Errors: ServiceError with the codes of S3, or of the XML and query services.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/service_error.h"
#include "aws/wire_request.h"
#include "base/time.h"

namespace gust::aws {

inline constexpr std::string_view unsigned_payload = "UNSIGNED-PAYLOAD";
inline constexpr std::string_view empty_payload_sha256 =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

enum class PayloadMode : std::uint8_t {
  hashed,                   // the whole body must have payload_sha256
  unsigned_body,            // UNSIGNED-PAYLOAD
  signed_chunks,            // STREAMING-AWS4-HMAC-SHA256-PAYLOAD
  signed_chunks_trailer,    // STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER
  unsigned_chunks_trailer,  // STREAMING-UNSIGNED-PAYLOAD-TRAILER
};

// Where the signature stands.
enum class SignatureKind : std::uint8_t {
  header,
  query,  // presigned
  form,   // of a browser (sigv4_form.h)
};

// What the signatures of the chunks of a body are made with.
struct ChunkSigning {
  std::string key;             // 32 raw bytes; a secret of that day, region and service
  std::string date;            // as in X-Amz-Date
  std::string scope;           // DATE/REGION/SERVICE/aws4_request
  std::string seed_signature;  // hex; of the head
};

struct Verified {
  std::string access_key_id, region, service;
  PayloadMode payload = PayloadMode::unsigned_body;
  std::string payload_sha256;  // hex; with `hashed` only
  ChunkSigning chunks;         // filled for the signed_chunks modes
  SignatureKind kind = SignatureKind::header;
  WallTime signed_at{};
};

struct VerifyRules {
  std::string_view service;  // the scope must name this one
  std::string_view region;   // the scope must name this one; empty: any
  WallTime now{};
  Duration skew_max = std::chrono::minutes(15);
  // The whole body, for services other than S3, whose signature covers its hash. Ignored for S3.
  std::string_view body;
};

// The secret of an access key, or nothing where there is no such key.
using FindSecret = std::function<std::optional<std::string>(std::string_view access_key_id)>;

// Whether the request claims an identity, in any form or version, well or badly: only one that does not may be treated
// as anonymous.
bool carries_credentials(const WireRequest& request);

// Judges the signature of a request.
//   gives   who signed it, and what its body must be checked against
//   fails   MissingAuthenticationToken, IncompleteSignature, InvalidClientTokenId, SignatureDoesNotMatch 403 (400 for
//           IncompleteSignature); S3: AccessDenied, InvalidAccessKeyId, SignatureDoesNotMatch, RequestTimeTooSkewed
//           403, AuthorizationHeaderMalformed, AuthorizationQueryParametersError, InvalidArgument, InvalidRequest,
//           InvalidToken 400
//   needs   for S3 with PayloadMode::hashed the caller compares the body's hash itself, and refuses with
//           XAmzContentSHA256Mismatch; the chunked modes go through AwsChunkedDecoder
Answer<Verified> verify_signature(const WireRequest& request, const VerifyRules& rules, const FindSecret& find_secret);

struct SigningKey {
  std::string access_key_id, secret, region, service;
};

// A field to add to a request.
struct HeaderToAdd {
  std::string name, value;
};

// What signs the requests of one day; making it costs four HMACs, so who signs often keeps it.
struct DayKey {
  std::string access_key_id, day, region, service;  // day: YYYYMMDD
  std::string bytes;                                // 32 raw bytes, a secret of that day, region and service
};
DayKey make_day_key(const SigningKey& key, WallTime now);

// Signs a request by headers. All headers given are signed, Host must be one of them.
//   payload  the hex SHA-256 of the body, or for S3 one of the words above
//   gives    x-amz-date, for S3 x-amz-content-sha256, and authorization
std::vector<HeaderToAdd> sign_request(const WireRequest& request, const SigningKey& key, std::string_view payload,
                                      WallTime now);
// The same; `now` is in the key's day.
std::vector<HeaderToAdd> sign_request_of_day(const WireRequest& request, const DayKey& key, std::string_view payload,
                                             WallTime now);

// Signs a request by its query. gives the whole raw query, to send in place of request.query.
std::string presign_request(const WireRequest& request, const SigningKey& key, Duration valid_for, WallTime now);

}  // namespace gust::aws
