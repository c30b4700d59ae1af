// Slot: what the index knows of one key: the stored entry, or the fill under way, or both.
//
// Memory: 88 bytes for a key with an entry and nothing else. What few have lies in SlotExtras.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "cache/entry.h"
#include "cache/eviction.h"
#include "cache/ledger.h"
#include "cache/variant.h"

namespace gust::cache {

class Fill;

// In the slot of a key whose answers have a Vary: by what its variants are told apart, and which there are. Each is in
// a slot of its own in the same stripe; the last of them takes this away with it.
struct Variants {
  std::string key_text;
  VaryRef names;
  std::vector<std::uint64_t> members;  // hashes of slots, oldest first
  Charge charge;
};

struct SlotExtras {
  std::shared_ptr<Fill> fill;
  std::unique_ptr<Variants> variants;
  std::optional<std::uint64_t> first;  // of a variant: its key's slot
  Instant held_until{};                // STALE-5
  Charge charge;

  bool is_idle() const { return !fill && !variants && !first && held_until == Instant{}; }
};
inline constexpr ByteCount extras_bytes = sizeof(SlotExtras) + 16;

struct Slot : EvictionNode {
  bool is_empty() const { return !entry && !fill() && !variants(); }
  ByteView key_text() const;
  Fill* fill() const { return extras ? extras->fill.get() : nullptr; }
  Variants* variants() const { return extras ? extras->variants.get() : nullptr; }
  Instant held_until() const { return extras ? extras->held_until : Instant{}; }

  std::uint32_t next = 0;          // the table's
  std::uint32_t distribution = 0;  // its number in the book of purges
  // By the table of what was written over: where it stands there, and the count when its fill began.
  std::uint32_t written_place = 0;
  std::uint32_t written_count = 0;
  std::uint64_t checked = 0;  // entry is not cleared by purges up to here
  EntryRef entry;
  std::unique_ptr<SlotExtras> extras;
};
static_assert(sizeof(Slot) <= 88);

}  // namespace gust::cache
