// Versions of keys in memory, and their listing page by page.
#include "bucket/object_index.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "bucket/listing.h"

namespace gust::bucket {
namespace {

ObjectPtr version(std::string key, std::string id, std::uint64_t order, bool is_marker = false) {
  Object object;
  object.key = std::move(key);
  object.version_id = std::move(id);
  object.order = order;
  object.is_delete_marker = is_marker;
  return std::make_shared<const Object>(std::move(object));
}

std::string ids_of(const ObjectIndex& index, std::string_view key) {
  std::string ids;
  for (const ObjectPtr& object : index.versions_of(key)) ids += object->version_id + ".";
  return ids;
}

TEST(ObjectIndex, TheNewestVersionIsCurrentUnlessItIsAMarker) {
  ObjectIndex index;
  EXPECT_EQ(index.put(version("k", "", 0)), nullptr);
  EXPECT_EQ(index.put(version("k", "b", 2)), nullptr);
  EXPECT_EQ(index.put(version("k", "a", 1)), nullptr) << "read from disk in any order";
  EXPECT_EQ(ids_of(index, "k"), ".a.b.");
  EXPECT_EQ(index.current().at("k")->version_id, "b");
  index.put(version("k", "m", 3, true));
  EXPECT_TRUE(index.current().empty());
  EXPECT_FALSE(index.empty());
  EXPECT_EQ(index.newest("k")->version_id, "m");
  EXPECT_EQ(index.versions(), 4U);

  EXPECT_EQ(index.erase("k", "m")->version_id, "m");
  EXPECT_EQ(index.current().at("k")->version_id, "b");
  EXPECT_EQ(index.erase("k", "none"), nullptr);
  for (const char* id : {"b", "", "a"}) EXPECT_NE(index.erase("k", id), nullptr) << id;
  EXPECT_TRUE(index.empty());
  EXPECT_EQ(index.versions(), 0U);
}

TEST(ObjectIndex, AVersionOfTheSameIdTakesThePlaceOfTheOneBefore) {
  ObjectIndex index;
  const ObjectPtr first = version("k", "", 0);
  index.put(first);
  EXPECT_EQ(index.put(version("k", "", 0)), first);
  index.put(version("k", "a", 1));
  const ObjectPtr marker = version("k", "", 2, true);  // as a delete in a suspended bucket sets it
  EXPECT_NE(index.put(marker), nullptr);
  EXPECT_EQ(ids_of(index, "k"), "a..");
  EXPECT_TRUE(index.current().empty());
  EXPECT_EQ(index.put(version("k", "", 3)), marker);
  EXPECT_EQ(index.current().at("k")->order, 3U);
}

TEST(ObjectIndex, AMarkerAloneIsAVersion) {
  ObjectIndex index;
  index.put(version("k", "m", 0, true));
  EXPECT_EQ(index.versions(), 1U);
  EXPECT_EQ(index.find("k", "m")->version_id, "m");
  EXPECT_EQ(index.next_key("", false), "k");
  EXPECT_EQ(index.next_key("k", true), std::nullopt);
  EXPECT_NE(index.put(version("k", "m", 0)), nullptr);
  EXPECT_EQ(index.current().size(), 1U);
}

struct Listed {
  ObjectIndex index;
  std::size_t pages = 0;

  Listed() {
    for (std::uint64_t i = 0; i < 3; ++i) index.put(version("a/x", fmt::format("{}", i), i));
    index.put(version("a/y", "m", 1, true));
    index.put(version("a/y", "", 0));
    index.put(version("b", "", 0));
    index.put(version("c/1", "", 0));
    index.put(version("c/2", "m", 0, true));
  }
  // Every item of every page: key@id for the newest, key-id for others, prefixes as they are.
  std::string all(VersionQuery query) {
    std::string text;
    for (pages = 0; pages < 20;) {
      const VersionPage page = list_version_page(index, query);
      ++pages;
      for (const auto& [object, is_newest] : page.items) {
        text += fmt::format("{}{}{} ", object->key, is_newest ? "@" : "-", object->version_id);
      }
      for (const std::string& prefix : page.common_prefixes) text += prefix + " ";
      if (!page.is_truncated) break;
      query.after_key = page.last_key;
      query.after_order = page.last_version ? std::optional(page.last_version->order) : std::nullopt;
    }
    return text;
  }
};

TEST(VersionListing, GoesByKeyAndThenFromTheNewest) {
  Listed listed;
  EXPECT_EQ(listed.all({}), "a/x@2 a/x-1 a/x-0 a/y@m a/y- b@ c/1@ c/2@m ");
  EXPECT_EQ(listed.all({.prefix = "a/y"}), "a/y@m a/y- ");
  EXPECT_EQ(listed.all({.prefix = "d"}), "");
  EXPECT_EQ(listed.all({.after_key = "a/x"}), "a/y@m a/y- b@ c/1@ c/2@m ");
  EXPECT_EQ(listed.all({.after_key = "a/x", .after_order = 1}), "a/x-0 a/y@m a/y- b@ c/1@ c/2@m ");
}

TEST(VersionListing, PagesOfAnySizeGiveTheSame) {
  Listed listed;
  for (std::size_t items = 1; items < 10; ++items) {
    EXPECT_EQ(listed.all({.items_max = items}), "a/x@2 a/x-1 a/x-0 a/y@m a/y- b@ c/1@ c/2@m ") << items;
    EXPECT_EQ(listed.pages, (8 + items - 1) / items);
  }
  EXPECT_EQ(listed.all({.delimiter = "/", .items_max = 1}), "a/ b@ c/ ");
  EXPECT_EQ(listed.all({.prefix = "c/", .delimiter = "/", .items_max = 1}), "c/1@ c/2@m ");
  EXPECT_FALSE(list_version_page(listed.index, {.items_max = 0}).is_truncated);
}

}  // namespace
}  // namespace gust::bucket
