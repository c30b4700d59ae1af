#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "bucket/store.h"
#include "bucket/test_host_internal.h"

namespace gust::bucket {
namespace {

using test::Host;
using test::write_body;

struct Uploading : Host {
  explicit Uploading(std::optional<ChecksumKind> kind = {}, ChecksumType type = ChecksumType::composite) {
    make_bucket();
    upload = *await(store->create_upload("pics", "k", {}, kind, type));
  }
  Result<Part> part(int number, std::string bytes, std::vector<ChecksumKind> kinds = {}) {
    auto body = await(write_body(*store, std::move(bytes), std::move(kinds)));
    return await(store->put_part("pics", "k", upload->id, number, *std::move(body)));
  }
  Result<ObjectPtr> complete(std::vector<NamedPart> parts, PutCondition condition = {}) {
    return await(store->complete_upload("pics", "k", upload->id, std::move(parts), std::move(condition)));
  }
  UploadPtr upload;
};

std::string etag_of(std::string_view bytes) { return hex_of(digest_of(DigestKind::md5, bytes)); }

// S3: the ETag of a multipart object is the MD5 of the parts' MD5s and their number.
TEST(Uploads, BecomeAnObjectOfThePartsNamed) {
  Uploading host;
  ASSERT_TRUE(host.part(2, "second part"));
  ASSERT_TRUE(host.part(5, "left out..."));
  ASSERT_TRUE(host.part(1, "first try.."));
  ASSERT_TRUE(host.part(1, "first part."));
  ASSERT_TRUE(host.part(9, "end"));
  const auto object =
      host.complete({{1, etag_of("first part."), {}}, {2, etag_of("second part"), {}}, {9, etag_of("end"), {}}});
  ASSERT_TRUE(object);
  EXPECT_EQ(host.get("k"), "first part.second partend");
  EXPECT_EQ((*object)->etag, etag_of(digest_of(DigestKind::md5, "first part.") +
                                     digest_of(DigestKind::md5, "second part") + digest_of(DigestKind::md5, "end")) +
                                 "-3");
  EXPECT_EQ(host.store->find_upload("pics", "k", host.upload->id).error().text, "NoSuchUpload");
  host.world.run_until_idle();
  EXPECT_EQ(host.count_files("bodies"), 3U);
  EXPECT_EQ(host.count_files("buckets/pics/uploads"), 0U);
  host.upload.reset();
  host.stop();
  host.start();
  EXPECT_EQ(host.get("k"), "first part.second partend");
}

TEST(Uploads, RefuseWrongParts) {
  Uploading host;
  ASSERT_TRUE(host.part(1, "0123456789"));
  ASSERT_TRUE(host.part(2, "short"));
  ASSERT_TRUE(host.part(3, "0123456789"));
  const NamedPart one{1, etag_of("0123456789"), {}};
  const NamedPart two{2, etag_of("short"), {}};
  const NamedPart three{3, etag_of("0123456789"), {}};
  EXPECT_EQ(host.complete({}).error().text, "InvalidPart");
  EXPECT_EQ(host.complete({one, {4, one.etag, {}}}).error().text, "InvalidPart");
  EXPECT_EQ(host.complete({{1, two.etag, {}}}).error().text, "InvalidPart");
  EXPECT_EQ(host.complete({three, one}).error().text, "InvalidPartOrder");
  EXPECT_EQ(host.complete({one, one}).error().text, "InvalidPartOrder");
  EXPECT_EQ(host.complete({one, two, three}).error().text, "EntityTooSmall");
  EXPECT_EQ(host.part(0, "x").error().text, "InvalidArgument");
  EXPECT_EQ(host.part(10'001, "x").error().text, "InvalidArgument");
  EXPECT_EQ(host.get("k"), "NoSuchKey");
  EXPECT_TRUE(host.complete({
      one,
      three,
  }));
}

TEST(Uploads, ConditionsAreThoseOfPuts) {
  Uploading host;
  ASSERT_TRUE(host.part(1, "part"));
  ASSERT_TRUE(host.put("k", "there"));
  EXPECT_EQ(host.complete({{1, etag_of("part"), {}}}, {.only_if_absent = true, .only_if_etag = {}}).error().text,
            "PreconditionFailed");
  EXPECT_TRUE(host.complete({{1, etag_of("part"), {}}}));
  EXPECT_EQ(host.get("k"), "part");
}

TEST(Uploads, KeepOverARestartAndGoWithAbort) {
  Uploading host(ChecksumKind::crc32c);
  ASSERT_TRUE(host.part(7, "part", {ChecksumKind::crc32c}));
  host.stop();
  host.start();
  const auto upload = host.store->find_upload("pics", "k", host.upload->id);
  ASSERT_TRUE(upload);
  EXPECT_EQ((*upload)->checksum_kind, ChecksumKind::crc32c);
  ASSERT_EQ((*upload)->parts.size(), 1U);
  EXPECT_EQ((*upload)->parts.at(7).etag, etag_of("part"));
  EXPECT_EQ((*upload)->parts.at(7).checksums.size(), 1U);
  EXPECT_EQ(host.await(host.store->abort_upload("pics", "other", host.upload->id)).error().text, "NoSuchUpload");
  EXPECT_TRUE(host.await(host.store->abort_upload("pics", "k", host.upload->id)));
  EXPECT_EQ(host.await(host.store->abort_upload("pics", "k", host.upload->id)).error().text, "NoSuchUpload");
  EXPECT_EQ(host.part(1, "x").error().text, "NoSuchUpload");
  EXPECT_EQ(host.complete({{7, etag_of("part"), {}}}).error().text, "NoSuchUpload");
}

TEST(Uploads, AbortRemovesBytes) {
  Uploading host;
  ASSERT_TRUE(host.part(1, "part"));
  EXPECT_TRUE(host.await(host.store->abort_upload("pics", "k", host.upload->id)));
  host.upload.reset();
  host.world.run_until_idle();
  EXPECT_EQ(host.count_files("bodies"), 0U);
  EXPECT_EQ(host.count_files("buckets/pics/uploads"), 0U);
}

TEST(Uploads, ChecksumOfTheFullObjectComesFromTheParts) {
  Uploading host(ChecksumKind::crc64nvme, ChecksumType::full_object);
  ASSERT_TRUE(host.part(1, "0123456789", {ChecksumKind::crc64nvme}));
  ASSERT_TRUE(host.part(2, "abc", {ChecksumKind::crc64nvme}));
  const auto object = host.complete({{1, etag_of("0123456789"), {}}, {2, etag_of("abc"), {}}});
  ASSERT_TRUE(object);
  EXPECT_EQ(text_of((*object)->checksums.at(0)), base64_of(digest_of(DigestKind::crc64nvme, "0123456789abc")));
}

TEST(Uploads, ANamedChecksumMustBeThatOfThePart) {
  Uploading host(ChecksumKind::crc32);
  ASSERT_TRUE(host.part(1, "abc", {ChecksumKind::crc32}));
  Checksum wrong{.kind = ChecksumKind::crc32, .type = ChecksumType::full_object, .value = "1234", .parts = 0};
  EXPECT_EQ(host.complete({{1, etag_of("abc"), {wrong}}}).error().text, "InvalidPart");
  wrong.value = digest_of(DigestKind::crc32, "abc");
  const auto object = host.complete({{1, etag_of("abc"), {wrong}}});
  ASSERT_TRUE(object);
  EXPECT_EQ(text_of((*object)->checksums.at(0)), base64_of(digest_of(DigestKind::crc32, wrong.value)) + "-1");
}

TEST(Uploads, APartOfAnObjectSharesItsBytes) {
  Uploading host;
  const auto source = host.put("source", "all of it");
  ASSERT_TRUE(BucketStore::can_share_as_part(**source, {}));
  EXPECT_FALSE(BucketStore::can_share_as_part(**source, ChecksumKind::sha1));
  ASSERT_TRUE(host.await(host.store->share_part("pics", "k", host.upload->id, 1, *source)));
  EXPECT_EQ(host.count_files("bodies"), 1U);
  ASSERT_TRUE(host.await(host.store->delete_object("pics", "source")));
  ASSERT_TRUE(host.complete({{1, etag_of("all of it"), {}}}));
  EXPECT_FALSE(BucketStore::can_share_as_part(**host.store->find_object("pics", "k"), {}));
  EXPECT_EQ(host.get("k"), "all of it");
}

TEST(UploadLists, AreInOrderOfKeyAndTime) {
  Host host;
  host.make_bucket();
  std::vector<std::string> ids;
  for (const char* key : {"b", "a/1", "b", "a/2", "c"}) {
    ids.push_back((*host.await(host.store->create_upload("pics", key, {}, {}, ChecksumType::composite)))->id);
    host.world.run_for(std::chrono::seconds(1));
  }
  auto page = *host.store->list_uploads("pics", {});
  ASSERT_EQ(page.uploads.size(), 5U);
  EXPECT_EQ(page.uploads[2]->id, ids[0]);
  EXPECT_EQ(page.uploads[3]->id, ids[2]);
  EXPECT_FALSE(page.is_truncated);

  page = *host.store->list_uploads("pics",
                                   {.prefix = "", .delimiter = "/", .after_key = "", .after_id = "", .items_max = 2});
  EXPECT_EQ(page.common_prefixes, std::vector<std::string>{"a/"});
  ASSERT_EQ(page.uploads.size(), 1U);
  EXPECT_TRUE(page.is_truncated);
  page = *host.store->list_uploads(
      "pics", {.prefix = "", .delimiter = "/", .after_key = page.last_key, .after_id = page.last_id, .items_max = 9});
  ASSERT_EQ(page.uploads.size(), 2U);
  EXPECT_EQ(page.uploads[0]->id, ids[2]);
  EXPECT_TRUE(page.common_prefixes.empty());
  page = *host.store->list_uploads("pics",
                                   {.prefix = "", .delimiter = "", .after_key = "b", .after_id = "", .items_max = 9});
  ASSERT_EQ(page.uploads.size(), 1U);
  EXPECT_EQ(page.uploads[0]->key, "c");
}

}  // namespace
}  // namespace gust::bucket
