#include "bucket/listing.h"

#include <algorithm>
#include <optional>

namespace gust::bucket {
namespace {

// The first text behind every text that begins with `prefix`; nothing where there is none.
std::optional<std::string> end_of_prefix(std::string prefix) {
  while (!prefix.empty() && static_cast<unsigned char>(prefix.back()) == 0xFF) prefix.pop_back();
  if (prefix.empty()) return std::nullopt;
  prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
  return prefix;
}

// The common prefix that `key` is rolled up into; nothing where it stands for itself.
std::optional<std::string> rolled_up(std::string_view key, std::string_view prefix, std::string_view delimiter) {
  if (delimiter.empty()) return std::nullopt;
  const std::size_t at = key.find(delimiter, prefix.size());
  if (at == std::string_view::npos) return std::nullopt;
  return std::string(key.substr(0, at + delimiter.size()));
}

// What both listings share: walks `map` from `at`, hands out keys and common prefixes until one more than the page
// holds has come. `key_of` gives the key of an item; `from(key)` the first item at or behind a key; `behind(prefix)`
// is true where all of that common prefix lies behind what was listed before.
template <typename Map, typename KeyOf, typename From, typename TakeItem, typename TakePrefix>
bool walk(const Map& map, typename Map::const_iterator at, std::string_view prefix, std::string_view delimiter,
          std::string_view after, std::size_t items_max, const KeyOf& key_of, const From& from,
          const TakeItem& take_item, const TakePrefix& take_prefix) {
  std::size_t taken = 0;
  while (at != map.end() && key_of(at).starts_with(prefix)) {
    const std::optional<std::string> common = rolled_up(key_of(at), prefix, delimiter);
    const bool listed_before = common && after.starts_with(*common);
    if (!listed_before && taken == items_max) return true;
    if (!common) {
      take_item(at);
      ++taken;
      ++at;
      continue;
    }
    if (!listed_before) {
      take_prefix(*common);
      ++taken;
    }
    const auto end = end_of_prefix(*common);
    at = end ? from(*end) : map.end();
  }
  return false;
}

}  // namespace

ListPage list_page(const ObjectMap& objects, const ListQuery& query) {
  ListPage page;
  const std::size_t items_max = std::min(query.items_max, list_items_max);
  if (items_max == 0) return page;
  const auto at = query.after >= query.prefix && !query.after.empty() ? objects.upper_bound(query.after)
                                                                      : objects.lower_bound(query.prefix);
  page.is_truncated = walk(
      objects, at, query.prefix, query.delimiter, query.after, items_max,
      [](auto item) { return std::string_view(item->first); },
      [&](const std::string& key) { return objects.lower_bound(key); },
      [&](auto item) {
        page.objects.push_back(item->second);
        page.last = item->first;
      },
      [&](const std::string& common) {
        page.common_prefixes.push_back(common);
        page.last = common;
      });
  return page;
}

VersionPage list_version_page(const ObjectIndex& index, const VersionQuery& query) {
  VersionPage page;
  const std::size_t items_max = std::min(query.items_max, list_items_max);
  if (items_max == 0) return page;
  std::size_t taken = 0;
  const bool goes_on = query.after_key >= query.prefix && !query.after_key.empty();
  auto key = index.next_key(goes_on ? query.after_key : query.prefix, goes_on && !query.after_order);
  while (key && key->starts_with(query.prefix)) {
    if (const auto common = rolled_up(*key, query.prefix, query.delimiter)) {
      if (!query.after_key.starts_with(*common)) {
        if (taken++ == items_max) break;
        page.common_prefixes.push_back(*common);
        page.last_key = *common;
        page.last_version = nullptr;
      }
      const auto end = end_of_prefix(*common);
      key = end ? index.next_key(*end, false) : std::nullopt;
      continue;
    }
    const auto versions = index.versions_of(*key);
    for (std::size_t i = versions.size(); i-- > 0;) {
      if (goes_on && *key == query.after_key && versions[i]->order >= *query.after_order) continue;
      if (taken++ == items_max) break;
      page.items.push_back({.version = versions[i], .is_newest = i + 1 == versions.size()});
      page.last_key = *key;
      page.last_version = versions[i];
    }
    if (taken > items_max) break;
    key = index.next_key(*key, true);
  }
  page.is_truncated = taken > items_max;
  return page;
}

UploadPage list_upload_page(const UploadMap& uploads, const UploadQuery& query) {
  UploadPage page;
  const std::size_t items_max = std::min(query.items_max, list_items_max);
  if (items_max == 0) return page;
  auto at = uploads.lower_bound({query.prefix, ""});
  if (query.after_key >= query.prefix && !query.after_key.empty()) {
    // Without an id everything of the key itself is behind us: no id is greater than this.
    at = uploads.upper_bound({query.after_key, query.after_id.empty() ? "\xff" : query.after_id});
  }
  page.is_truncated = walk(
      uploads, at, query.prefix, query.delimiter, query.after_key, items_max,
      [](auto item) { return std::string_view(item->first.first); },
      [&](const std::string& key) { return uploads.lower_bound({key, ""}); },
      [&](auto item) {
        page.uploads.push_back(item->second);
        page.last_key = item->first.first;
        page.last_id = item->first.second;
      },
      [&](const std::string& common) {
        page.common_prefixes.push_back(common);
        page.last_key = common;
        page.last_id.clear();
      });
  return page;
}

}  // namespace gust::bucket
