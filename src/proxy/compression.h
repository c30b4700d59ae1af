// Compression: whether an origin's answer is coded as it enters the cache, and what that does to its head.
//
// Source: CLOUDFRONT.md section 7.2 (CMP-1 to CMP-10), AE-6, AE-7; RFC 9110 sections 8.4, 8.8.1 and 8.8.3; RFC 9111
//         section 5.2.2.6 (no-transform, kept in both profiles); RFC 9530 (digests). docs/decisions/compression.md says
//         which tier does it and why.
// Shape:  pure functions of (route, normalised Accept-Encoding, response head), and the count of bodies under way.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "base/bytes.h"
#include "http/content_coding.h"
#include "http/framing.h"
#include "http/message.h"

namespace gust {
class Arena;
}
namespace gust::cache {
class Entry;
}

namespace gust::proxy {

struct Route;

inline constexpr ByteCount compressed_bytes_min = 1'000;  // CMP-3
inline constexpr ByteCount compressed_bytes_max = 10'000'000;

// CMP-6: `content_type` with or without parameters.
bool is_compressible(ByteView content_type);

struct CodingChoice {
  http::Coding coding = http::Coding::identity;
  ByteView rule;  // that forbade it, or CMP-9 where it is coded
};

// What the origin's answer to a GET is stored as.
//   accept_encoding  as it is in the key: what all who share the entry take
CodingChoice choose_coding(const Route& route, ByteView accept_encoding, const http::ResponseHead& response,
                           const http::BodyFraming& framing);

// Makes the head of a plain answer that of the same answer coded (CMP-7, CMP-10). Its length goes.
void become_coded(http::ResponseHead& head, http::Coding coding, Arena& arena);

// `confirmed`, the head of a 304 that confirms `stored`, tells of the origin's plain content. Where `stored` was coded
// on its way, its validator must not become strong again by it, nor its other fields tell of the plain content.
void match_stored_coding(const cache::Entry& stored, http::ResponseHead& confirmed, Arena& arena);

// How many bodies one core codes at once. Each costs memory (http/content_coding.h) and a share of the workers.
class CodingSlots {
 public:
  explicit CodingSlots(std::size_t most) : most_(most) {}
  CodingSlots(const CodingSlots&) = delete;
  CodingSlots& operator=(const CodingSlots&) = delete;

  struct GiveBack {
    void operator()(CodingSlots* slots) const { --slots->used_; }
  };
  using Slot = std::unique_ptr<CodingSlots, GiveBack>;
  // Null when all are taken (CMP-8).
  Slot take() { return used_ < most_ ? (++used_, Slot(this)) : nullptr; }
  std::size_t used() const { return used_; }

 private:
  std::size_t most_;
  std::size_t used_ = 0;
};

}  // namespace gust::proxy
