// ObjectIndex: all versions of all keys of a bucket in memory, and which of them are current.
//
// Source: Amazon S3 user guide, "How S3 Versioning works": the newest version of a key is the current one; where that
// is
//         a delete marker, there is no object.
// Shape:  keys with one version that is no marker are in `current` alone, so a bucket without versioning costs what one
//         map costs; all others have a list of their versions beside it.
// Memory: one pointer a version. Cost: of a look-up the logarithm of the keys and of the key's versions.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bucket/object.h"

namespace gust::bucket {

using ObjectMap = std::map<std::string, ObjectPtr, std::less<>>;

class ObjectIndex {
 public:
  // The objects that are there: what a look-up or listing without version ids sees.
  const ObjectMap& current() const { return current_; }
  // No version of anything, no marker.
  bool empty() const { return current_.empty() && histories_.empty(); }
  std::size_t versions() const;

  // Oldest first; the last is the newest. Good until the next change.
  std::span<const ObjectPtr> versions_of(std::string_view key) const;
  // May be a delete marker; null where there is nothing.
  ObjectPtr newest(std::string_view key) const;
  // `version_id` as in Object; null where there is none.
  ObjectPtr find(std::string_view key, std::string_view version_id) const;
  // The first key at `from` or, with `behind`, behind it that has any version.
  std::optional<std::string_view> next_key(std::string_view from, bool behind) const;

  // Adds a version, in place of that of the same id, which it gives back. Any order will do.
  ObjectPtr put(ObjectPtr object);
  // Takes a version out and gives it back; null where there is none.
  ObjectPtr erase(std::string_view key, std::string_view version_id);

 private:
  using Histories = std::map<std::string, std::vector<ObjectPtr>, std::less<>>;
  void settle(Histories::iterator history);

  ObjectMap current_;
  Histories histories_;  // of keys with more than one version, or a marker; in order
};

}  // namespace gust::bucket
