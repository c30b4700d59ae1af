#include "cache/purge.h"

#include <algorithm>

namespace gust::cache {
namespace {

void raise(std::atomic<std::uint64_t>& value, std::uint64_t to) {
  if (value.load(std::memory_order_relaxed) < to) value.store(to, std::memory_order_release);
}

}  // namespace

Purge Purge::of_path(std::uint64_t epoch, std::string distribution, ByteView path) {
  Purge purge{epoch, std::move(distribution), Reach::exact, std::string(path), 0};
  if (path.ends_with('*')) {
    purge.path.pop_back();
    // Every path begins with a slash.
    purge.reach = purge.path.empty() || purge.path == "/" ? Reach::distribution : Reach::prefix;
    if (purge.reach == Reach::distribution) purge.path.clear();
  }
  return purge;
}

Purge Purge::of_item(std::uint64_t epoch, std::string distribution, ByteView item) {
  if (!item.starts_with('#')) return of_path(epoch, std::move(distribution), item);
  return {epoch, std::move(distribution), Reach::tag, {}, tag_of(item.substr(1))};
}

bool DistributionPurges::clears(std::uint64_t epoch, ByteView path_and_query) const {
  const std::scoped_lock lock(mutex_);
  if (epoch < everything_) return true;
  if (const auto exact = exact_.find(path_and_query); exact != exact_.end() && epoch < exact->second) return true;
  return std::ranges::any_of(
      prefixes_, [&](const Prefix& prefix) { return epoch < prefix.epoch && path_and_query.starts_with(prefix.path); });
}

bool DistributionPurges::clears_tags(std::uint64_t epoch, std::span<const Tag> tags) const {
  if (tags.empty()) return false;
  const std::scoped_lock lock(mutex_);
  if (epoch < tags_forgotten_) return true;
  return std::ranges::any_of(tags, [&](Tag tag) {
    const auto found = tags_.find(tag);
    return found != tags_.end() && epoch < found->second;
  });
}

void DistributionPurges::add(std::span<const Purge> purges) {
  const std::scoped_lock lock(mutex_);
  std::uint64_t newest = 0;
  for (const Purge& purge : purges) {
    add_rule(purge);
    newest = std::max(newest, purge.epoch);
  }
  // Last, so that who sees the number finds every rule of it: a stored response is held against a number once.
  raise(newest_, newest);
}

void DistributionPurges::add_rule(const Purge& purge) {
  switch (purge.reach) {
    case Purge::Reach::exact: {
      std::uint64_t& epoch = exact_[purge.path];
      epoch = std::max(epoch, purge.epoch);
      break;
    }
    case Purge::Reach::prefix:
      std::erase_if(prefixes_, [&](const Prefix& old) {
        return old.epoch <= purge.epoch && old.path.starts_with(purge.path);  // within the new one
      });
      prefixes_.push_back({purge.path, purge.epoch});
      break;
    case Purge::Reach::tag: {
      std::uint64_t& epoch = tags_[purge.tag];
      epoch = std::max(epoch, purge.epoch);
      break;
    }
    case Purge::Reach::distribution:
      everything_ = std::max(everything_, purge.epoch);
      drop_up_to(everything_);
      break;
  }
  if (rule_count() > rules_max_) collapse_oldest();
}

// Drops rules that everything_ and tags_forgotten_ cover.
void DistributionPurges::drop_up_to(std::uint64_t epoch) {
  std::erase_if(exact_, [&](const auto& rule) { return rule.second <= epoch; });
  std::erase_if(prefixes_, [&](const Prefix& rule) { return rule.epoch <= epoch; });
  std::erase_if(tags_, [&](const auto& rule) {
    if (rule.second > epoch) return false;
    tags_forgotten_ = std::max(tags_forgotten_, rule.second);
    return true;
  });
}

void DistributionPurges::collapse_oldest() {
  std::vector<std::uint64_t> epochs;
  epochs.reserve(rule_count());
  for (const auto& [path, epoch] : exact_) epochs.push_back(epoch);
  for (const Prefix& prefix : prefixes_) epochs.push_back(prefix.epoch);
  for (const auto& [tag, epoch] : tags_) epochs.push_back(epoch);
  const auto middle = epochs.begin() + static_cast<std::ptrdiff_t>(epochs.size() / 2);
  std::ranges::nth_element(epochs, middle);
  everything_ = std::max(everything_, *middle);
  drop_up_to(everything_);
}

void DistributionPurges::forget_up_to(std::uint64_t epoch) {
  const std::scoped_lock lock(mutex_);
  for (const auto& [path, at] : exact_) {
    if (at <= epoch) everything_ = std::max(everything_, at);
  }
  for (const Prefix& prefix : prefixes_) {
    if (prefix.epoch <= epoch) everything_ = std::max(everything_, prefix.epoch);
  }
  drop_up_to(epoch);
}

std::size_t DistributionPurges::rules() const {
  const std::scoped_lock lock(mutex_);
  return rule_count();
}

std::uint32_t PurgeBook::number_of(ByteView distribution) {
  const std::scoped_lock lock(mutex_);
  const auto found = numbers_.find(distribution);
  if (found != numbers_.end()) return found->second;
  const auto number = static_cast<std::uint32_t>(numbers_.size());
  const auto row = static_cast<std::size_t>(std::bit_width(number / first_row));
  const std::uint32_t begin = row == 0 ? 0 : first_row << (row - 1);
  if (!row_owners_[row]) {
    row_owners_[row] = std::make_unique<Row>(row == 0 ? first_row : begin);
    rows_[row].store(row_owners_[row].get(), std::memory_order_release);
  }
  row_owners_[row][number - begin] = std::make_unique<DistributionPurges>(rules_max_);
  numbers_.emplace(std::string(distribution), number);
  return number;
}

void PurgeBook::add(std::span<const Purge> purges) {
  if (purges.empty()) return;
  const std::uint64_t epoch = purges.front().epoch;
  of(purges.front().distribution).add(purges);
  std::uint64_t newest = newest_.load(std::memory_order_relaxed);
  while (newest < epoch && !newest_.compare_exchange_weak(newest, epoch, std::memory_order_release)) {
  }
}

void PurgeBook::forget_up_to(std::uint64_t epoch) {
  const std::scoped_lock lock(mutex_);
  for (const auto& [name, number] : numbers_) at(number).forget_up_to(epoch);
}

std::size_t PurgeBook::rules() const {
  const std::scoped_lock lock(mutex_);
  std::size_t rules = 0;
  for (const auto& [name, number] : numbers_) rules += at(number).rules();
  return rules;
}

}  // namespace gust::cache
