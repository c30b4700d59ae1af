#include "control/key_value_stores.h"

#include "control/control_test_internal.h"

namespace gust::control {
namespace {

class KeyValueStoresTest : public ControlTest {
 protected:
  void SetUp() override { start(); }

  Reply make(std::string_view name, std::string_view more = "") {
    return send("POST", "/2020-05-31/key-value-store",
                fmt::format("<CreateKeyValueStoreRequest><Name>{}</Name><Comment>c</Comment>{}"
                            "</CreateKeyValueStoreRequest>",
                            name, more));
  }
  Reply describe(std::string_view name) { return send("GET", fmt::format("/2020-05-31/key-value-store/{}", name)); }
  Reply remove(std::string_view name, const std::string& if_match) {
    return send("DELETE", fmt::format("/2020-05-31/key-value-store/{}", name), "", {{"If-Match", if_match}});
  }

  // To the service of the data; `path` is behind the store's.
  Reply ask(std::string method, const std::string& path, std::string body = "", const std::string& if_match = "") {
    asked_service = "cloudfront-keyvaluestore";
    std::vector<aws::HeaderToAdd> headers;
    if (!body.empty()) headers.push_back({"Content-Type", "application/json"});
    if (!if_match.empty()) headers.push_back({"If-Match", if_match});
    Reply reply =
        send(std::move(method), "/key-value-stores/" + percent_encode(arn) + path, std::move(body), std::move(headers));
    asked_service = "cloudfront";
    return reply;
  }
  Reply put(const std::string& key, std::string_view value, const std::string& if_match) {
    return ask("PUT", "/keys/" + percent_encode(key), fmt::format(R"({{"Value":"{}"}})", value), if_match);
  }
  std::string etag() { return ask("GET", "").header("ETag"); }
  void make_store() { arn = make("colors").element("ARN"); }

  std::string arn;
};

TEST_F(KeyValueStoresTest, CreateReadUpdateListAndDelete) {
  const Reply made = make("colors");
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.element("Status"), "READY");
  EXPECT_EQ(made.element("ARN"), "arn:aws:cloudfront::123456789012:key-value-store/" + made.element("Id"));
  EXPECT_EQ(made.header("Location"), "https://cloudfront.amazonaws.com/2020-05-31/key-value-store/colors");
  EXPECT_EQ(describe("colors").header("ETag"), made.header("ETag"));
  EXPECT_EQ(make("colors").error(), "409 EntityAlreadyExists");
  EXPECT_EQ(make("no spaces").status, 400);
  EXPECT_EQ(describe("none").error(), "404 EntityNotFound");

  const Reply changed = send("PUT", "/2020-05-31/key-value-store/colors",
                             "<UpdateKeyValueStoreRequest><Comment>second</Comment></UpdateKeyValueStoreRequest>",
                             {{"If-Match", made.header("ETag")}});
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(describe("colors").element("Comment"), "second");
  EXPECT_EQ(remove("colors", made.header("ETag")).error(), "412 PreconditionFailed");
  make("shapes");
  const Reply page = send("GET", "/2020-05-31/key-value-store?MaxItems=1");
  EXPECT_EQ(page.element("Name"), "colors");
  EXPECT_EQ(page.element("NextMarker"), "colors");
  EXPECT_EQ(send("GET", "/2020-05-31/key-value-store?Status=PROVISIONING").element("Quantity"), "0");
  EXPECT_EQ(remove("colors", changed.header("ETag")).status, 204);
  EXPECT_EQ(describe("colors").error(), "404 EntityNotFound");
}

TEST_F(KeyValueStoresTest, FillingOneFromABucketIsRefusedByName) {
  const Reply refused = make("colors",
                             "<ImportSource><SourceType>S3</SourceType><SourceARN>arn:aws:s3:::b/k.json"
                             "</SourceARN></ImportSource>");
  EXPECT_EQ(refused.error(), "501 NotImplemented");
  EXPECT_TRUE(refused.has("ImportSource"));
}

TEST_F(KeyValueStoresTest, KeysArePutReadListedAndDeleted) {
  make_store();
  const std::string first = etag();
  const Reply done = put("a b/c", "red", first);
  ASSERT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(done.body, R"({"ItemCount":1,"TotalSizeInBytes":8})");
  EXPECT_EQ(done.header("ETag"), etag());
  const Reply got = ask("GET", "/keys/a%20b%2Fc");
  EXPECT_TRUE(got.has(R"("Value":"red")")) << got.body;
  EXPECT_TRUE(got.has(R"("Key":"a b/c")")) << got.body;
  EXPECT_EQ(ask("GET", "/keys/none").status, 404);
  EXPECT_EQ(put("a b/c", "blue", first).status, 409);
  EXPECT_EQ(put("a b/c", "blue", etag()).body, R"({"ItemCount":1,"TotalSizeInBytes":9})");
  EXPECT_TRUE(ask("GET", "/keys").has(R"("Value":"blue")"));
  EXPECT_EQ(ask("DELETE", "/keys/none", "", etag()).status, 404);
  EXPECT_EQ(ask("DELETE", "/keys/a%20b%2Fc", "", etag()).body, R"({"ItemCount":0,"TotalSizeInBytes":0})");
  EXPECT_FALSE(ask("GET", "/keys").has("blue"));
}

TEST_F(KeyValueStoresTest, RequestsForDataAreJudgedByTheStoresArn) {
  make_store();
  authorizer.asked_about.clear();
  put("a", "1", etag());
  EXPECT_EQ(authorizer.asked_about, (std::vector<std::string>{"cloudfront-keyvaluestore:DescribeKeyValueStore " + arn,
                                                              "cloudfront-keyvaluestore:PutKey " + arn}));
}

TEST_F(KeyValueStoresTest, RequestsForAStoreAreJudgedByItsArnTooThoughTheyNameIt) {
  make_store();
  authorizer.asked_about.clear();
  describe("colors");
  describe("none");
  EXPECT_EQ(authorizer.asked_about,
            (std::vector<std::string>{
                "cloudfront:DescribeKeyValueStore " + arn,
                "cloudfront:DescribeKeyValueStore arn:aws:cloudfront::123456789012:key-value-store/none"}));
}

TEST_F(KeyValueStoresTest, SeveralKeysChangeAtOnceOrNotAtAll) {
  make_store();
  const Reply done = ask(
      "POST", "/keys", R"({"Puts":[{"Key":"a","Value":"1"},{"Key":"b","Value":"2"},{"Key":"c","Value":"3"}]})", etag());
  ASSERT_EQ(done.status, 200) << done.body;
  EXPECT_TRUE(done.has(R"("ItemCount":3)"));
  EXPECT_EQ(ask("POST", "/keys", R"({"Puts":[{"Key":"d","Value":"4"}],"Deletes":[{"Key":"d"}]})", etag()).status, 400);
  EXPECT_TRUE(ask("POST", "/keys", R"({"Puts":[{"Key":"d","Value":"4"}],"Deletes":[{"Key":"a"}]})", etag())
                  .has(R"("ItemCount":3)"));
  EXPECT_EQ(ask("GET", "/keys/a").status, 404);
  const Reply page = ask("GET", "/keys?MaxResults=2");
  const std::string token(cut(cut(page.body, "\"NextToken\":\"").after, '"').before);
  ASSERT_FALSE(token.empty()) << page.body;
  EXPECT_FALSE(ask("GET", "/keys?MaxResults=2&NextToken=" + token).has("NextToken"));
}

TEST_F(KeyValueStoresTest, Cff10TheLimitsOfKeysValuesAndStores) {
  make_store();
  EXPECT_EQ(put(std::string(512, 'k'), std::string(1024, 'v'), etag()).status, 200);
  EXPECT_EQ(put(std::string(513, 'k'), "v", etag()).status, 400);
  EXPECT_EQ(put("k", std::string(1025, 'v'), etag()).status, 400);
  std::string many;
  for (int i = 0; i < 51; ++i) many += fmt::format(R"({}{{"Key":"{}","Value":"v"}})", i == 0 ? "" : ",", i);
  EXPECT_EQ(ask("POST", "/keys", fmt::format(R"({{"Puts":[{}]}})", many), etag()).status, 400);
  EXPECT_EQ(put("k", "v", "nonsense").status, 400);
}

TEST_F(KeyValueStoresTest, DeletingAStoreTakesItsKeysAlong) {
  const Reply made = make("colors");
  arn = made.element("ARN");
  put("a", "1", etag());
  EXPECT_EQ(remove("colors", made.header("ETag")).status, 204);
  EXPECT_TRUE(documents().empty());
  EXPECT_EQ(ask("GET", "").status, 404);
}

TEST_F(KeyValueStoresTest, WhatADeleteLeftBehindGoesAtTheNextStart) {
  // As a crash leaves it between the delete of a store and that of its keys.
  overwrite({.key = "cloudfront/key-value-removal/gone", .value = "colors"});
  overwrite({.key = "cloudfront/key-value-item/gone/1", .value = "{}"});
  make_store();
  put("a", "1", etag());
  restart();
  EXPECT_EQ(ask("GET", "/keys/a").status, 200);
  for (const config::Document& each : documents()) EXPECT_EQ(each.key.find("gone"), each.key.npos) << each.key;
}

TEST_F(KeyValueStoresTest, OneThatAFunctionNamesIsInUse) {
  const Reply made = make("colors");
  const auto function = [&](std::string_view runtime, std::string_view store) {
    return send("POST", "/2020-05-31/function",
                fmt::format("<CreateFunctionRequest><Name>f</Name><FunctionConfig><Comment></Comment><Runtime>{}"
                            "</Runtime><KeyValueStoreAssociations><Quantity>1</Quantity><Items>"
                            "<KeyValueStoreAssociation><KeyValueStoreARN>{}</KeyValueStoreARN>"
                            "</KeyValueStoreAssociation></Items></KeyValueStoreAssociations></FunctionConfig>"
                            "<FunctionCode>eA==</FunctionCode></CreateFunctionRequest>",
                            runtime, store));
  };
  EXPECT_EQ(function("cloudfront-js-1.0", made.element("ARN")).error(), "400 InvalidArgument");
  EXPECT_EQ(function("cloudfront-js-2.0", made.element("ARN") + "0").error(), "404 EntityNotFound");
  const Reply associated = function("cloudfront-js-2.0", made.element("ARN"));
  ASSERT_EQ(associated.status, 201) << associated.body;
  EXPECT_EQ(associated.element("KeyValueStoreARN"), made.element("ARN"));
  EXPECT_EQ(remove("colors", made.header("ETag")).error(), "409 CannotDeleteEntityWhileInUse");
  EXPECT_EQ(send("DELETE", "/2020-05-31/function/f", "", {{"If-Match", associated.header("ETag")}}).status, 204);
  EXPECT_EQ(remove("colors", made.header("ETag")).status, 204);
}

}  // namespace
}  // namespace gust::control
