// Versions in the store: what puts, deletes and changes leave, and that a restart finds it.
#include <gtest/gtest.h>

#include "bucket/test_host_internal.h"

namespace gust::bucket {
namespace {

struct Versioned : test::Host {
  Versioned() {
    make_bucket();
    set(Versioning::enabled);
  }
  void set(Versioning versioning) { EXPECT_TRUE(await(store->set_versioning("pics", versioning))); }
  std::string put_version(std::string bytes) { return (*put("k", std::move(bytes)))->version_id; }
  Deleted remove(VersionChoice version = {}, DeleteCondition condition = {}) {
    return *await(store->delete_object("pics", "k", std::move(version), std::move(condition)));
  }
  std::string read(const std::string& version) {
    const auto object = store->find_version("pics", "k", version);
    if (!object) return std::string(object.error().text);
    if ((*object)->is_delete_marker) return "(marker)";
    return *await(test::read_bytes(*object));
  }
  // All versions, newest first.
  std::string all() {
    std::string text;
    for (const auto& item : store->list_versions("pics", {})->items) text += read(item.version->version_id) + " ";
    return text;
  }
  void restart() {
    stop();
    start();
  }
};

TEST(Versions, PutsKeepWhatWasThere) {
  Versioned host;
  const std::string one = host.put_version("one");
  const std::string two = host.put_version("two");
  EXPECT_EQ(one.size(), 32U);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(host.get("k"), "two");
    EXPECT_EQ(host.read(one), "one");
    EXPECT_EQ(host.read(two), "two");
    EXPECT_EQ(host.read(""), "NoSuchVersion");
    host.restart();
  }
  EXPECT_EQ(host.store->start_report().objects, 2U);
}

TEST(Versions, ADeleteSetsAMarkerAndItsRemovalBringsTheObjectBack) {
  Versioned host;
  const std::string one = host.put_version("one");
  const Deleted deleted = host.remove();
  EXPECT_TRUE(deleted.is_marker);
  host.restart();
  EXPECT_EQ(host.get("k"), "NoSuchKey");
  EXPECT_EQ(host.all(), "(marker) one ");
  EXPECT_EQ(host.await(host.store->delete_bucket("pics")).error().text, "BucketNotEmpty");
  EXPECT_TRUE(host.remove(deleted.version_id).is_marker);
  EXPECT_EQ(host.get("k"), "one");
  EXPECT_FALSE(host.remove(one).is_marker);
  host.restart();
  EXPECT_EQ(host.all(), "");
  EXPECT_EQ(host.count_files("bodies"), 0U);
  EXPECT_TRUE(host.await(host.store->delete_bucket("pics")));
}

TEST(Versions, WhatWasThereBeforeIsTheNullVersion) {
  Versioned host;
  host.set(Versioning::suspended);
  EXPECT_EQ(host.put_version("null"), "");
  host.set(Versioning::enabled);
  host.put_version("one");
  EXPECT_EQ(host.all(), "one null ");
  // Suspended: the null version is replaced and becomes the newest; the others stay.
  host.set(Versioning::suspended);
  EXPECT_EQ(host.put_version("null again"), "");
  host.restart();
  EXPECT_EQ(host.all(), "null again one ");
  EXPECT_EQ(host.get("k"), "null again");
  EXPECT_EQ(host.remove().version_id, "");
  EXPECT_EQ(host.all(), "(marker) one ");
  host.restart();
  EXPECT_EQ(host.all(), "(marker) one ");
  EXPECT_EQ(host.get("k"), "NoSuchKey");
  host.remove("");
  EXPECT_EQ(host.get("k"), "one");
  EXPECT_EQ(host.count_files("bodies"), 1U);
}

TEST(Versions, FactsChangeOfTheVersionAskedFor) {
  Versioned host;
  const std::string one = host.put_version("one");
  host.put_version("two");
  EXPECT_TRUE(host.await(host.store->set_object_tags("pics", "k", one, {{"a", "1 = one"}})));
  EXPECT_TRUE(host.await(host.store->set_object_acl("pics", "k", {}, Acl::public_read)));
  host.restart();
  const ObjectPtr first = *host.store->find_version("pics", "k", one);
  EXPECT_EQ(first->facts.tags, (std::vector<NameAndValue>{{"a", "1 = one"}}));
  EXPECT_EQ(first->facts.acl, Acl::private_);
  const ObjectPtr second = *host.store->find_object("pics", "k");
  EXPECT_TRUE(second->facts.tags.empty());
  EXPECT_EQ(second->facts.acl, Acl::public_read);
  EXPECT_EQ(host.all(), "two one ");
  const Deleted marker = host.remove();
  EXPECT_EQ(host.await(host.store->set_object_tags("pics", "k", marker.version_id, {})).error().text,
            "MethodNotAllowed");
  EXPECT_EQ(host.await(host.store->set_object_tags("pics", "k", {}, {})).error().text, "NoSuchKey");
  EXPECT_EQ(host.await(host.store->set_object_tags("pics", "k", "none", {})).error().text, "NoSuchVersion");
}

TEST(Versions, ADeleteMayBeBoundToWhatWasSeen) {
  Versioned host;
  const ObjectPtr one = *host.put("k", "one");
  const auto refusal_of = [&](DeleteCondition condition) {
    const auto done = host.await(host.store->delete_object("pics", "k", {}, std::move(condition)));
    return done ? "" : std::string(done.error().text);
  };
  EXPECT_EQ(refusal_of({.only_if_etag = "other"}), "PreconditionFailed");
  host.put_version("one");
  EXPECT_EQ(refusal_of({.only_if_still = one}), "PreconditionFailed") << "the same bytes, but another version";
  EXPECT_EQ(refusal_of({.only_if_etag = one->etag}), "");
  EXPECT_EQ(refusal_of({.only_if_etag = "*"}), "NoSuchKey") << "a marker is no object";
}

TEST(Versions, DocumentsStayWithTheirBucket) {
  Versioned host;
  EXPECT_TRUE(host.await(host.store->set_bucket_document("pics", "a", "text: of a\n")));
  EXPECT_TRUE(host.await(host.store->set_bucket_document("pics", "b", "b")));
  EXPECT_TRUE(host.await(host.store->set_bucket_document("pics", "b", std::nullopt)));
  EXPECT_EQ(host.await(host.store->set_bucket_document("none", "b", "b")).error().text, "NoSuchBucket");
  for (int i = 0; i < 2; ++i) {
    const BucketInfo info = *host.store->find_bucket("pics");
    ASSERT_NE(info.document("a"), nullptr);
    EXPECT_EQ(*info.document("a"), "text: of a\n");
    EXPECT_EQ(info.document("b"), nullptr);
    EXPECT_EQ(info.versioning, Versioning::enabled);
    host.restart();
  }
}

}  // namespace
}  // namespace gust::bucket
