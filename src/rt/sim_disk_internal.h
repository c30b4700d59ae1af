// Disk: the file tree of a simulated host, with what of it would survive a power loss.
//
// Source: the promises of files.h and no more: bytes are stable after sync() of the file, names after sync_directory()
//         of the directory that holds them. What a kind file system does beyond that is not relied on.
// Shape:  pure state, no waiting. A node keeps its bytes as seen, its bytes as stable, and the writes between the two;
//         the disk keeps the changes of names since the last sync_directory() in their order.
// Errors: as the real file system gives them (see real_files.cc), including a budget of bytes.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "rt/files.h"

namespace gust::rt::sim {

class Chance;

struct DiskNode {
  bool is_directory = false;
  WallTime modified{};

  std::string bytes;
  std::string stable_bytes;
  struct Write {
    ByteCount offset = 0;
    std::string bytes;
    bool truncates = false;  // to nothing, before the bytes
  };
  std::vector<Write> unsynced;

  using Names = std::map<std::string, std::shared_ptr<DiskNode>, std::less<>>;
  Names names;
  Names stable_names;

  std::size_t links = 0;         // names seen
  std::size_t handles = 0;       // open Files
  std::uint64_t generation = 0;  // of the last crash that it was part of
};
using DiskNodeRef = std::shared_ptr<DiskNode>;

class Disk {
 public:
  Disk();

  Result<DiskNodeRef> open(std::string_view path, OpenMode mode, WallTime now);
  void close(DiskNode& node);
  Result<FileStatus> status(std::string_view path) const;
  Result<void> rename(std::string_view from, std::string_view to);
  Result<void> remove(std::string_view path);
  Result<void> remove_directory(std::string_view path);
  Result<void> make_directory(std::string_view path, WallTime now);
  Result<std::vector<std::string>> list(std::string_view path) const;
  Result<void> sync_directory(std::string_view path);

  // As much as the budget holds; the rest is no_space.
  Result<void> write(DiskNode& node, ByteCount offset, ByteView bytes, WallTime now);
  void sync(DiskNode& node);

  void set_budget(ByteCount bytes) { budget_ = bytes; }
  ByteCount used() const { return used_; }
  // Null when there is none.
  DiskNodeRef find(std::string_view path) const;

  // Loses what is not stable, by draws. Nodes opened before are of an older generation and no longer part of the disk.
  void crash(Chance& chance);
  std::uint64_t generation() const { return generation_; }

 private:
  struct NameChange {
    DiskNodeRef directory;
    std::string name;
    DiskNodeRef node;         // null: the name goes
    std::uint64_t group = 0;  // the two halves of a rename share one: kept or lost together
  };
  // Where a path's last part lives.
  struct Place {
    DiskNodeRef directory;
    std::string name;
    DiskNodeRef node;  // null when there is none
    std::vector<DiskNodeRef> parents;
  };
  Result<Place> find_place(std::string_view path) const;
  void set_name(const Place& place, DiskNodeRef node, std::uint64_t group);
  static void make_stable(const NameChange& change);
  void free_if_unused(const DiskNode& node);
  static void settle_bytes(DiskNode& node, Chance& chance, double keep_chance);
  void settle(DiskNode& node, Chance& chance, double keep_chance);

  DiskNodeRef root_;
  std::vector<NameChange> changes_;
  std::uint64_t next_group_ = 0;
  ByteCount budget_ = UINT64_MAX;
  ByteCount used_ = 0;
  std::uint64_t generation_ = 0;
};

}  // namespace gust::rt::sim
