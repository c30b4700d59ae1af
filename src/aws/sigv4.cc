#include "aws/sigv4.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "aws/canonical_internal.h"
#include "aws/sigv4a_internal.h"
#include "base/date.h"
#include "base/digest.h"
#include "base/result.h"
#include "base/text.h"

namespace gust::aws {
namespace {

constexpr std::int64_t presigned_seconds_max = 7 * 24 * 3600;
constexpr std::size_t signed_names_max = 100;

using Failure = std::unexpected<ServiceError>;

// Where the claim came from, and its parts as sent.
struct Claim {
  bool presigned = false;
  bool asymmetric = false;  // SigV4a: the scope has no region
  std::string credential, signed_headers, signature, date;
  std::int64_t valid_seconds = 0;  // presigned only
  // Parts of the credential.
  std::string access_key_id, day, region, service;
};

// The words each kind of service refuses with.
class Refusals {
 public:
  explicit Refusals(bool s3) : s3_(s3) {}

  Failure missing() const {
    return s3_ ? refuse("AccessDenied", 403, "Access Denied")
               : refuse("MissingAuthenticationToken", 403, "Request is missing Authentication Token");
  }
  Failure malformed(bool presigned, std::string message) const {
    if (!s3_) return refuse("IncompleteSignature", 400, std::move(message));
    return refuse(presigned ? "AuthorizationQueryParametersError" : "AuthorizationHeaderMalformed", 400,
                  std::move(message));
  }
  // Version 2, which older clients still use for presigned URLs.
  Failure old_version() const {
    return s3_ ? refuse("InvalidRequest", 400,
                        "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.")
               : malformed(true, "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\"");
  }
  Failure unknown_key() const {
    return s3_ ? refuse("InvalidAccessKeyId", 403, "The AWS Access Key Id you provided does not exist in our records.")
               : refuse("InvalidClientTokenId", 403, "The security token included in the request is invalid.");
  }
  Failure token() const {
    return s3_ ? refuse("InvalidToken", 400, "The provided token is malformed or otherwise invalid.")
               : refuse("InvalidClientTokenId", 403, "The security token included in the request is invalid.");
  }
  Failure two_mechanisms() const {
    return s3_ ? refuse("InvalidArgument", 400,
                        "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query "
                        "string parameter or the Authorization header should be specified")
               : refuse("IncompleteSignature", 400, "Only one of header and query may carry a signature.");
  }
  Failure skewed(std::string_view date, WallTime now) const {
    return s3_ ? refuse("RequestTimeTooSkewed", 403,
                        "The difference between the request time and the current time is too large.")
               : refuse("SignatureDoesNotMatch", 403,
                        fmt::format("Signature expired or not yet current: {} is not within 15 minutes of {}", date,
                                    iso8601_basic_of(now)));
  }
  Failure expired() const {
    return s3_ ? refuse("AccessDenied", 403, "Request has expired")
               : refuse("SignatureDoesNotMatch", 403, "Signature expired");
  }
  Failure not_yet_valid() const {
    return s3_ ? refuse("AccessDenied", 403, "Request is not yet valid")
               : refuse("SignatureDoesNotMatch", 403, "Signature not yet current");
  }
  Failure unsigned_header(std::string_view name) const {
    auto result = s3_ ? refuse("AccessDenied", 403, "There were headers present in the request which were not signed")
                      : refuse("SignatureDoesNotMatch", 403, fmt::format("'{}' must be a signed header.", name));
    result.error().details.emplace_back("HeadersNotSigned", name);
    return result;
  }
  Failure mismatch() const {
    return refuse("SignatureDoesNotMatch", 403,
                  s3_ ? "The request signature we calculated does not match the signature you provided. Check your key "
                        "and signing method."
                      : "The request signature we calculated does not match the signature you provided. Check your AWS "
                        "Secret Access Key and signing method. Consult the service documentation for details.");
  }
  bool s3() const { return s3_; }

 private:
  bool s3_;
};

constexpr std::array<std::string_view, 6> query_parts = {"X-Amz-Algorithm", "X-Amz-Credential",    "X-Amz-Date",
                                                         "X-Amz-Expires",   "X-Amz-SignedHeaders", "X-Amz-Signature"};

std::size_t count_of(const std::vector<QueryItem>& items, std::string_view name) {
  return static_cast<std::size_t>(std::ranges::count(items, name, &QueryItem::name));
}

Answer<Claim> claim_of_query(const std::vector<QueryItem>& items, const Refusals& no) {
  std::array<std::string, 6> part;
  if (count_of(items, "AWSAccessKeyId") > 0 && count_of(items, "X-Amz-Algorithm") == 0) return no.old_version();
  for (std::size_t i = 0; i < query_parts.size(); ++i) {
    if (count_of(items, query_parts[i]) != 1) {
      return no.malformed(true,
                          "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, "
                          "X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters, once each.");
    }
    part[i] = *find_item(items, query_parts[i]);
  }
  if (part[0] != sigv4_algorithm) return no.malformed(true, "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\"");
  const auto seconds = parse_signed(part[3]);
  if (!seconds) return no.malformed(true, "X-Amz-Expires should be a number");
  if (*seconds < 0) return no.malformed(true, "X-Amz-Expires must be non-negative");
  if (*seconds > presigned_seconds_max) {
    return no.malformed(true,
                        "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be "
                        "less than 604800 seconds");
  }
  Claim claim;
  claim.presigned = true;
  claim.credential = part[1];
  claim.date = part[2];
  claim.valid_seconds = *seconds;
  claim.signed_headers = part[4];
  claim.signature = part[5];
  return claim;
}

// `AWS4-HMAC-SHA256 Credential=..., SignedHeaders=..., Signature=...`, each once, in any order.
Answer<Claim> claim_of_header(const WireRequest& request, const Refusals& no) {
  if (request.header_count("Authorization") != 1) return no.two_mechanisms();
  const Cut scheme = cut(trim(*request.header("Authorization")), ' ');
  const bool is_asymmetric = scheme.before == sigv4a_algorithm && !no.s3();
  if (scheme.before != sigv4_algorithm && !is_asymmetric) {
    if (no.s3()) return refuse("InvalidArgument", 400, "Unsupported Authorization Type");
    return no.malformed(false, "Authorization header requires the AWS4-HMAC-SHA256 algorithm.");
  }
  Claim claim;
  claim.asymmetric = is_asymmetric;
  for (const std::string_view piece : split(scheme.after, ',')) {
    const Cut pair = cut(trim(piece), '=');
    std::string* into = pair.before == "Credential"      ? &claim.credential
                        : pair.before == "SignedHeaders" ? &claim.signed_headers
                        : pair.before == "Signature"     ? &claim.signature
                                                         : nullptr;
    if (into == nullptr || !into->empty() || pair.after.empty()) {
      return no.malformed(false,
                          "The authorization header is malformed; it must hold Credential, SignedHeaders and "
                          "Signature, once each.");
    }
    *into = pair.after;
  }
  if (claim.credential.empty() || claim.signed_headers.empty() || claim.signature.empty()) {
    return no.malformed(false,
                        "The authorization header is malformed; it must hold Credential, SignedHeaders and Signature, "
                        "once each.");
  }
  return claim;
}

// The access key id may hold slashes, so the credential is read from its end.
Answer<std::monostate> split_credential(Claim& claim, const VerifyRules& rules, const Refusals& no) {
  std::vector<std::string_view> part = split(claim.credential, '/');
  if (claim.asymmetric && part.size() == 4) {
    part.insert(part.begin() + 2, "*");
  } else if (claim.asymmetric) {
    part.clear();
  }
  if (part.size() != 5 || part[4] != scope_end || std::ranges::any_of(part, &std::string_view::empty)) {
    return no.malformed(
        claim.presigned,
        "The Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".");
  }
  claim.access_key_id = part[0];
  claim.day = part[1];
  claim.region = part[2];
  claim.service = part[3];
  if (claim.service != rules.service) {
    return no.s3() ? no.malformed(claim.presigned,
                                  fmt::format("The authorization header is malformed; incorrect service \"{}\". This "
                                              "endpoint belongs to \"{}\".",
                                              claim.service, rules.service))
                   : refuse("SignatureDoesNotMatch", 403,
                            fmt::format("Credential should be scoped to correct service: '{}'.", rules.service));
  }
  if (!rules.region.empty() && claim.region != rules.region && !claim.asymmetric) {
    if (!no.s3()) {
      return refuse("SignatureDoesNotMatch", 403, "Credential should be scoped to a valid region.");
    }
    auto result = no.malformed(claim.presigned,
                               fmt::format("The authorization header is malformed; the region '{}' is wrong; expecting "
                                           "'{}'",
                                           claim.region, rules.region));
    result.error().details.emplace_back("Region", rules.region);
    return result;
  }
  return {};
}

// Of SigV4a: the regions that the signature is good for.
Answer<std::monostate> check_region_set(const WireRequest& request, const VerifyRules& rules, const Refusals& no) {
  if (request.header_count("X-Amz-Region-Set") != 1) {
    return no.malformed(false, "Authorization header requires existence of an 'X-Amz-Region-Set' header, once.");
  }
  if (!rules.region.empty() && !region_set_has(*request.header("X-Amz-Region-Set"), rules.region)) {
    return refuse("SignatureDoesNotMatch", 403, "Credential should be scoped to a valid region.");
  }
  return {};
}

Answer<std::string> date_of_header_claim(const WireRequest& request, const Refusals& no) {
  const std::size_t dates = request.header_count("X-Amz-Date");
  if (dates == 1) return std::string(*request.header("X-Amz-Date"));
  if (dates == 0 && request.header_count("Date") == 1) {
    const std::string_view text = *request.header("Date");
    if (read_iso8601_basic(text)) return std::string(text);
    if (const auto at = read_http_date(text)) return iso8601_basic_of(*at);
  }
  if (no.s3()) return refuse("AccessDenied", 403, "AWS authentication requires a valid Date or x-amz-date header");
  return no.malformed(false, "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
}

Answer<WallTime> check_time(const Claim& claim, const VerifyRules& rules, const Refusals& no) {
  const auto at = read_iso8601_basic(claim.date);
  if (!at || claim.date.substr(0, 8) != claim.day) {
    return no.malformed(claim.presigned,
                        "The date of the credential is malformed or differs from the date of the request.");
  }
  if (claim.presigned) {
    if (*at > rules.now + rules.skew_max) return no.not_yet_valid();
    if (rules.now >= *at + std::chrono::seconds(claim.valid_seconds)) return no.expired();
  } else if (*at > rules.now + rules.skew_max || *at + rules.skew_max < rules.now) {
    return no.skewed(claim.date, rules.now);
  }
  return *at;
}

Answer<std::vector<std::string>> check_signed_names(const WireRequest& request, const Claim& claim,
                                                    const Refusals& no) {
  std::vector<std::string> names;
  for (const std::string_view name : split(claim.signed_headers, ';')) {
    const bool rising = names.empty() || names.back() < name;
    if (name.empty() || !rising || to_lower(name) != name || names.size() == signed_names_max) {
      return no.malformed(claim.presigned, "SignedHeaders must be distinct names in lower case, sorted.");
    }
    names.emplace_back(name);
  }
  const auto is_signed = [&](std::string_view name) { return std::ranges::binary_search(names, to_lower(name)); };
  if (!is_signed("host") || request.header_count("Host") != 1) return no.unsigned_header("host");
  for (const HeaderView& field : request.headers) {
    if (starts_with_fold(field.name, "x-amz-") && !is_signed(field.name)) return no.unsigned_header(field.name);
  }
  return names;
}

// What the signature says about the body: fills the mode and the hash, gives the word in the canonical request.
Answer<std::string> check_payload(const WireRequest& request, const std::vector<QueryItem>& items, const Claim& claim,
                                  const VerifyRules& rules, const Refusals& no, Verified& verified) {
  std::optional<std::string> word;
  if (request.header_count("X-Amz-Content-SHA256") > 1 || count_of(items, "X-Amz-Content-Sha256") > 1) {
    return refuse("InvalidArgument", 400, "x-amz-content-sha256 must be given once.");
  }
  if (const auto header = request.header("X-Amz-Content-SHA256")) {
    word = std::string(trim(*header));
  } else if (const std::string* item = find_item(items, "X-Amz-Content-Sha256"); item != nullptr && claim.presigned) {
    word = *item;
  }
  if (!no.s3()) {
    std::string hash = hex_of(digest_of(DigestKind::sha256, rules.body));
    if (word && *word != hash) return no.mismatch();
    verified.payload = PayloadMode::hashed;
    verified.payload_sha256 = hash;
    return hash;
  }
  if (!word && claim.presigned) word = std::string(unsigned_payload);
  if (!word) return refuse("InvalidRequest", 400, "Missing required header for this request: x-amz-content-sha256");
  if (*word == unsigned_payload) {
    verified.payload = PayloadMode::unsigned_body;
  } else if (*word == "STREAMING-AWS4-HMAC-SHA256-PAYLOAD") {
    verified.payload = PayloadMode::signed_chunks;
  } else if (*word == "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER") {
    verified.payload = PayloadMode::signed_chunks_trailer;
  } else if (*word == "STREAMING-UNSIGNED-PAYLOAD-TRAILER") {
    verified.payload = PayloadMode::unsigned_chunks_trailer;
  } else if (word->size() == 64 && bytes_of_hex(*word)) {
    verified.payload = PayloadMode::hashed;
    verified.payload_sha256 = to_lower(*word);
  } else {
    return refuse("InvalidArgument", 400,
                  "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, "
                  "STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 "
                  "value.");
  }
  return *word;
}

// Any trace of a signature in the query, of version 4 or the older version 2.
bool query_claims(std::string_view raw_query) {
  const auto items = read_query(raw_query);
  if (!items) return true;
  return std::ranges::any_of(*items, [](const QueryItem& item) {
    return std::ranges::find(query_parts, item.name) != query_parts.end() || item.name == "AWSAccessKeyId" ||
           item.name == "Signature";
  });
}

}  // namespace

bool carries_credentials(const WireRequest& request) {
  return request.header("Authorization").has_value() || query_claims(request.query);
}

Answer<Verified> verify_signature(const WireRequest& request, const VerifyRules& rules, const FindSecret& find_secret) {
  const Refusals no(rules.service == "s3");
  if (!carries_credentials(request)) return no.missing();
  const auto items = read_query(request.query);
  if (!items) return refuse("InvalidArgument", 400, "The query string is malformed.");
  const bool by_query = query_claims(request.query);
  if (by_query && request.header("Authorization")) return no.two_mechanisms();
  if (request.header("X-Amz-Security-Token") || find_item(*items, "X-Amz-Security-Token") != nullptr) return no.token();

  TRY(Claim claim, by_query ? claim_of_query(*items, no) : claim_of_header(request, no));
  TRY_OK(split_credential(claim, rules, no));
  if (claim.asymmetric) TRY_OK(check_region_set(request, rules, no));
  if (!by_query) {
    TRY(claim.date, date_of_header_claim(request, no));
  }
  TRY(const std::vector<std::string> names, check_signed_names(request, claim, no));
  Verified verified;
  TRY(const std::string payload, check_payload(request, *items, claim, rules, no, verified));

  const auto secret = find_secret(claim.access_key_id);
  if (!secret) {
    auto result = no.unknown_key();
    result.error().details.emplace_back("AWSAccessKeyId", claim.access_key_id);
    return result;
  }
  TRY(verified.signed_at, check_time(claim, rules, no));

  const auto path = canonical_path(request.path, no.s3());
  if (!path) return no.mismatch();
  const std::string canonical = canonical_request(
      request, {*path, canonical_query(*items), canonical_headers(request, names), claim.signed_headers, payload});
  const std::string scope = claim.asymmetric
                                ? fmt::format("{}/{}/{}", claim.day, claim.service, scope_end)
                                : fmt::format("{}/{}/{}/{}", claim.day, claim.region, claim.service, scope_end);
  const std::string to_sign =
      string_to_sign(claim.date, scope, canonical, claim.asymmetric ? sigv4a_algorithm : sigv4_algorithm);
  const std::string key = claim.asymmetric ? "" : signing_key(*secret, claim.day, claim.region, claim.service);
  const bool is_right = claim.asymmetric ? is_sigv4a_signature(claim.signature, to_sign, claim.access_key_id, *secret)
                                         : equal_in_constant_time(hex_of(hmac_sha256(key, to_sign)), claim.signature);
  if (!is_right) {
    auto result = no.mismatch();
    result.error().details = {{"AWSAccessKeyId", claim.access_key_id},
                              {"StringToSign", to_sign},
                              {"SignatureProvided", claim.signature},
                              {"CanonicalRequest", canonical}};
    return result;
  }
  verified.access_key_id = claim.access_key_id;
  verified.region = claim.region;
  verified.service = claim.service;
  verified.kind = claim.presigned ? SignatureKind::query : SignatureKind::header;
  if (verified.payload == PayloadMode::signed_chunks || verified.payload == PayloadMode::signed_chunks_trailer) {
    verified.chunks = {key, claim.date, scope, claim.signature};
  }
  return verified;
}

}  // namespace gust::aws
