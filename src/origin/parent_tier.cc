#include "origin/parent_tier.h"

#include <algorithm>
#include <utility>

namespace gust::origin {
namespace {

// The finaliser of SplitMix64: every bit of the input reaches every bit of the result.
std::uint64_t mixed(std::uint64_t value) {
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9U;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EBU;
  return value ^ (value >> 31);
}

// FNV-1a: the same on every node and in every release, since all edges must agree.
std::uint64_t seed_of(std::string_view id) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char c : id) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  return hash;
}

}  // namespace

ParentTier::ParentTier(std::string name, std::vector<OriginTarget> parents, const ParentHealth& health)
    : name_(std::move(name)), health_(health) {
  for (OriginTarget& target : parents) {
    const std::uint64_t seed = seed_of(target.id);
    parents_.push_back({.target = std::move(target), .seed = seed});
  }
}

std::optional<std::size_t> ParentTier::choose(std::uint64_t key_hash) const {
  std::optional<std::size_t> best;
  std::uint64_t best_score = 0;
  for (std::size_t i = 0; i < parents_.size(); ++i) {
    if (!is_up(i)) continue;
    const std::uint64_t score = mixed(key_hash ^ mixed(parents_[i].seed));
    if (best && score <= best_score) continue;
    best = i;
    best_score = score;
  }
  return best;
}

bool ParentTier::has_any() const {
  return std::ranges::any_of(parents_, [](const Parent& parent) { return parent.failures == 0; });
}

// Requests that were on their way when it went down say nothing new.
void ParentTier::report(std::size_t parent, bool reached, Instant now) {
  if (reached || is_up(parent)) report_probe(parent, reached, now);
}

void ParentTier::report_probe(std::size_t parent, bool reached, Instant now) {
  Parent& reported = parents_[parent];
  if (reached) {
    reported.failures = 0;
    return;
  }
  const std::uint32_t doublings = std::min(reported.failures, 10U);
  ++reported.failures;
  reported.down_until = now + std::min(health_.down_max, health_.down_min * (1 << doublings));
}

bool ParentTier::take_watch(std::size_t parent) {
  return !is_up(parent) && !std::exchange(parents_[parent].is_watched, true);
}

}  // namespace gust::origin
