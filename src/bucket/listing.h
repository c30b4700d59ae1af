// Listing: one page of keys in order, with keys below a delimiter rolled up into common prefixes.
//
// Source: Amazon S3 API reference, ListObjects, ListObjectsV2 and ListMultipartUploads; order is that of UTF-8 bytes.
// Shape:  pure functions over an ordered map. A page costs at most items_max + 1 look-ups, whatever lies between.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "bucket/object.h"
#include "bucket/object_index.h"

namespace gust::bucket {

inline constexpr std::size_t list_items_max = 1000;

struct ListQuery {
  std::string prefix;
  std::string delimiter;
  std::string after;  // only what comes behind it: a key, or a common prefix, which is then left out with all below it
  std::size_t items_max = list_items_max;  // keys and common prefixes together; more counts as list_items_max
};

struct ListPage {
  std::vector<ObjectPtr> objects;
  std::vector<std::string> common_prefixes;
  bool is_truncated = false;
  std::string last;  // the last key or common prefix of the page: `after` of the next
};

ListPage list_page(const ObjectMap& objects, const ListQuery& query);

// ListObjectVersions: versions in order of key, the newest of a key first.
struct VersionQuery {
  std::string prefix = {};
  std::string delimiter = {};
  std::string after_key = {};                     // only versions of keys behind it, or
  std::optional<std::uint64_t> after_order = {};  // of that key those that are older than this too
  std::size_t items_max = list_items_max;
};

struct VersionPage {
  struct Item {
    ObjectPtr version;
    bool is_newest = false;
  };
  std::vector<Item> items;
  std::vector<std::string> common_prefixes;
  bool is_truncated = false;
  std::string last_key;    // the key or common prefix of the last item
  ObjectPtr last_version;  // null when the last item is a common prefix
};

VersionPage list_version_page(const ObjectIndex& index, const VersionQuery& query);

struct UploadQuery {
  std::string prefix;
  std::string delimiter;
  std::string after_key;  // only uploads of keys behind it, or
  std::string after_id;   // where not empty: of that key with an id behind this one too
  std::size_t items_max = list_items_max;
};

struct UploadPage {
  std::vector<UploadPtr> uploads;
  std::vector<std::string> common_prefixes;
  bool is_truncated = false;
  std::string last_key;
  std::string last_id;  // empty when the last item is a common prefix
};

using UploadMap = std::map<std::pair<std::string, std::string>, UploadPtr>;  // by key, then id
UploadPage list_upload_page(const UploadMap& uploads, const UploadQuery& query);

}  // namespace gust::bucket
