// Explanation: a Decision with all that a person wants beside it: names, the key's parts, and what would have made it a
// hit. Made only for a request that asked to be explained.
//
// Source: DESIGN decision 10; docs/guide/explain.md shows the JSON, whose members keep their names and meaning within
//         one `version`.
// Shape:  views into memory of the request and its Routes; writing it down copies.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/time.h"
#include "observe/decision.h"

namespace gust::observe {

inline constexpr int explanation_version = 1;

// One part of the cache key and where it came from.
struct KeyPart {
  ByteView from;  // `distribution`, `path`, `method`, `query`, `header`, `cookie`, `accept-encoding`, `vary`
  ByteView name;  // of the query parameter, header or cookie
  ByteView value;
};

struct PolicyName {
  ByteView id;
  ByteView name;
};

struct Explanation {
  explicit Explanation(const Decision& its_decision) : decision(its_decision) {}

  const Decision& decision;
  ByteView tier;        // `edge`, `regional`
  bool is_dry = false;  // nothing was asked upstream and nothing was changed
  ByteView method, host, path, query;

  ByteView distribution_id, distribution_domain;
  ByteView behavior;  // path pattern; empty: none was chosen
  std::uint32_t behavior_index = 0;
  ByteView profile;  // `cloudfront`, `rfc9111`
  PolicyName cache_policy, origin_request_policy, response_headers_policy;
  std::optional<Duration> min_ttl, default_ttl, max_ttl;
  ByteView origin;                       // its id; of an origin group, the first member's
  ByteView origin_group, second_origin;  // ids; empty: the behaviour has no group

  std::optional<std::uint64_t> key_hash;
  ByteView key_text;
  FewOf<KeyPart, 32> key_parts;

  ByteView upstream;                // the parent tier's own record, a JSON object that read_record() took
  FewOf<ByteView, 8> would_hit;     // sentences
  FewOf<ByteView, 16> known_hosts;  // where no distribution has the request's host
};

// One JSON object on one line without its line end; visible ASCII only, so that it can stand in a header field. Absent
// facts are left out. Bytes that are not UTF-8 appear as \u00XX of the single byte.
std::string json_of(const Explanation& explanation);

// The same in at most `bytes_max` bytes (1 KiB at least): when all of it is longer, texts are cut to 48 bytes and the
// key's parts and the upstream's record are left out; when that is longer too, only the answer is told. `shortened`
// says so.
std::string json_of(const Explanation& explanation, ByteCount bytes_max);

// What a parent tier told of itself: `text` if it is one JSON object of visible ASCII and no longer than `bytes_max`.
std::optional<ByteView> read_record(ByteView text, ByteCount bytes_max);

}  // namespace gust::observe
