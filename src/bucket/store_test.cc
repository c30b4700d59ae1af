#include "bucket/store.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "bucket/test_host_internal.h"
#include "rt/scope.h"

namespace gust::bucket {
namespace {

using test::Host;
using test::write_body;

TEST(Buckets, AreMadeOnceAndKeepWhatTheyAre) {
  Host host;
  host.make_bucket();
  EXPECT_EQ(host.await(host.store->create_bucket("pics", "x", "me", Acl::private_)).error(), refusal::bucket_is_yours);
  EXPECT_EQ(host.await(host.store->create_bucket("pics", "x", "you", Acl::private_)).error(), refusal::bucket_exists);
  EXPECT_EQ(host.await(host.store->create_bucket("../x", "x", "me", Acl::private_)).error(), refusal::bad_bucket_name);
  EXPECT_TRUE(host.await(host.store->set_bucket_acl("pics", Acl::public_read)));
  host.stop();
  host.start();
  const auto bucket = host.store->find_bucket("pics");
  ASSERT_TRUE(bucket);
  EXPECT_EQ(bucket->region, "ap-south-1");
  EXPECT_EQ(bucket->owner, "me");
  EXPECT_EQ(bucket->acl, Acl::public_read);
  EXPECT_EQ(host.store->list_buckets().size(), 1U);
}

TEST(Buckets, AreLimitedInNumber) {
  Host host;
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(host.await(host.store->create_bucket("bucket-" + std::to_string(i), "r", "me", Acl::private_)));
  }
  EXPECT_EQ(host.await(host.store->create_bucket("one-more", "r", "me", Acl::private_)).error().text, "TooManyBuckets");
}

TEST(Buckets, AreDeletedOnlyWhenEmptyAndTakeTheirUploadsAlong) {
  Host host;
  host.make_bucket();
  ASSERT_TRUE(host.put("a", "bytes"));
  EXPECT_EQ(host.await(host.store->delete_bucket("pics")).error().text, "BucketNotEmpty");
  ASSERT_TRUE(host.await(host.store->delete_object("pics", "a")));
  const auto upload = host.await(host.store->create_upload("pics", "b", {}, {}, ChecksumType::composite));
  ASSERT_TRUE(upload);
  auto body = host.await(write_body(*host.store, "part"));
  ASSERT_TRUE(host.await(host.store->put_part("pics", "b", (*upload)->id, 1, *std::move(body))));
  body = std::unexpected(Error{});
  EXPECT_TRUE(host.await(host.store->delete_bucket("pics")));
  EXPECT_EQ(host.await(host.store->delete_bucket("pics")).error().text, "NoSuchBucket");
  EXPECT_FALSE(host.store->find_bucket("pics"));
  EXPECT_EQ(host.put("a", "x").error().text, "NoSuchBucket");
  EXPECT_EQ(host.count_files("buckets"), 0U);
}

// SECURITY.md "bucket paths": keys are opaque bytes; no file lies outside the store.
TEST(Objects, AnyKeyIsKeptAndReadBackWithinTheStore) {
  Host host;
  host.make_bucket();
  const std::vector<std::string> keys{"../../x",
                                      "a/../../b",
                                      "%2e%2e",
                                      std::string(1024, 'k'),
                                      "a\nb",
                                      "/",
                                      "..",
                                      "\x01\x7f\\x",
                                      "\xf0\x9f\x8c\x8a",
                                      "bucket",
                                      "con",
                                      "a",
                                      "a/",
                                      "a/b"};
  for (const std::string& key : keys) ASSERT_TRUE(host.put(key, "bytes of " + key)) << key;
  host.stop();
  host.start();
  for (const std::string& key : keys) EXPECT_EQ(host.get(key), "bytes of " + key);
  EXPECT_EQ(host.store->start_report().objects, keys.size());
  EXPECT_EQ(host.await(test::count_files_under(host.loop.files(), "/")), 2 * keys.size() + 2)
      << "a record and a body each, the format and the bucket";
}

TEST(Objects, KeepFactsEtagAndChecksumsOverARestart) {
  Host host;
  host.make_bucket();
  auto body = host.await(write_body(*host.store, "hello", {ChecksumKind::crc32, ChecksumKind::sha256}));
  ASSERT_TRUE(body);
  const ObjectFacts facts{.headers = {{"content-type", "text/plain"}, {"cache-control", "max-age=1: \n\0x"}},
                          .metadata = {{"city", "Bombay"}, {"empty", ""}},
                          .acl = Acl::public_read};
  ASSERT_TRUE(host.await(host.store->put_object("pics", "k", *std::move(body), facts, {})));
  host.stop();
  host.start();
  const auto object = host.store->find_object("pics", "k");
  ASSERT_TRUE(object);
  EXPECT_EQ((*object)->etag, "5d41402abc4b2a76b9719d911017c592");
  EXPECT_EQ((*object)->size, 5U);
  EXPECT_EQ((*object)->facts.headers, facts.headers);
  EXPECT_EQ((*object)->facts.metadata, facts.metadata);
  EXPECT_EQ((*object)->facts.acl, Acl::public_read);
  ASSERT_EQ((*object)->checksums.size(), 2U);
  EXPECT_EQ(text_of((*object)->checksums[0]), base64_of(digest_of(DigestKind::crc32, "hello")));
  EXPECT_EQ((*object)->modified.time_since_epoch() % std::chrono::seconds(1), Duration(0));
}

TEST(Objects, OfNoBytesNeedNoFile) {
  Host host;
  host.make_bucket();
  ASSERT_TRUE(host.put("empty", ""));
  EXPECT_EQ(host.get("empty"), "");
  EXPECT_EQ((*host.store->find_object("pics", "empty"))->etag, "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(host.count_files("bodies"), 0U);
}

TEST(Objects, AReaderEndsWithWhatItBeganAndTheOldBytesLeaveAfterIt) {
  Host host;
  host.make_bucket();
  ASSERT_TRUE(host.put("k", "old"));
  auto old = host.store->find_object("pics", "k");
  ASSERT_TRUE(host.put("k", "new"));
  host.world.run_until_idle();
  EXPECT_EQ(host.count_files("bodies"), 2U);
  EXPECT_EQ(*host.await(test::read_bytes(*old)), "old");
  EXPECT_EQ(host.get("k"), "new");
  old = std::unexpected(Error{});
  host.world.run_until_idle();
  EXPECT_EQ(host.count_files("bodies"), 1U);
}

TEST(Objects, ABodyThatIsNotPublishedLeavesNoFile) {
  Host host;
  host.make_bucket();
  {
    const auto body = host.await(write_body(*host.store, "never published"));
  }
  host.world.run_until_idle();
  EXPECT_EQ(host.count_files("bodies"), 0U);
}

TEST(Objects, DeleteRemovesBytesAndAsksNotWhetherItWasThere) {
  Host host;
  host.make_bucket();
  ASSERT_TRUE(host.put("k", "bytes"));
  EXPECT_TRUE(host.await(host.store->delete_object("pics", "k")));
  EXPECT_TRUE(host.await(host.store->delete_object("pics", "k")));
  EXPECT_EQ(host.await(host.store->delete_object("none", "k")).error().text, "NoSuchBucket");
  EXPECT_EQ(host.get("k"), "NoSuchKey");
  host.world.run_until_idle();
  EXPECT_EQ(host.count_files("bodies"), 0U);
  host.stop();
  host.start();
  EXPECT_EQ(host.get("k"), "NoSuchKey");
}

TEST(Objects, ConditionsHoldInTheMomentOfPublishing) {
  Host host;
  host.make_bucket();
  EXPECT_EQ(host.put("k", "a", {.only_if_absent = false, .only_if_etag = "x"}).error().text, "NoSuchKey");
  const auto first = host.put("k", "a", {.only_if_absent = true, .only_if_etag = {}});
  ASSERT_TRUE(first);
  EXPECT_EQ(host.put("k", "b", {.only_if_absent = true, .only_if_etag = {}}).error().text, "PreconditionFailed");
  EXPECT_EQ(host.put("k", "b", {.only_if_absent = false, .only_if_etag = "x"}).error().text, "PreconditionFailed");
  EXPECT_TRUE(host.put("k", "b", {.only_if_absent = false, .only_if_etag = (*first)->etag}));
  EXPECT_EQ(host.get("k"), "b");
}

rt::Task<void> put_and_count(Host& host, int number, int& winners) {
  const auto put = co_await test::put_bytes(*host.store, "pics", "k", std::to_string(number),
                                            {.only_if_absent = true, .only_if_etag = {}});
  if (put) ++winners;
}

rt::Task<void> race(Host& host, int& winners) {
  rt::Scope scope(co_await rt::context());
  for (int i = 0; i < 20; ++i) scope.spawn(put_and_count(host, i, winners));
  co_await scope.join();
}

TEST(Objects, OfManyPutsIfAbsentOneWins) {
  Host host;
  host.make_bucket();
  int winners = 0;
  ASSERT_TRUE(host.world.run(host.loop, race(host, winners)));
  EXPECT_EQ(winners, 1);
}

TEST(Objects, ACopySharesBytesAndOutlivesItsSource) {
  Host host;
  host.make_bucket();
  ASSERT_TRUE(host.await(host.store->create_bucket("other", "r", "me", Acl::private_)));
  const auto source = host.put("k", "bytes");
  ASSERT_TRUE(host.await(host.store->copy_object(*source, "other", "copy", {}, {})));
  EXPECT_EQ(host.count_files("bodies"), 1U);
  EXPECT_EQ(host.await(host.store->copy_object(*source, "none", "copy", {}, {})).error().text, "NoSuchBucket");
  host.stop();
  host.start();
  ASSERT_TRUE(host.await(host.store->delete_object("pics", "k")));
  host.world.run_until_idle();
  const auto copy = host.store->find_object("other", "copy");
  ASSERT_TRUE(copy);
  EXPECT_EQ(*host.await(test::read_bytes(*copy)), "bytes");
  ASSERT_TRUE(host.await(host.store->delete_object("other", "copy")));
}

TEST(Objects, SetAclKeepsBytesAndTime) {
  Host host;
  host.make_bucket();
  ASSERT_TRUE(host.put("k", "bytes"));
  const WallTime modified = (*host.store->find_object("pics", "k"))->modified;
  host.world.run_for(std::chrono::minutes(1));
  EXPECT_TRUE(host.await(host.store->set_object_acl("pics", "k", {}, Acl::public_read)));
  EXPECT_EQ(host.await(host.store->set_object_acl("pics", "x", {}, Acl::public_read)).error().text, "NoSuchKey");
  EXPECT_EQ((*host.store->find_object("pics", "k"))->facts.acl, Acl::public_read);
  EXPECT_EQ((*host.store->find_object("pics", "k"))->modified, modified);
  EXPECT_EQ(host.get("k"), "bytes");
}

TEST(Objects, AFullDiskIsAnErrorAndTheOldObjectStays) {
  Host host;
  host.make_bucket();
  ASSERT_TRUE(host.put("k", "old"));
  host.world.set_disk_budget("s3", 2000);
  const auto put = host.put("k", std::string(100'000, 'x'));
  ASSERT_FALSE(put);
  EXPECT_EQ(put.error().code, Errc::no_space);
  EXPECT_EQ(put.error().side, Side::own);
  EXPECT_EQ(host.get("k"), "old");
  host.world.set_disk_budget("s3", 1'000'000);
  EXPECT_TRUE(host.put("k", "new"));
  EXPECT_EQ(host.get("k"), "new");
}

TEST(Objects, RangesCrossPieces) {
  Host host;
  host.make_bucket();
  const auto upload = host.await(host.store->create_upload("pics", "k", {}, {}, ChecksumType::composite));
  std::vector<NamedPart> parts;
  for (const auto& [number, bytes] : {std::pair{1, "0123456789"}, {2, "abcdefghij"}, {3, "XY"}}) {
    auto body = host.await(write_body(*host.store, bytes));
    const auto part = host.await(host.store->put_part("pics", "k", (*upload)->id, number, *std::move(body)));
    parts.push_back({number, part->etag, {}});
  }
  const auto object = host.await(host.store->complete_upload("pics", "k", (*upload)->id, parts, {}));
  ASSERT_TRUE(object);
  const std::string all = "0123456789abcdefghijXY";
  for (std::size_t first = 0; first <= all.size(); ++first) {
    for (std::size_t size = 0; first + size <= all.size(); ++size) {
      ObjectReader reader(*object, first, size);
      std::string bytes;
      std::array<char, 7> buffer{};
      while (const auto got = *host.await(reader.read(buffer))) bytes.append(buffer.data(), got);
      ASSERT_EQ(bytes, all.substr(first, size));
    }
  }
}

TEST(Start, RefusesAFolderOfAnotherLayout) {
  Host host;
  host.stop();
  ASSERT_TRUE(host.world.flip_bit("s3", "/data/store/format", 3));
  EXPECT_EQ(host.await(BucketStore::open("/data/store")).error().code, Errc::corrupt);
}

TEST(Start, LeavesOutADamagedRecordAndThenRemovesNoBytes) {
  Host host;
  host.make_bucket();
  ASSERT_TRUE(host.put("k", "bytes"));
  ASSERT_TRUE(host.put("l", "more"));
  host.stop();
  const std::string name = hex_of(digest_of(DigestKind::sha256, "k"));
  ASSERT_TRUE(host.world.flip_bit("s3", "/data/store/buckets/pics/objects/" + name.substr(0, 2) + "/" + name, 30));
  host.start();
  EXPECT_EQ(host.store->start_report().records_corrupt, 1U);
  EXPECT_EQ(host.get("k"), "NoSuchKey");
  EXPECT_EQ(host.get("l"), "more");
  EXPECT_EQ(host.count_files("bodies"), 2U);
}

}  // namespace
}  // namespace gust::bucket
