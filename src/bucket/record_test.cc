#include <gtest/gtest.h>

#include "bucket/body.h"
#include "bucket/object_record_internal.h"
#include "bucket/record_internal.h"

namespace gust::bucket {
namespace {

std::shared_ptr<Body> make_body(std::string_view id) { return std::make_shared<Body>(nullptr, std::string(id)); }
std::shared_ptr<Body> no_body(std::string_view) { return nullptr; }

Object an_object() {
  Object object{.key = "a\nb",
                .size = 7,
                .etag = "e-2",
                .modified = wall_time_of(1'700'000'000),
                .facts = {.headers = {{"content-type", "a: b\n"}}, .metadata = {{"m", ""}}, .acl = Acl::public_read},
                .checksums = {{ChecksumKind::crc32, ChecksumType::composite, "1234", 2}},
                .upload_id = "u",
                .pieces = {}};
  object.pieces.push_back({make_body("x"), 3, 1, {{ChecksumKind::crc32, ChecksumType::full_object, "abcd", 0}}});
  object.pieces.push_back({make_body("y"), 4, 2, {}});
  return object;
}

TEST(Records, AnObjectComesBackAsItWas) {
  const std::string bytes = write_object_record(an_object());
  const auto object = read_object_record(bytes, make_body);
  ASSERT_TRUE(object);
  EXPECT_EQ(write_object_record(*object), bytes);
  EXPECT_EQ(object->key, "a\nb");
  EXPECT_EQ(object->facts.headers, an_object().facts.headers);
  ASSERT_EQ(object->pieces.size(), 2U);
  EXPECT_EQ(object->pieces[0].checksums, an_object().pieces[0].checksums);
  EXPECT_EQ(object->pieces[1].body->id(), "y");
}

TEST(Records, EveryChangedOrMissingByteIsSeen) {
  const std::string bytes = write_object_record(an_object());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(read_object_record(changed, make_body)) << i;
    EXPECT_FALSE(read_object_record(ByteView(bytes).substr(0, i), make_body)) << i;
  }
}

TEST(Records, ARecordIsOfOneKindOnly) {
  EXPECT_EQ(read_bucket_record(write_object_record(an_object())).error().code, Errc::corrupt);
}

TEST(Records, SizesMustAddUp) {
  Object object = an_object();
  object.size = 8;
  EXPECT_EQ(read_object_record(write_object_record(object), make_body).error().code, Errc::corrupt);
  object.size = 2;
  EXPECT_EQ(read_object_record(write_object_record(object), make_body).error().code, Errc::corrupt);
}

TEST(Records, AMissingBodyIsToldApart) {
  EXPECT_EQ(read_object_record(write_object_record(an_object()), no_body).error().code, Errc::not_found);
}

}  // namespace
}  // namespace gust::bucket
