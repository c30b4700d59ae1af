#include <algorithm>
#include <utility>

#include "base/text.h"
#include "rt/sim_chance.h"
#include "rt/sim_disk_internal.h"

namespace gust::rt::sim {
namespace {

constexpr std::size_t name_bytes_max = 255;  // NAME_MAX of the usual file systems

DiskNodeRef make_node(bool is_directory, WallTime now) {
  auto node = std::make_shared<DiskNode>();
  node->is_directory = is_directory;
  node->modified = now;
  return node;
}

bool is_in(const auto& range, const auto& value) { return std::ranges::find(range, value) != range.end(); }

void put_bytes(std::string& content, ByteCount offset, ByteView bytes) {
  const auto at = static_cast<std::size_t>(offset);
  if (bytes.empty()) return;
  if (content.size() < at + bytes.size()) content.resize(at + bytes.size());
  std::ranges::copy(bytes, content.begin() + static_cast<std::ptrdiff_t>(at));
}

void apply_write(std::string& content, const DiskNode::Write& write) {
  if (write.truncates) content.clear();
  put_bytes(content, write.offset, write.bytes);
}

}  // namespace

Disk::Disk() : root_(make_node(true, {})) { root_->links = 1; }

Result<Disk::Place> Disk::find_place(std::string_view path) const {
  std::vector<DiskNodeRef> parents;
  Place place{.directory = root_, .name = "", .node = root_, .parents = {}};
  for (const std::string_view part : split(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (!place.node) return fail(Errc::not_found, "no such file or directory");
    if (!place.node->is_directory) return fail(Errc::not_directory, "not a directory");
    if (part.size() > name_bytes_max) return fail(Errc::io_failed, "file operation failed");
    if (part == "..") {
      place = {.directory = root_, .name = "", .node = parents.empty() ? root_ : parents.back(), .parents = {}};
      if (!parents.empty()) parents.pop_back();
      continue;
    }
    parents.push_back(place.node);
    const auto found = place.node->names.find(part);
    DiskNodeRef node = found == place.node->names.end() ? nullptr : found->second;
    place = {.directory = place.node, .name = std::string(part), .node = std::move(node), .parents = {}};
  }
  place.parents = std::move(parents);
  return place;
}

DiskNodeRef Disk::find(std::string_view path) const {
  const Result<Place> place = find_place(path);
  return place ? place->node : nullptr;
}

void Disk::set_name(const Place& place, DiskNodeRef node, std::uint64_t group) {
  DiskNodeRef before = place.node;
  if (node) ++node->links;
  if (node) {
    place.directory->names.insert_or_assign(place.name, node);
  } else {
    place.directory->names.erase(place.name);
  }
  changes_.push_back({place.directory, place.name, std::move(node), group});
  if (before) {
    --before->links;
    free_if_unused(*before);
  }
}

void Disk::make_stable(const NameChange& change) {
  if (change.node) {
    change.directory->stable_names.insert_or_assign(change.name, change.node);
  } else {
    change.directory->stable_names.erase(change.name);
  }
}

void Disk::free_if_unused(const DiskNode& node) {
  if (node.links == 0 && node.handles == 0) used_ -= node.bytes.size();
}

Result<DiskNodeRef> Disk::open(std::string_view path, OpenMode mode, WallTime now) {
  TRY(const Place place, find_place(path));
  DiskNodeRef node = place.node;
  if (node && mode == OpenMode::write_new) return fail(Errc::exists, "file or directory exists");
  if (node && node->is_directory) return fail(Errc::io_failed, "a directory is not opened as a file");
  if (!node) {
    if (mode == OpenMode::read) return fail(Errc::not_found, "no such file or directory");
    node = make_node(false, now);
    set_name(place, node, ++next_group_);
  } else if (mode == OpenMode::write_replace && !node->bytes.empty()) {
    used_ -= node->bytes.size();
    node->bytes.clear();
    node->modified = now;
    node->unsynced.push_back({.offset = 0, .bytes = "", .truncates = true});
  }
  ++node->handles;
  return node;
}

void Disk::close(DiskNode& node) {
  --node.handles;
  free_if_unused(node);
}

Result<FileStatus> Disk::status(std::string_view path) const {
  TRY(const Place place, find_place(path));
  if (!place.node) return fail(Errc::not_found, "no such file or directory");
  return FileStatus{
      .size = place.node->bytes.size(), .is_directory = place.node->is_directory, .modified = place.node->modified};
}

Result<void> Disk::rename(std::string_view from, std::string_view to) {
  TRY(const Place source, find_place(from));
  TRY(const Place target, find_place(to));
  if (!source.node) return fail(Errc::not_found, "no such file or directory");
  if (source.node == target.node) return {};
  if (is_in(target.parents, source.node) || target.node == root_) {
    return fail(Errc::io_failed, "a directory is not moved into itself");
  }
  if (target.node && target.node->is_directory) {
    if (!source.node->is_directory) return fail(Errc::io_failed, "a directory is not replaced by a file");
    if (!target.node->names.empty()) return fail(Errc::exists, "file or directory exists");
  } else if (target.node && source.node->is_directory) {
    return fail(Errc::not_directory, "not a directory");
  }
  const std::uint64_t group = ++next_group_;
  set_name(target, source.node, group);
  set_name(source, nullptr, group);
  return {};
}

Result<void> Disk::remove(std::string_view path) {
  TRY(const Place place, find_place(path));
  if (!place.node) return fail(Errc::not_found, "no such file or directory");
  if (place.node->is_directory) return fail(Errc::io_failed, "a directory is not removed as a file");
  set_name(place, nullptr, ++next_group_);
  return {};
}

Result<void> Disk::remove_directory(std::string_view path) {
  TRY(const Place place, find_place(path));
  if (!place.node) return fail(Errc::not_found, "no such file or directory");
  if (!place.node->is_directory) return fail(Errc::not_directory, "not a directory");
  if (!place.node->names.empty()) return fail(Errc::exists, "file or directory exists");
  if (place.node == root_) return fail(Errc::io_failed, "the root is not removed");
  set_name(place, nullptr, ++next_group_);
  return {};
}

Result<void> Disk::make_directory(std::string_view path, WallTime now) {
  for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    TRY(const Place place, find_place(path.substr(0, end)));
    if (!place.node) {
      set_name(place, make_node(true, now), ++next_group_);
    } else if (!place.node->is_directory) {
      return fail(Errc::not_directory, "not a directory");
    }
    if (end == std::string_view::npos) return {};
  }
}

Result<std::vector<std::string>> Disk::list(std::string_view path) const {
  TRY(const Place place, find_place(path));
  if (!place.node) return fail(Errc::not_found, "no such file or directory");
  if (!place.node->is_directory) return fail(Errc::not_directory, "not a directory");
  std::vector<std::string> names;
  for (const auto& [name, node] : place.node->names) names.push_back(name);
  return names;
}

Result<void> Disk::sync_directory(std::string_view path) {
  TRY(const Place place, find_place(path));
  if (!place.node) return fail(Errc::not_found, "no such file or directory");
  if (!place.node->is_directory) return fail(Errc::not_directory, "not a directory");
  // A rename out of this directory or into it is one change: its other half becomes stable with it.
  std::vector<std::uint64_t> groups;
  for (const NameChange& change : changes_) {
    if (change.directory == place.node) groups.push_back(change.group);
  }
  std::erase_if(changes_, [&](const NameChange& change) {
    const bool is_covered = is_in(groups, change.group);
    if (is_covered) make_stable(change);
    return is_covered;
  });
  return {};
}

Result<void> Disk::write(DiskNode& node, ByteCount offset, ByteView bytes, WallTime now) {
  const ByteCount end_max = node.bytes.size() + (budget_ > used_ ? budget_ - used_ : 0);
  const bool fits = offset + bytes.size() <= std::max<ByteCount>(end_max, node.bytes.size());
  if (!fits) bytes = bytes.substr(0, end_max > offset ? static_cast<std::size_t>(end_max - offset) : 0);
  if (!bytes.empty()) {
    used_ -= node.bytes.size();
    put_bytes(node.bytes, offset, bytes);
    used_ += node.bytes.size();
    node.modified = now;
    node.unsynced.push_back({.offset = offset, .bytes = std::string(bytes)});
  }
  if (!fits) return fail(Errc::no_space, "no space left on the device");
  return {};
}

void Disk::sync(DiskNode& node) {
  for (const DiskNode::Write& write : node.unsynced) apply_write(node.stable_bytes, write);
  node.unsynced.clear();
}

void Disk::settle_bytes(DiskNode& node, Chance& chance, double keep_chance) {
  for (DiskNode::Write& write : std::exchange(node.unsynced, {})) {
    if (!chance.happens(keep_chance)) {
      if (chance.happens(0.5)) continue;  // lost
      // Torn. The size may have become stable before the bytes, which then read as zeros.
      const ByteCount end = write.offset + write.bytes.size();
      write.bytes.resize(static_cast<std::size_t>(chance.below(write.bytes.size() + 1)));
      apply_write(node.stable_bytes, write);
      if (chance.happens(0.5) && node.stable_bytes.size() < end)
        node.stable_bytes.resize(static_cast<std::size_t>(end));
      continue;
    }
    apply_write(node.stable_bytes, write);
  }
  node.bytes = node.stable_bytes;
}

void Disk::settle(DiskNode& node, Chance& chance, double keep_chance) {
  if (node.generation == generation_) {  // reached by another name before
    ++node.links;
    return;
  }
  node.generation = generation_;
  node.links = 1;
  node.handles = 0;
  settle_bytes(node, chance, keep_chance);
  used_ += node.bytes.size();
  node.names = node.stable_names;
  for (const auto& [name, child] : node.names) settle(*child, chance, keep_chance);
}

void Disk::crash(Chance& chance) {
  // Some crashes come just after nearly all was written out by itself, some before anything was.
  constexpr double keep_chances[] = {0, 0.5, 0.95};
  const double keep_chance = keep_chances[chance.below(3)];
  std::map<std::uint64_t, bool> is_kept;
  for (const NameChange& change : changes_) {
    const auto [fate, is_new] = is_kept.try_emplace(change.group, false);
    if (is_new) fate->second = chance.happens(keep_chance);
    if (fate->second) make_stable(change);
  }
  changes_.clear();
  ++generation_;
  used_ = 0;
  settle(*root_, chance, keep_chance);
}

}  // namespace gust::rt::sim
