#include <gtest/gtest.h>

#include <algorithm>

#include "aws/gen/s3.h"
#include "aws/shapes.h"

namespace gust::aws {
namespace {

struct Sent {
  std::string_view method, bucket, key, query;
  std::vector<HeaderView> headers = {};
  std::string_view body = {};
};

// The name of the operation, or the code of the refusal.
std::string found(const Sent& sent) {
  const auto query = *read_query(sent.query);
  const auto route = find_operation(s3::service(), {sent.method, "", query, sent.headers, sent.bucket, sent.key, ""});
  return route ? std::string(route->operation->name) : route.error().code;
}

template <typename Op>
Answer<typename Op::Input> read(const Sent& sent) {
  const auto query = *read_query(sent.query);
  const OperationRequest request{sent.method, "", query, sent.headers, sent.bucket, sent.key, sent.body};
  const auto route = find_operation(s3::service(), request);
  if (!route) return std::unexpected(route.error());
  EXPECT_EQ(route->operation, &Op::operation());
  return read_input<Op>(s3::service(), *route, request);
}

std::string header_of(const WireAnswer& answer, std::string_view name) {
  for (const auto& [field, value] : answer.headers) {
    if (field == name) return value;
  }
  return "(none)";
}

TEST(FindS3Operation, GoesByMethodPathQueryAndCopySource) {
  EXPECT_EQ(found({"GET", "", "", "x-id=ListBuckets"}), "ListBuckets");
  EXPECT_EQ(found({"PUT", "b", "", ""}), "CreateBucket");
  EXPECT_EQ(found({"GET", "b", "", ""}), "ListObjects");
  EXPECT_EQ(found({"GET", "b", "", "list-type=2&prefix=a"}), "ListObjectsV2");
  EXPECT_EQ(found({"GET", "b", "", "location"}), "GetBucketLocation");
  EXPECT_EQ(found({"GET", "b", "", "uploads"}), "ListMultipartUploads");
  EXPECT_EQ(found({"POST", "b", "", "delete"}), "DeleteObjects");
  EXPECT_EQ(found({"GET", "b", "k", "x-id=GetObject"}), "GetObject");
  EXPECT_EQ(found({"HEAD", "b", "k", ""}), "HeadObject");
  EXPECT_EQ(found({"PUT", "b", "k", ""}), "PutObject");
  EXPECT_EQ(found({"PUT", "b", "k", "", {{"X-Amz-Copy-Source", "/b/k2"}}}), "CopyObject");
  EXPECT_EQ(found({"PUT", "b", "k", "partNumber=1&uploadId=u"}), "UploadPart");
  EXPECT_EQ(found({"PUT", "b", "k", "partNumber=1&uploadId=u", {{"x-amz-copy-source", "b/k"}}}), "UploadPartCopy");
  EXPECT_EQ(found({"POST", "b", "k", "uploads"}), "CreateMultipartUpload");
  EXPECT_EQ(found({"POST", "b", "k", "uploadId=u"}), "CompleteMultipartUpload");
  EXPECT_EQ(found({"GET", "b", "k", "uploadId=u"}), "ListParts");
  EXPECT_EQ(found({"DELETE", "b", "k", "uploadId=u"}), "AbortMultipartUpload");
  EXPECT_EQ(found({"DELETE", "b", "k", ""}), "DeleteObject");
  EXPECT_EQ(found({"GET", "b", "k", "acl"}), "GetObjectAcl");
}

TEST(FindS3Operation, NeverTakesASubresourceForTheObject) {
  for (const char* query : {"retention", "legal-hold"}) EXPECT_EQ(found({"PUT", "b", "k", query}), "NotImplemented");
  for (const char* query : {"accelerate", "logging", "replication"})
    EXPECT_EQ(found({"PUT", "b", "", query}), "NotImplemented");
  EXPECT_EQ(found({"POST", "b", "", ""}), "MethodNotAllowed");
  EXPECT_EQ(found({"PATCH", "b", "k", ""}), "MethodNotAllowed");
}

TEST(ReadPutObject, TakesHeadersAndMetadataButNotTheBody) {
  const auto input = read<s3::op::PutObject>({"PUT",
                                              "pics",
                                              "../a b",
                                              "",
                                              {{"Content-Type", "image/jpeg"},
                                               {"X-Amz-ACL", "public-read"},
                                               {"X-Amz-Meta-Camera", " Leica "},
                                               {"x-amz-meta-camera", "M6"},
                                               {"Expires", "0"},
                                               {"content-length", "12"}},
                                              "not read here"});
  ASSERT_TRUE(input) << input.error().message;
  EXPECT_EQ(input->bucket, "pics");
  EXPECT_EQ(input->key, "../a b");
  EXPECT_EQ(input->acl, "public-read");
  EXPECT_EQ(input->expires, "0");
  EXPECT_EQ(input->content_length, 12);
  EXPECT_EQ(input->metadata.at("camera"), "Leica,M6");
  EXPECT_TRUE(s3::op::PutObject::operation().streaming_input);
  EXPECT_TRUE(s3::op::GetObject::operation().streaming_output);
}

TEST(ReadS3Input, RefusesBadPlacesByTheirName) {
  const auto acl = read<s3::op::PutObject>({"PUT", "b", "k", "", {{"x-amz-acl", "everybody"}}});
  EXPECT_EQ(acl.error().code, "InvalidArgument");
  const auto number = read<s3::op::ListObjectsV2>({"GET", "b", "", "list-type=2&max-keys=many"});
  EXPECT_EQ(number.error().code, "InvalidArgument");
  EXPECT_EQ(number.error().details[0].second, "max-keys");
  const auto twice = read<s3::op::ListObjectsV2>({"GET", "b", "", "list-type=2&prefix=a&prefix=b"});
  EXPECT_EQ(twice.error().code, "InvalidArgument");
  const auto date = read<s3::op::GetObject>({"GET", "b", "k", "", {{"If-Modified-Since", "yesterday"}}});
  EXPECT_EQ(date.error().code, "InvalidArgument");
}

TEST(ReadS3Documents, TakesWhatBotocoreSends) {
  const auto several = read<s3::op::DeleteObjects>(
      {"POST",
       "b",
       "",
       "delete",
       {},
       "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Object><Key>a&amp;b</Key></Object><Object><Key> "
       "</Key></Object><Quiet>true</Quiet></Delete>"});
  ASSERT_TRUE(several) << several.error().message;
  ASSERT_EQ(several->delete_.objects.size(), 2U);
  EXPECT_EQ(several->delete_.objects[0].key, "a&b");
  EXPECT_EQ(several->delete_.objects[1].key, " ");

  const auto acl = read<s3::op::PutBucketAcl>(
      {"PUT",
       "b",
       "",
       "acl",
       {},
       "<AccessControlPolicy xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Owner><ID>o</ID></Owner>"
       "<AccessControlList><Grant><Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"Group\">"
       "<URI>http://acs.amazonaws.com/groups/global/AllUsers</URI></Grantee><Permission>READ</Permission></Grant>"
       "</AccessControlList></AccessControlPolicy>"});
  ASSERT_TRUE(acl) << acl.error().message;
  EXPECT_EQ(acl->access_control_policy->grants[0].grantee->type, "Group");

  const auto parts = read<s3::op::CompleteMultipartUpload>(
      {"POST",
       "b",
       "k",
       "uploadId=u",
       {},
       "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Part><ETag>\"e\"</ETag>"
       "<PartNumber>1</PartNumber></Part><Part><ETag>\"f\"</ETag><PartNumber>2</PartNumber></Part>"
       "</CompleteMultipartUpload>"});
  ASSERT_TRUE(parts) << parts.error().message;
  EXPECT_EQ(parts->multipart_upload->parts[1].etag, "\"f\"");
  EXPECT_EQ(parts->upload_id, "u");
}

TEST(ReadS3Documents, RefusesWhatTheSchemaDoesNotHave) {
  for (const char* bad : {"<Delete><Object/></Delete>", "<Delete><Object><Key>a</Key><Odd/></Object></Delete>",
                          "<Delete>", "<Delete><Object a='b'><Key>a</Key></Object></Delete>", "<Odd/>"}) {
    const auto read_bad = read<s3::op::DeleteObjects>({"POST", "b", "", "delete", {}, bad});
    ASSERT_FALSE(read_bad) << bad;
    EXPECT_EQ(read_bad.error().code, "MalformedXML") << bad;
  }
}

TEST(WriteS3Output, NamesRootsAndFlattensListsAsS3Does) {
  s3::ListObjectsV2Output list;
  list.name = "b";
  list.contents.push_back({.key = "a<b", .last_modified = wall_time_of(1), .size = 3});
  list.contents.push_back({.key = "c\nd"});
  list.common_prefixes.push_back({.prefix = "p/"});
  const auto answer = write_output<s3::op::ListObjectsV2>(s3::service(), list, {"R", "H"});
  EXPECT_EQ(answer.body,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult "
            "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Contents><Key>a&lt;b</Key><LastModified>"
            "1970-01-01T00:00:01.000Z</LastModified><Size>3</Size></Contents><Contents><Key>c&#10;d</Key></Contents>"
            "<Name>b</Name><CommonPrefixes><Prefix>p/</Prefix></CommonPrefixes></ListBucketResult>");
  EXPECT_EQ(header_of(answer, "x-amz-request-id"), "R");
  EXPECT_EQ(header_of(answer, "x-amz-id-2"), "H");

  s3::ListBucketsOutput buckets;
  buckets.buckets.push_back({.name = "b"});
  EXPECT_NE(write_output<s3::op::ListBuckets>(s3::service(), buckets, {"R", "H"})
                .body.find("<Buckets><Bucket><Name>b</Name></Bucket></Buckets></ListAllMyBucketsResult>"),
            std::string::npos);
  s3::GetBucketAclOutput acl;
  acl.grants.push_back({.grantee = s3::Grantee{.type = "Group", .uri = "u"}, .permission = "READ"});
  EXPECT_NE(write_output<s3::op::GetBucketAcl>(s3::service(), acl, {"R", "H"})
                .body.find("<Grant><Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
                           "xsi:type=\"Group\"><URI>u</URI></Grantee><Permission>READ</Permission></Grant>"),
            std::string::npos);
}

TEST(WriteS3Output, UnwrapsTheLocation) {
  const auto body = [](std::optional<std::string> region) {
    return write_output<s3::op::GetBucketLocation>(s3::service(), {.location_constraint = std::move(region)},
                                                   {"R", "H"})
        .body;
  };
  EXPECT_TRUE(body("ap-south-1").ends_with("doc/2006-03-01/\">ap-south-1</LocationConstraint>")) << body("ap-south-1");
  EXPECT_TRUE(body({}).ends_with("\"></LocationConstraint>"));
}

TEST(WriteS3Output, PutsHeadersInTheirFormAndNoLineBreaks) {
  s3::HeadObjectOutput output;
  output.last_modified = wall_time_of(784111777);
  output.etag = "\"e\"";
  output.content_length = 12;
  output.content_disposition = "a\r\nSet-Cookie: b";
  output.metadata["camera"] = "Leica";
  const auto answer = write_output<s3::op::HeadObject>(s3::service(), output, {"R", "H"});
  EXPECT_EQ(header_of(answer, "Last-Modified"), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(header_of(answer, "ETag"), "\"e\"");
  EXPECT_EQ(header_of(answer, "Content-Length"), "12");
  EXPECT_EQ(header_of(answer, "Content-Disposition"), "a  Set-Cookie: b");
  EXPECT_EQ(header_of(answer, "x-amz-meta-camera"), "Leica");
  EXPECT_EQ(answer.body, "");
}

TEST(WriteS3Error, HasDetailsAndNoBodyForHead) {
  ServiceError error = service_error(s3::service(), "NoSuchKey", "The specified key does not exist.");
  error.details = {{"Key", "a&b"}};
  const auto answer = write_error(s3::service(), error, {"R", "H"});
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(
      answer.body,
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NoSuchKey</Code><Message>The specified key does not "
      "exist.</Message><Key>a&amp;b</Key><RequestId>R</RequestId><HostId>H</HostId></Error>");
  EXPECT_EQ(write_error(s3::service(), error, {"R", "H"}, true).body, "");
}

TEST(S3Json, KeepsBytesThatAreNoUtf8TimesAndMaps) {
  s3::HeadObjectOutput output;
  output.last_modified = wall_time_of(784111777) + Duration(1);
  output.content_language = "\xff\xfe";
  output.metadata["a\xff"] = "b";
  const std::string json = to_json(output);
  const auto back = from_json<s3::HeadObjectOutput>(json);
  ASSERT_TRUE(back) << json;
  EXPECT_EQ(back->last_modified, output.last_modified);
  EXPECT_EQ(back->content_language, output.content_language);
  EXPECT_EQ(back->metadata, output.metadata);
  EXPECT_FALSE(back->etag);
  for (const char* bad : {"{\"ETag\":1}",
                          "{\"ContentLength\":\"1\"}",
                          "{\"ContentLength\":1.5}",
                          "{\"PartsCount\":2147483648}",
                          "{\"LastModified\":\"x\"}",
                          "{\"Metadata\":{}}",
                          "{\"Odd\":1}",
                          "[]",
                          R"({"ETag":null})",
                          R"({"ETag":["a"]})",
                          R"({"ETag":"a","ETag":"a"})",
                          R"({"ETag":{}})",
                          R"({"ETag":{"base64":"!"}})",
                          R"({"ETag":{"base64":{}}})",
                          R"({"ETag":{"base64":"YQ==","base64":"YQ=="}})",
                          R"({"ETag":{"base32":"YQ=="}})",
                          R"({"Metadata":["a"]})",
                          R"({"Metadata":[{"a":"b"}]})",
                          R"({"Metadata":[["a"]]})",
                          R"({"Metadata":[["a","b","c"]]})",
                          R"({"ETag":"a"} 1)"}) {
    EXPECT_FALSE(from_json<s3::HeadObjectOutput>(bad)) << bad;
  }
}

}  // namespace
}  // namespace gust::aws
