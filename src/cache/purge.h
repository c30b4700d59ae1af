// Purge: what an invalidation clears, and the book of those in force.
//
// Source: DESIGN.md decision 7; CLOUDFRONT rules INV-2 to INV-5, INV-9, INV-12 and TAG-3.
// Shape:  a purge takes the next number in the store (its epoch). A stored response or a fill is cleared by it if it is
//         in the purge's reach and its epoch, the newest number of its distribution that was applied here when the fill
//         began, is lower.
// Limits: exact paths, wildcards and tags kept for each distribution. When one would be too many, the oldest half
// becomes one
//         purge of the whole distribution at the newest of their numbers: it clears too much, never too little.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/bytes.h"
#include "cache/tag_set.h"

namespace gust::cache {

struct Purge {
  enum class Reach : std::uint8_t { exact, prefix, tag, distribution };

  // From an invalidation path: `*` counts only as the last character (INV-2); `/*` and `*` are the whole distribution.
  static Purge of_path(std::uint64_t epoch, std::string distribution, ByteView path);
  // From an item of an invalidation: a path, or `#` and a tag (TAG-3).
  static Purge of_item(std::uint64_t epoch, std::string distribution, ByteView item);

  std::uint64_t epoch = 0;
  std::string distribution;
  Reach reach = Reach::distribution;
  std::string path;  // path and query (INV-4), without the star; empty for the whole distribution
  Tag tag = 0;
};

struct HashOfText {
  using is_transparent = void;
  std::size_t operator()(ByteView text) const { return std::hash<ByteView>()(text); }
};

// The purges of one distribution that stored responses may still have to answer to.
class DistributionPurges {
 public:
  explicit DistributionPurges(std::size_t rules_max) : rules_max_(rules_max) {}

  // The newest purge's number: what began at it or later needs no closer look.
  std::uint64_t newest() const { return newest_.load(std::memory_order_acquire); }
  // True if a purge above `epoch` of a path, a wildcard or everything reaches `path_and_query`.
  bool clears(std::uint64_t epoch, ByteView path_and_query) const;
  // True if a purge above `epoch` of a tag reaches one of `tags`.
  bool clears_tags(std::uint64_t epoch, std::span<const Tag> tags) const;

  // Several of one number are added in one step: none is in force, or newest(), before all are.
  void add(std::span<const Purge> purges);
  // All that is stored or on its way has been held against the purges up to `epoch`, which may be forgotten. What comes
  // later with a lower epoch than theirs counts as cleared.
  void forget_up_to(std::uint64_t epoch);
  std::size_t rules() const;

 private:
  struct Prefix {
    std::string path;
    std::uint64_t epoch;
  };
  void add_rule(const Purge& purge);
  void drop_up_to(std::uint64_t epoch);
  void collapse_oldest();
  std::size_t rule_count() const { return exact_.size() + prefixes_.size() + tags_.size(); }

  const std::size_t rules_max_;
  std::atomic<std::uint64_t> newest_ = 0;
  mutable std::mutex mutex_;
  std::uint64_t everything_ = 0;  // all below it is cleared
  std::unordered_map<std::string, std::uint64_t, HashOfText, std::equal_to<>> exact_;
  std::vector<Prefix> prefixes_;
  std::unordered_map<Tag, std::uint64_t> tags_;
  // The newest purge of a tag that is not in tags_ any more: what is tagged and has been held against none so new
  // counts as cleared. Apart from everything_, since a fill is held against paths and tags at different times.
  std::uint64_t tags_forgotten_ = 0;
};

// All distributions' purges. What of() gives stays valid and in place for the life of the book.
class PurgeBook {
 public:
  explicit PurgeBook(std::size_t rules_max) : rules_max_(rules_max) {}

  std::uint64_t newest() const { return newest_.load(std::memory_order_acquire); }
  DistributionPurges& of(ByteView distribution) { return at(number_of(distribution)); }
  // Distributions have numbers, from 0, by which they are found without a lock.
  std::uint32_t number_of(ByteView distribution);
  //   needs   number_of() gave it
  DistributionPurges& at(std::uint32_t number) const {
    const auto row = static_cast<std::size_t>(std::bit_width(number / first_row));
    const std::uint32_t begin = row == 0 ? 0 : first_row << (row - 1);
    return *rows_[row].load(std::memory_order_acquire)[number - begin];
  }
  // Those of one invalidation: the same distribution and number. See DistributionPurges::add().
  void add(std::span<const Purge> purges);
  void forget_up_to(std::uint64_t epoch);
  std::size_t rules() const;

 private:
  const std::size_t rules_max_;
  std::atomic<std::uint64_t> newest_ = 0;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::uint32_t, HashOfText, std::equal_to<>> numbers_;
  // Rows that double, so that none moves: 64, then 64, 128, 256, ...
  static constexpr std::uint32_t first_row = 64;
  using Row = std::unique_ptr<DistributionPurges>[];
  std::array<std::atomic<std::unique_ptr<DistributionPurges>*>, 27> rows_{};
  std::array<std::unique_ptr<Row>, 27> row_owners_;
};

}  // namespace gust::cache
