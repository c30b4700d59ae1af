// Explain: requests that ask to be told why they were answered as they were, and what they are told.
//
// Source: DESIGN.md decision 10; RFC 9211; docs/guide/explain.md.
// Shape:  `Gust-Explain: <token>` with the right token asks (`<token>; dry` for what would happen, with nothing asked
//         of the origin and nothing changed); between tiers `live` or `dry`, beside the tiers' own proof. The answer
//         has the record in `Gust-Decision`; that of a dry run is the record itself. Behaviours of the rfc9111 profile
//         tell Cache-Status in every answer.
#pragma once

#include "base/bytes.h"
#include "http/message.h"
#include "rt/task.h"

namespace gust::proxy {

struct Passage;
enum class Next : std::uint8_t;

enum class Explaining : std::uint8_t {
  no,
  live,
  dry,  // nothing is fetched, stored, counted as a hit or touched
};
ByteView name_of(Explaining explaining);

// Bounds of Gust-Decision: towards a viewer, and between tiers.
inline constexpr ByteCount record_bytes_max = 12'288;
inline constexpr ByteCount tier_record_bytes_max = 4096;

// What a viewer's Gust-Explain asks for: `no` where the token is not `token`, or that is empty.
Explaining read_viewer_explain(ByteView value, ByteView token);
// What another tier of ours asks for.
Explaining read_tier_explain(ByteView value);

// Cache-Status, and where it is asked for the record, for an answer whose head is otherwise complete.
//   needs  Passage::is_told()
void tell_decision(Passage& passage, http::ResponseHead& head);

// Keeps what the parent tier told of its part; nothing of an origin's answer.
void read_upstream_record(Passage& passage, const http::ResponseHead& head);

// The steps `lookup`, `fetch` and `respond` of a dry run.
Next look_dry(Passage& passage);
rt::Task<Next> fetch_dry(Passage& passage);
rt::Task<void> send_record(Passage& passage);

}  // namespace gust::proxy
