// Key: what makes two requests ask for the same stored response.
//
// Source: CLOUDFRONT rules KEY-1 to KEY-8 and AE-1 to AE-7; INV-4 and INV-5 for the part that purges look at.
// Shape:  a pure function of (rules, distribution, request head). The text is a list of parts, each a letter, its
//         length, a colon and its bytes, so that no input can spell another's text: `D14:E2QWRUHAPOMQZL`, `P8:/a?x=1&y`
//         (path and chosen query), `M7:OPTIONS`, `H6:origin` with one `V` for each of its field lines, `C` (the chosen
//         cookies), `E` (the normalised Accept-Encoding), `S` (which slice). Readable in decision records.
// Names:  query parameters and cookies are compared as the raw bytes that the viewer sent, with case (KEY-5, KEY-6).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/hash.h"

namespace gust {
class Arena;
}
namespace gust::http {
struct RequestHead;
}

namespace gust::cache {

// Which names of a kind a policy chooses (KEY-3).
class NameSelection {
 public:
  enum Mode : std::uint8_t { none, all, listed, all_except };

  NameSelection() = default;
  // `wildcards`: `*` and `?` in the names match any run and any one byte (KEY-8, legacy cookie lists only).
  NameSelection(Mode mode, std::vector<std::string> names, bool wildcards = false);

  Mode mode() const { return mode_; }
  bool selects(ByteView name) const;

 private:
  bool is_listed(ByteView name) const;

  Mode mode_ = none;
  bool wildcards_ = false;
  std::vector<std::string> names_;  // sorted
};

// What a cache policy puts into the key.
struct KeyPolicy {
  NameSelection query;
  NameSelection cookies;
  std::vector<std::string> headers;  // any case, any order (KEY-4)
  bool gzip = false;                 // EnableAcceptEncodingGzip
  bool brotli = false;               // EnableAcceptEncodingBrotli
  bool zstd = false;                 // our extension
};

// A KeyPolicy made ready: header names in lower case, sorted, each once. Immutable, shared by all cores.
class KeyRules {
 public:
  explicit KeyRules(KeyPolicy policy = {});

  const NameSelection& query() const { return policy_.query; }
  const NameSelection& cookies() const { return policy_.cookies; }
  const std::vector<std::string>& headers() const { return policy_.headers; }
  bool has_header(ByteView lower_name) const;
  bool gzip() const { return policy_.gzip; }
  bool brotli() const { return policy_.brotli; }
  bool zstd() const { return policy_.zstd; }
  bool has_codings() const { return policy_.gzip || policy_.brotli || policy_.zstd; }

 private:
  KeyPolicy policy_;
};

// Views into the arena of the request. Whatever keeps a Key for longer copies its text.
struct Key {
  Hash128 hash;
  ByteView text;
  ByteView distribution;         // in text
  ByteView path_and_query;       // in text: the path and, where some of the query is in the key, `?` and that (INV-4)
  std::optional<Hash128> first;  // of a variant: the hash of the key that it is a variant of (variant.h)
};

// A Key and what the origin must be sent because it is in the key (KEY-3). Chosen headers are sent as they came.
struct Keyed {
  Key key;
  ByteView query;            // without the question mark; empty: none
  ByteView cookie;           // value of the Cookie field; empty: none
  ByteView accept_encoding;  // value of Accept-Encoding; empty: none. Of meaning if the policy has a coding flag
};

// The key of a request, after functions have changed its head (KEY-2). GET and HEAD share it; OPTIONS has its own.
//   needs   `distribution` is the id, not a name that the viewer sent (KEY-1); `arena` outlives the result
Keyed make_key(const KeyRules& rules, ByteView distribution, const http::RequestHead& request, const HashSeed& seed,
               Arena& arena);

// The key of one part of what `whole` stands for: its text with `S` and `part` behind. Purges of the whole reach it.
Key part_key(const Key& whole, ByteView part, const HashSeed& seed, Arena& arena);

// The parameters that are chosen, in the viewer's order, parted by `&` (KEY-6, KEY-7). An empty query gives nothing.
ByteView select_query(const NameSelection& selection, ByteView query, Arena& arena);

// The cookies that are chosen from all Cookie lines, sorted by name, equal names in the viewer's order, parted by "; ".
// Only plain `name=value` ones count (KEY-5).
ByteView select_cookies(const NameSelection& selection, const http::RequestHead& request, Arena& arena);

// The normalised Accept-Encoding (AE-1 to AE-5, AE-7). `in_key` is what the key gets, empty for none; `to_origin` is
// what the origin gets. zstd, our extension, comes first where it is on. A coding with q=0 does not count as accepted
// (RFC 9110 section 12.5.3; AE-5 leaves it open).
struct AcceptEncoding {
  ByteView in_key;
  ByteView to_origin;
};
AcceptEncoding normalise_accept_encoding(const http::RequestHead& request, const KeyRules& rules);

}  // namespace gust::cache
