// ParentTier: the nodes of the next tier (edge to regional cache), and which of them can be reached.
//
// Source: TIER-1, TIER-4; DESIGN "regional scales by rendezvous hashing over nodes".
// Shape:  a key goes to the live parent with the highest score for it, so that a parent's loss moves its keys only. A
//         parent that cannot be connected to is down for a moment that doubles with each failure in a row; then it is
//         probed by a connection that no request waits for.
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

  // The parent for `key_hash` among those that are up; nothing when there is none.
  std::optional<std::size_t> choose(std::uint64_t key_hash) const;
  // What became of a request to `parent`: whether a connection to it came about.
  void report(std::size_t parent, bool reached, Instant now);
  // A parent that is down is watched by one task: at due() it probes and tells report_probe(), until it is up. True:
  // the caller is to begin that task, which calls end_watch() when it is over.
  bool take_watch(std::size_t parent);
  Instant due(std::size_t parent) const { return parents_[parent].down_until; }
  void report_probe(std::size_t parent, bool reached, Instant now);
  void end_watch(std::size_t parent) { parents_[parent].is_watched = false; }
  // True where choose() would give one.
  bool has_any() const;
  bool is_up(std::size_t parent) const { return parents_[parent].failures == 0; }

 private:
  struct Parent {
    OriginTarget target;
    std::uint64_t seed;          // of its scores, from its id
    std::uint32_t failures = 0;  // in a row
    Instant down_until{};
    bool is_watched = false;
  };
  std::string name_;
  std::vector<Parent> parents_;
  ParentHealth health_;
};

}  // namespace gust::origin
