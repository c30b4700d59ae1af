#include "bucket/object_index.h"

#include <algorithm>

namespace gust::bucket {
namespace {

bool is_older(const ObjectPtr& a, const ObjectPtr& b) { return a->order < b->order; }

auto find_version(auto& versions, std::string_view version_id) {
  // Asked for are mostly the newest ones.
  const auto found = std::find_if(versions.rbegin(), versions.rend(),
                                  [&](const ObjectPtr& version) { return version->version_id == version_id; });
  return found == versions.rend() ? versions.end() : std::prev(found.base());
}

}  // namespace

std::size_t ObjectIndex::versions() const {
  std::size_t count = current_.size();
  for (const auto& [key, versions] : histories_) {
    count += versions.size() - (versions.back()->is_delete_marker ? 0 : 1);
  }
  return count;
}

std::span<const ObjectPtr> ObjectIndex::versions_of(std::string_view key) const {
  if (const auto history = histories_.find(key); history != histories_.end()) return history->second;
  const auto found = current_.find(key);
  if (found == current_.end()) return {};
  return {&found->second, 1};
}

ObjectPtr ObjectIndex::newest(std::string_view key) const {
  const auto versions = versions_of(key);
  return versions.empty() ? nullptr : versions.back();
}

ObjectPtr ObjectIndex::find(std::string_view key, std::string_view version_id) const {
  const auto versions = versions_of(key);
  const auto found = find_version(versions, version_id);
  return found == versions.end() ? nullptr : *found;
}

std::optional<std::string_view> ObjectIndex::next_key(std::string_view from, bool behind) const {
  const auto current = behind ? current_.upper_bound(from) : current_.lower_bound(from);
  const auto history = behind ? histories_.upper_bound(from) : histories_.lower_bound(from);
  if (current == current_.end() && history == histories_.end()) return std::nullopt;
  if (current == current_.end()) return history->first;
  if (history == histories_.end()) return current->first;
  return std::min<std::string_view>(current->first, history->first);
}

ObjectPtr ObjectIndex::put(ObjectPtr object) {
  const std::string& key = object->key;
  auto history = histories_.find(key);
  if (history == histories_.end()) {
    const auto single = current_.find(key);
    const bool replaces = single == current_.end() || single->second->version_id == object->version_id;
    if (replaces && !object->is_delete_marker) {
      ObjectPtr before = object;
      std::swap(current_[key], before);
      return before;
    }
    history = histories_.try_emplace(key).first;
    if (single != current_.end()) history->second.push_back(single->second);
  }
  std::vector<ObjectPtr>& versions = history->second;
  ObjectPtr before;
  if (const auto same = find_version(versions, object->version_id); same != versions.end()) {
    before = *same;
    versions.erase(same);
  }
  versions.insert(std::ranges::upper_bound(versions, object, is_older), object);
  settle(history);
  return before;
}

ObjectPtr ObjectIndex::erase(std::string_view key, std::string_view version_id) {
  ObjectPtr before;
  if (const auto history = histories_.find(key); history != histories_.end()) {
    const auto found = find_version(history->second, version_id);
    if (found == history->second.end()) return nullptr;
    before = *found;
    history->second.erase(found);
    settle(history);
    return before;
  }
  const auto single = current_.find(key);
  if (single == current_.end() || single->second->version_id != version_id) return nullptr;
  before = single->second;
  current_.erase(single);
  return before;
}

// Brings `current` in line with a key's list, and drops a list that says no more than `current` does.
void ObjectIndex::settle(Histories::iterator history) {
  const std::vector<ObjectPtr>& versions = history->second;
  const bool has_current = !versions.empty() && !versions.back()->is_delete_marker;
  if (has_current) {
    current_.insert_or_assign(history->first, versions.back());
  } else if (const auto found = current_.find(history->first); found != current_.end()) {
    current_.erase(found);
  }
  if (versions.empty() || (versions.size() == 1 && has_current)) histories_.erase(history);
}

}  // namespace gust::bucket
