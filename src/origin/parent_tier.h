// ParentTier: the nodes of the next tier (edge to regional cache), and which of them can be reached.
//
// Source: TIER-1, TIER-4; DESIGN "regional scales by rendezvous hashing over nodes".
// Shape:  a key goes to the live parent with the highest score for it, so that a parent's loss moves its keys only. A
//         parent that cannot be connected to is down for a moment that doubles with each failure in a row; then one
//         request at a time probes it.
// Core:   one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "origin/target.h"

namespace gust::origin {

struct ParentHealth {
  Duration down_min = std::chrono::seconds{1};
  Duration down_max = std::chrono::seconds{30};
};

class ParentTier {
 public:
  // `parents` each have one trusted endpoint or more, no host header and no path. `name` is for decision records.
  ParentTier(std::string name, std::vector<OriginTarget> parents, const ParentHealth& health = {});

  const std::string& name() const { return name_; }
  std::size_t size() const { return parents_.size(); }
  const OriginTarget& target(std::size_t parent) const { return parents_[parent].target; }

  // The parent for `key_hash` among those that are up or due for a probe; nothing when there is none. One that is due
  // is taken by this call: report() or withdraw() must follow.
  std::optional<std::size_t> choose(std::uint64_t key_hash, Instant now);
  // What became of a request to `parent`: whether a connection to it came about.
  void report(std::size_t parent, bool reached, Instant now);
  // Nothing was learnt: the request ended before it tried to connect.
  void withdraw(std::size_t parent) { parents_[parent].probing = false; }
  // True where choose() would give one.
  bool has_any(Instant now) const;
  bool is_up(std::size_t parent) const { return parents_[parent].failures == 0; }

 private:
  struct Parent {
    // Neither down for the moment nor being probed.
    bool is_open(Instant now) const { return failures == 0 || (!probing && now >= down_until); }

    OriginTarget target;
    std::uint64_t seed;          // of its scores, from its id
    std::uint32_t failures = 0;  // in a row
    Instant down_until{};
    bool probing = false;
  };
  std::string name_;
  std::vector<Parent> parents_;
  ParentHealth health_;
};

}  // namespace gust::origin
