#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>

#include "aws/gen/acm.h"
#include "aws/gen/cloudfront_keyvaluestore.h"
#include "aws/shapes.h"

namespace gust::aws {
namespace {

template <typename Op>
Answer<typename Op::Input> read(std::string_view body, std::string_view target = "") {
  const std::string named = fmt::format("CertificateManager.{}", Op::operation().name);
  const std::array<HeaderView, 1> headers{{{"x-amz-target", target.empty() ? named : target}}};
  const OperationRequest request{
      .method = "POST", .path = "/", .query = {}, .headers = headers, .bucket = {}, .key = {}, .body = body};
  const auto route = find_operation(acm::service(), request);
  if (!route) return std::unexpected(route.error());
  EXPECT_EQ(route->operation, &Op::operation());
  return read_input<Op>(acm::service(), *route, request);
}

template <typename Op>
std::string error_of(std::string_view body, std::string_view target = "") {
  const auto input = read<Op>(body, target);
  return input ? "accepted" : fmt::format("{} {}: {}", input.error().status, input.error().code, input.error().message);
}

using List = acm::op::ListCertificates;
using Import = acm::op::ImportCertificate;

// As boto3 1.26 sends them.
TEST(ReadJsonDocument, TypesWhatBotoSends) {
  const auto imported =
      read<Import>(R"({"Certificate": "YWJj", "PrivateKey": "AP8=", "Tags": [{"Key": "k", "Value": "v"}]})");
  ASSERT_TRUE(imported) << imported.error().message;
  EXPECT_EQ(imported->certificate.bytes, "abc");
  EXPECT_EQ(imported->private_key.bytes, std::string("\0\xff", 2));
  EXPECT_EQ(imported->tags.front().value, "v");
  const auto listed =
      read<List>(R"({"MaxItems": 3, "CertificateStatuses": ["ISSUED"], "Includes": {"keyTypes": ["RSA_2048"]}})");
  ASSERT_TRUE(listed) << listed.error().message;
  EXPECT_EQ(listed->max_items, 3);
  EXPECT_EQ(listed->includes->key_types, std::vector<std::string>{"RSA_2048"});
}

TEST(ReadJsonDocument, TakesNullAndAnEmptyBodyAsAbsent) {
  const auto listed = read<List>(R"({"MaxItems": null})");
  ASSERT_TRUE(listed) << listed.error().message;
  EXPECT_FALSE(listed->max_items);
  EXPECT_TRUE(read<List>(""));
}

TEST(ReadJsonDocument, NamesWhatItDoesNotKnow) {
  EXPECT_EQ(error_of<List>(R"({"Colour": 1})"),
            "400 SerializationException: Unexpected member 'Colour' in 'ListCertificatesRequest'.");
  EXPECT_EQ(error_of<List>(R"({"Includes": {"hue": []}})"),
            "400 SerializationException: Unexpected member 'hue' in 'includes'.");
}

TEST(ReadJsonDocument, RefusesWrongKinds) {
  EXPECT_EQ(error_of<List>(R"({"MaxItems": "3"})"),
            "400 SerializationException: STRING_VALUE can not be converted to an Integer at 'maxItems'.");
  EXPECT_EQ(error_of<List>(R"({"MaxItems": 3.5})"),
            "400 SerializationException: NUMBER_VALUE can not be converted to an Integer at 'maxItems'.");
  EXPECT_EQ(error_of<List>(R"({"MaxItems": 3000000000})"),
            "400 SerializationException: NUMBER_VALUE can not be converted to an Integer at 'maxItems'.");
  EXPECT_EQ(error_of<List>(R"({"CertificateStatuses": {}})"),
            "400 SerializationException: Start of structure or map can not be converted to a list at "
            "'certificateStatuses'.");
  EXPECT_EQ(error_of<List>(R"({"CertificateStatuses": [null]})"),
            "400 SerializationException: NULL_VALUE can not be converted to a String at "
            "'certificateStatuses.1.member'.");
  EXPECT_EQ(error_of<List>("[]"),
            "400 SerializationException: Start of list can not be converted to a Structure at ''.");
  EXPECT_EQ(error_of<Import>(R"({"Certificate": "%", "PrivateKey": "AP8="})"),
            "400 SerializationException: STRING_VALUE can not be converted to a String at 'certificate'.");
}

TEST(ReadJsonDocument, RefusesWhatIsNoJson) {
  for (const std::string_view body : {"{", "{}x", "{\"MaxItems\": NaN}", "\xff", "{\"NextToken\": \"\xff\"}", "nul"}) {
    EXPECT_EQ(error_of<List>(body), "400 SerializationException: The body is not well-formed JSON.") << body;
  }
}

TEST(ReadJsonDocument, RefusesDuplicatesDepthAndTooMuch) {
  EXPECT_EQ(error_of<List>(R"({"MaxItems": 1, "MaxItems": 2})"),
            "400 SerializationException: A member stands twice in an object.");
  EXPECT_EQ(error_of<List>(std::string(1'000'000, '[')), "400 SerializationException: The body is nested too deeply.");
  std::string many = R"({"CertificateStatuses":[0)";
  for (int i = 0; i < 100'000; ++i) many += ",0";
  EXPECT_EQ(error_of<List>(many + "]}"), "400 SerializationException: The body holds too many values.");
}

TEST(ReadJsonDocument, TellsMissingAndUnknownValuesInTheServicesWords) {
  EXPECT_EQ(error_of<Import>(R"({"Certificate": "YWJj"})"),
            "400 ValidationException: 1 validation error detected: Value null at 'privateKey' failed to satisfy "
            "constraint: Member must not be null");
  EXPECT_EQ(error_of<List>(R"({"MaxItems": 0})"),
            "400 ValidationException: 1 validation error detected: Value '0' at 'maxItems' failed to satisfy "
            "constraint: Member must have value greater than or equal to 1");
}

TEST(FindTarget, NamesWhatIsWrong) {
  EXPECT_EQ(error_of<List>("{}", "CertificateManager.Fly"),
            "400 UnknownOperationException: The operation that the request names is not known.");
  EXPECT_EQ(error_of<List>("{}", "Other.ListCertificates"),
            "400 UnknownOperationException: The operation that the request names is not known.");
  EXPECT_EQ(error_of<List>("{}", "CertificateManager.RevokeCertificate"),
            "501 NotImplemented: The operation RevokeCertificate is not implemented.");
}

TEST(WriteJsonAnswer, WritesTimesAsSecondsAndLeavesOutWhatIsAbsent) {
  acm::DescribeCertificateResponse output;
  output.certificate.emplace();
  output.certificate->domain_name = "a.example";
  output.certificate->created_at = wall_time_of(1'700'000'000);
  output.certificate->issued_at = wall_time_of(1'700'000'000) + std::chrono::milliseconds(250);
  const WireAnswer answer = write_output<acm::op::DescribeCertificate>(acm::service(), output, {"r-1", ""});
  EXPECT_EQ(answer.body,
            R"({"Certificate":{"CreatedAt":1700000000,"DomainName":"a.example","IssuedAt":1700000000.25}})");
  const std::vector<std::pair<std::string, std::string>> headers{{"x-amzn-RequestId", "r-1"},
                                                                 {"Content-Type", "application/x-amz-json-1.1"}};
  EXPECT_EQ(answer.headers, headers);
}

TEST(WriteJsonAnswer, TellsEmptyListsOfTheDocumentAlone) {
  EXPECT_EQ(write_output<acm::op::ListCertificates>(acm::service(), {}, {"r-1", ""}).body,
            R"({"CertificateSummaryList":[]})");
}

TEST(WriteJsonAnswer, IsAnEmptyObjectWhereThereIsNoOutput) {
  EXPECT_EQ(write_output<acm::op::DeleteCertificate>(acm::service(), {}, {"r-1", ""}).body, "{}");
}

TEST(WriteJsonError, SaysItsTypeTwice) {
  const ServiceError error = service_error(acm::service(), "ResourceNotFoundException", "No \"such\" one.");
  const WireAnswer answer = write_error(acm::service(), error, {"r-1", ""});
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.body, R"({"__type":"ResourceNotFoundException","message":"No \"such\" one."})");
  const std::vector<std::pair<std::string, std::string>> headers{{"x-amzn-RequestId", "r-1"},
                                                                 {"X-Amzn-ErrorType", "ResourceNotFoundException"},
                                                                 {"Content-Type", "application/x-amz-json-1.1"}};
  EXPECT_EQ(answer.headers, headers);
}

namespace kvs = cloudfront_keyvaluestore;

// As client-cloudfront-keyvaluestore of npm sends it.
TEST(RestJson, ReadsPathHeaderAndBody) {
  const std::array<HeaderView, 2> headers{{{"if-match", "E1"}, {"content-type", "application/json"}}};
  OperationRequest request{.method = "PUT",
                           .path =
                               "/key-value-stores/arn%3Aaws%3Acloudfront%3A%3A123456789012%3Akey-value-store%2F"
                               "11111111-2222-3333-4444-555555555555/keys/a%2Fb",
                           .query = {},
                           .headers = headers,
                           .bucket = {},
                           .key = {},
                           .body = R"({"Value":"v"})"};
  const auto route = find_operation(kvs::service(), request);
  ASSERT_TRUE(route) << route.error().message;
  const auto input = read_input<kvs::op::PutKey>(kvs::service(), *route, request);
  ASSERT_TRUE(input) << input.error().message;
  EXPECT_EQ(input->kvs_arn, "arn:aws:cloudfront::123456789012:key-value-store/11111111-2222-3333-4444-555555555555");
  EXPECT_EQ(input->key, "a/b");
  EXPECT_EQ(input->if_match, "E1");
  EXPECT_EQ(input->value, "v");

  request.body = "";
  const auto without = read_input<kvs::op::PutKey>(kvs::service(), *route, request);
  ASSERT_FALSE(without);
  EXPECT_EQ(without.error().code, "ValidationException");
}

TEST(RestJson, WritesHeadersAndBody) {
  kvs::DescribeKeyValueStoreResponse output;
  output.etag = "E1";
  output.kvs_arn = "arn";
  output.item_count = 1;
  output.total_size_in_bytes = 5'000'000'000;
  output.created = wall_time_of(1'700'000'000);
  const WireAnswer answer = write_output<kvs::op::DescribeKeyValueStore>(kvs::service(), output, {"r-1", ""});
  EXPECT_EQ(answer.body, R"({"Created":1700000000,"ItemCount":1,"KvsARN":"arn","TotalSizeInBytes":5000000000})");
  const std::vector<std::pair<std::string, std::string>> headers{
      {"x-amzn-RequestId", "r-1"}, {"ETag", "E1"}, {"Content-Type", "application/json"}};
  EXPECT_EQ(answer.headers, headers);
  const ServiceError error = service_error(kvs::service(), "ResourceNotFoundException", "No such key.");
  EXPECT_EQ(error.status, 404);
  EXPECT_EQ(write_error(kvs::service(), error, {"r-1", ""}).status, 404);
}

}  // namespace
}  // namespace gust::aws
