// Versioning and tagging as the S3 service speaks of them.
#include <gtest/gtest.h>

#include "bucket/s3_test_host_internal.h"

namespace gust::bucket {
namespace {

using test::Got;
using test::Headers;
using test::S3Host;

constexpr const char* enabled = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
constexpr const char* suspended = "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>";

struct Versioned : S3Host {
  Versioned() {
    EXPECT_EQ(put("/pics", "").status, 200);
    EXPECT_EQ(put("/pics?versioning", enabled).outcome(), "200");
  }
  std::string put_version(std::string target, std::string body, Headers headers = {}) {
    return put(std::move(target), std::move(body), std::move(headers)).header("x-amz-version-id");
  }
  Got remove(std::string target) { return send({.method = "DELETE", .target = std::move(target)}); }
};

TEST(S3Versioning, IsEnabledSuspendedAndReadBack) {
  S3Host host;
  host.put("/pics", "");
  EXPECT_EQ(host.put("/pics/k", "x").header("x-amz-version-id"), "(none)");
  EXPECT_EQ(host.get_signed("/pics?versioning").element("Status"), "(none)");
  EXPECT_EQ(host.put("/pics?versioning", "<VersioningConfiguration/>").outcome(),
            "400 IllegalVersioningConfigurationException");
  EXPECT_EQ(
      host.put("/pics?versioning", "<VersioningConfiguration><Status>On</Status></VersioningConfiguration>").status,
      400);
  EXPECT_EQ(host.put("/pics?versioning",
                     "<VersioningConfiguration><MfaDelete>Enabled</MfaDelete><Status>Enabled</Status>"
                     "</VersioningConfiguration>")
                .outcome(),
            "501 NotImplemented");
  EXPECT_EQ(host.put("/pics?versioning", enabled).outcome(), "200");
  EXPECT_EQ(host.get_signed("/pics?versioning").element("Status"), "Enabled");
  EXPECT_EQ(host.get_signed("/pics/k").header("x-amz-version-id"), "null");
  EXPECT_EQ(host.put("/pics?versioning", suspended).outcome(), "200");
  EXPECT_EQ(host.get_signed("/pics?versioning").element("Status"), "Suspended");
  EXPECT_EQ(host.put("/pics/k", "x").header("x-amz-version-id"), "null");
  EXPECT_EQ(host.get_signed("/none?versioning").outcome(), "404 NoSuchBucket");
}

TEST(S3Versioning, VersionsAreReadCopiedAndDeletedByTheirIds) {
  Versioned host;
  const std::string one = host.put_version("/pics/k", "one");
  const std::string two = host.put_version("/pics/k", "two");
  EXPECT_NE(one, two);
  EXPECT_EQ(host.get_signed("/pics/k").body, "two");
  const Got got = host.get_signed("/pics/k?versionId=" + one);
  EXPECT_EQ(got.body, "one");
  EXPECT_EQ(got.header("x-amz-version-id"), one);
  EXPECT_EQ(host.get_signed("/pics/k?versionId=null").outcome(), "404 NoSuchVersion");
  EXPECT_EQ(host.get_signed("/pics/k?versionId=" + std::string(32, '0')).outcome(), "404 NoSuchVersion");
  EXPECT_EQ(host.get_signed("/pics/k?versionId=../x").outcome(), "400 InvalidArgument");
  EXPECT_EQ(host.get_signed("/pics/k?versionId=").outcome(), "400 InvalidArgument");

  const Got copied = host.put("/pics/k", "", {{"x-amz-copy-source", "/pics/k?versionId=" + one}});
  EXPECT_EQ(copied.outcome(), "200") << "brings an older version back";
  EXPECT_EQ(copied.header("x-amz-copy-source-version-id"), one);
  EXPECT_EQ(host.get_signed("/pics/k").body, "one");
  const Got removed = host.remove("/pics/k?versionId=" + copied.header("x-amz-version-id"));
  EXPECT_EQ(removed.status, 204);
  EXPECT_EQ(removed.header("x-amz-delete-marker"), "(none)");
  EXPECT_EQ(host.get_signed("/pics/k").body, "two");
}

TEST(S3Versioning, AMarkerIsNoObjectAndSaysSo) {
  Versioned host;
  host.put_version("/pics/k", "one");
  const Got deleted = host.remove("/pics/k");
  EXPECT_EQ(deleted.status, 204);
  EXPECT_EQ(deleted.header("x-amz-delete-marker"), "true");
  const std::string marker = deleted.header("x-amz-version-id");
  const Got hidden = host.get_signed("/pics/k");
  EXPECT_EQ(hidden.outcome(), "404 NoSuchKey");
  EXPECT_EQ(hidden.header("x-amz-delete-marker"), "true");
  EXPECT_EQ(hidden.header("x-amz-version-id"), marker);
  const Got asked = host.get_signed("/pics/k?versionId=" + marker);
  EXPECT_EQ(asked.outcome(), "405 MethodNotAllowed");
  EXPECT_EQ(asked.header("Allow"), "DELETE");
  EXPECT_EQ(host.put("/pics/c", "", {{"x-amz-copy-source", "/pics/k"}}).outcome(), "404 NoSuchKey");
  EXPECT_EQ(host.put("/pics/c", "", {{"x-amz-copy-source", "/pics/k?versionId=" + marker}}).outcome(),
            "400 InvalidRequest");
  EXPECT_EQ(host.get_signed("/pics?list-type=2").element("KeyCount"), "0");
  EXPECT_EQ(host.remove("/pics/k?versionId=" + marker).header("x-amz-delete-marker"), "true");
  EXPECT_EQ(host.get_signed("/pics/k").body, "one");
  EXPECT_EQ(host.remove("/pics").outcome(), "409 BucketNotEmpty");
}

TEST(S3Versioning, IsListedPageByPage) {
  Versioned host;
  const std::string first = host.put_version("/pics/a", "1");
  const std::string second = host.put_version("/pics/a", "22");
  host.put_version("/pics/b/c", "333");
  host.remove("/pics/b/c");
  const Got all = host.get_signed("/pics?versions");
  EXPECT_EQ(all.elements("VersionId").substr(0, 66), second + " " + first + " ");
  EXPECT_EQ(all.elements("IsLatest"), "true false false true ");
  EXPECT_EQ(all.element("IsTruncated"), "false");
  EXPECT_TRUE(all.body.contains("<DeleteMarker>"));
  const Got page = host.get_signed("/pics?versions&max-keys=1");
  EXPECT_EQ(page.element("NextKeyMarker"), "a");
  EXPECT_EQ(page.element("NextVersionIdMarker"), second);
  // The page goes on even when the version at its end is gone by then.
  EXPECT_EQ(host.remove("/pics/a?versionId=" + second).status, 204);
  const Got next = host.get_signed("/pics?versions&max-keys=1&key-marker=a&version-id-marker=" + second);
  EXPECT_EQ(next.element("VersionId"), first);
  EXPECT_EQ(host.get_signed("/pics?versions&delimiter=/").elements("Prefix"), " b/ ");
  EXPECT_EQ(host.get_signed("/pics?versions&version-id-marker=null").outcome(), "400 InvalidArgument");
  EXPECT_EQ(host.get_signed("/pics?versions&key-marker=a&version-id-marker=x").outcome(), "400 InvalidArgument");
  EXPECT_EQ(host.get_anonymous("/pics?versions").outcome(), "403 AccessDenied");
}

TEST(S3Versioning, DeletesOfManySayWhatTheyDid) {
  Versioned host;
  const std::string one = host.put_version("/pics/a", "1");
  const Got got = host.send({.method = "POST",
                             .target = "/pics?delete",
                             .body = "<Delete><Object><Key>a</Key><VersionId>" + one +
                                     "</VersionId></Object><Object><Key>b</Key></Object><Object><Key>c</Key>"
                                     "<VersionId>odd</VersionId></Object></Delete>"});
  EXPECT_EQ(got.outcome(), "200");
  EXPECT_EQ(got.elements("Key"), "a b c ");
  EXPECT_EQ(got.element("DeleteMarker"), "true");
  EXPECT_EQ(got.element("DeleteMarkerVersionId").size(), 32U);
  EXPECT_EQ(got.element("Code"), "InvalidArgument");
}

TEST(S3Conditions, HoldForDeletesToo) {
  S3Host host;
  host.put("/pics", "");
  const std::string etag = host.put("/pics/k", "x").header("ETag");
  const auto remove = [&](std::string if_match) {
    return host.send({.method = "DELETE", .target = "/pics/k", .headers = {{"If-Match", std::move(if_match)}}});
  };
  EXPECT_EQ(remove("\"other\"").outcome(), "412 PreconditionFailed");
  EXPECT_EQ(host.put("/pics/k", "y", {{"If-Match", "*"}}).outcome(), "501 NotImplemented");
  EXPECT_EQ(remove(etag).status, 204);
  EXPECT_EQ(remove(etag).outcome(), "404 NoSuchKey");
}

TEST(S3Tagging, OfObjectsComesWithThePutAndIsChangedAlone) {
  Versioned host;
  const std::string one = host.put_version("/pics/k", "x", {{"x-amz-tagging", "a=1&b=%C3%BC+2"}});
  EXPECT_EQ(host.stored_header("/pics/k", "x-amz-tagging-count"), "2");
  const Got got = host.get_signed("/pics/k?tagging");
  EXPECT_EQ(got.elements("Key"), "a b ");
  EXPECT_EQ(got.elements("Value"), "1 \u00fc 2 ");
  EXPECT_EQ(got.header("x-amz-version-id"), one);
  const std::string two = host.put_version("/pics/k", "y");
  EXPECT_EQ(host.get_signed("/pics/k?tagging").elements("Key"), "");
  EXPECT_EQ(host.get_signed("/pics/k?tagging&versionId=" + one).elements("Key"), "a b ");
  const std::string tagging = "<Tagging><TagSet><Tag><Key>c</Key><Value/></Tag></TagSet></Tagging>";
  EXPECT_EQ(host.put("/pics/k?tagging", tagging).header("x-amz-version-id"), two);
  EXPECT_EQ(host.get_signed("/pics/k?tagging").elements("Key"), "c ");
  host.put("/pics/copy", "", {{"x-amz-copy-source", "/pics/k"}});
  EXPECT_EQ(host.get_signed("/pics/copy?tagging").elements("Key"), "c ");
  host.put("/pics/copy", "",
           {{"x-amz-copy-source", "/pics/k"}, {"x-amz-tagging-directive", "REPLACE"}, {"x-amz-tagging", "d=e"}});
  EXPECT_EQ(host.get_signed("/pics/copy?tagging").elements("Key"), "d ");
  EXPECT_EQ(host.send({.method = "DELETE", .target = "/pics/k?tagging"}).status, 204);
  EXPECT_EQ(host.get_signed("/pics/k?tagging").elements("Key"), "");
  EXPECT_EQ(host.get_signed("/pics/k").body, "y");
  EXPECT_EQ(host.get_signed("/pics/none?tagging").outcome(), "404 NoSuchKey");
}

TEST(S3Tagging, WrongTagsAreRefused) {
  S3Host host;
  host.put("/pics", "");
  EXPECT_EQ(host.put("/pics/k", "x", {{"x-amz-tagging", "a=1&a=2"}}).outcome(), "400 InvalidTag");
  EXPECT_EQ(host.put("/pics/k", "x", {{"x-amz-tagging", "aws:a=1"}}).outcome(), "400 InvalidTag");
  EXPECT_EQ(host.put("/pics/k", "x", {{"x-amz-tagging", "a=%zz"}}).outcome(), "400 InvalidArgument");
  EXPECT_EQ(host.put("/pics/k", "x", {{"x-amz-tagging", "a=" + std::string(257, 'v')}}).outcome(), "400 InvalidTag");
  EXPECT_EQ(host.put("/pics/k", "x", {{"x-amz-tagging", "1=&2=&3=&4=&5=&6=&7=&8=&9=&10=&11="}}).outcome(),
            "400 BadRequest");
  EXPECT_EQ(host.get_signed("/pics/k").outcome(), "404 NoSuchKey");
  EXPECT_EQ(host.put("/pics?tagging", "<Tagging/>").outcome(), "400 MalformedXML");
}

TEST(S3Tagging, OfBucketsIsReadBack) {
  S3Host host;
  host.put("/pics", "");
  EXPECT_EQ(host.get_signed("/pics?tagging").outcome(), "404 NoSuchTagSet");
  EXPECT_EQ(
      host.put("/pics?tagging", "<Tagging><TagSet><Tag><Key>stage</Key><Value>test</Value></Tag></TagSet></Tagging>")
          .outcome(),
      "204");
  EXPECT_EQ(host.get_signed("/pics?tagging").elements("Value"), "test ");
  EXPECT_EQ(host.send({.method = "DELETE", .target = "/pics?tagging"}).status, 204);
  EXPECT_EQ(host.get_signed("/pics?tagging").outcome(), "404 NoSuchTagSet");
}

TEST(S3Attributes, AreThoseAskedFor) {
  S3Host host;
  host.put("/pics", "");
  const Got stored = host.put("/pics/k", "bytes", {{"x-amz-checksum-crc32", "Lie6TQ=="}});
  ASSERT_EQ(stored.status, 400) << "the wrong checksum";
  host.put("/pics/k", "bytes");
  const Got got = host.get_signed("/pics/k?attributes", {{"x-amz-object-attributes", "ETag, ObjectSize,StorageClass"}});
  EXPECT_EQ(got.element("ObjectSize"), "5");
  EXPECT_EQ("\"" + got.element("ETag") + "\"", host.stored_header("/pics/k", "ETag"));
  EXPECT_EQ(got.element("StorageClass"), "STANDARD");
  EXPECT_EQ(got.element("Checksum"), "(none)");
  EXPECT_EQ(host.get_signed("/pics/k?attributes").outcome(), "400 InvalidArgument");
  EXPECT_EQ(host.get_signed("/pics/k?attributes", {{"x-amz-object-attributes", "Colour"}}).outcome(),
            "400 InvalidArgument");
}

}  // namespace
}  // namespace gust::bucket
