// Types of resources in stacks: what is asked of the services, what Ref and Fn::GetAtt give, and what a crash leaves.
#include "formation/formation_test_internal.h"

namespace gust::formation {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class ResourceTypes : public FormationTest {
 protected:
  static std::string resource(const std::string& type, const std::string& properties, const std::string& outputs = "") {
    return fmt::format(R"({{"Resources": {{"It": {{"Type": "{}", "Properties": {}}}}}{}}})", type, properties, outputs);
  }
  std::string output(const std::string& key = "O") {
    for (const StackOutput& one : stack().outputs) {
      if (one.key == key) return one.value;
    }
    return "none";
  }
  // What a crash between the making of the resource and its being noted leaves, and a restart makes of it.
  void crash_in(const std::string& operation, const std::string& text, bool is_update = false) {
    cloud.unanswered = {operation};
    EXPECT_EQ(is_update ? update(text) : create(text), "done");
    settle();
    cloud.unanswered.clear();
    restart();
    settle();
  }
};

constexpr const char* function_properties =
    R"({"Name": "f", "AutoPublish": "true", "FunctionCode": "function handler(e) { return e.request; }",
        "FunctionConfig": {"Comment": "c", "Runtime": "cloudfront-js-2.0", "KeyValueStoreAssociations": [{"KeyValueStoreARN": "arn:k"}]}})";

TEST_F(ResourceTypes, AFunctionIsPublishedWhereItSaysSo) {
  const std::string text = resource("AWS::CloudFront::Function", function_properties,
                                    R"(, "Outputs": {"O": {"Value": {"Fn::Join": [" ", [{"Ref": "It"},
      {"Fn::GetAtt": "It.FunctionMetadata.FunctionARN"}, {"Fn::GetAtt": ["It", "FunctionARN"]}, {"Fn::GetAtt": ["It", "Stage"]}]]}}})");
  EXPECT_EQ(create(text), "done");
  EXPECT_EQ(status(), "CREATE_COMPLETE");
  EXPECT_THAT(cloud.calls, ElementsAre("DescribeFunction", "CreateFunction", "PublishFunction"));
  const Json& input = cloud.named.at("Function f")["input"];
  EXPECT_EQ(input["FunctionCode"], "ZnVuY3Rpb24gaGFuZGxlcihlKSB7IHJldHVybiBlLnJlcXVlc3Q7IH0=");
  EXPECT_EQ(input["FunctionConfig"]["KeyValueStoreAssociations"]["Quantity"], 1);
  EXPECT_FALSE(input.contains("AutoPublish"));
  EXPECT_EQ(output(), "arn:f arn:f arn:f LIVE");
  cloud.calls.clear();
  std::string changed = text;
  changed.replace(changed.find("\"true\""), 6, "false");
  changed.replace(changed.find("return"), 6, "RETURN");
  EXPECT_EQ(update(changed), "done");
  EXPECT_EQ(status(), "UPDATE_COMPLETE");
  EXPECT_THAT(cloud.calls, ElementsAre("DescribeFunction", "UpdateFunction"));
  EXPECT_EQ(output(), "arn:f arn:f arn:f DEVELOPMENT");
  cloud.calls.clear();
  remove();
  EXPECT_THAT(cloud.calls, ElementsAre("DescribeFunction", "DeleteFunction"));
  EXPECT_THAT(cloud.named, IsEmpty());
}

TEST_F(ResourceTypes, AFunctionThatCannotBePublishedDoesNotStay) {
  cloud.failing = {"PublishFunction"};
  create(resource("AWS::CloudFront::Function", function_properties));
  EXPECT_EQ(status(), "ROLLBACK_COMPLETE");
  EXPECT_THAT(cloud.named, IsEmpty());
}

TEST_F(ResourceTypes, AnotherNameIsAnotherResource) {
  const std::string text =
      resource("AWS::CloudFront::KeyValueStore", R"({"Name": "a", "Comment": "c"})",
               R"(, "Outputs": {"O": {"Value": {"Fn::Sub": "${It} ${It.Arn} ${It.Id} ${It.Status}"}}})");
  create(text);
  EXPECT_EQ(output(), "a arn:a K1 READY");
  cloud.calls.clear();
  std::string changed = text;
  changed.replace(changed.find("\"a\""), 3, "\"b\"");
  EXPECT_EQ(update(changed), "done");
  EXPECT_EQ(status(), "UPDATE_COMPLETE");
  EXPECT_THAT(cloud.calls, ElementsAre("DescribeKeyValueStore", "CreateKeyValueStore", "DescribeKeyValueStore",
                                       "DeleteKeyValueStore"));
  EXPECT_EQ(output(), "b arn:b K1 READY");
  // A comment that is left out becomes empty.
  update(resource("AWS::CloudFront::KeyValueStore", R"({"Name": "b"})"));
  EXPECT_EQ(cloud.named.at("KeyValueStore b")["input"]["Comment"], "");
}

TEST_F(ResourceTypes, RealtimeLogsAndSubscriptionsTakeTheirPropertiesAsTheyAre) {
  const auto text = [](const char* rate, const char* status) {
    return fmt::format(R"({{"Resources": {{
      "Log": {{"Type": "AWS::CloudFront::RealtimeLogConfig", "Properties": {{"Name": "l", "SamplingRate": "{}", "Fields": ["timestamp"],
        "EndPoints": [{{"StreamType": "Kinesis", "KinesisStreamConfig": {{"RoleArn": "arn:r", "StreamArn": "arn:s"}}}}]}}}},
      "Metrics": {{"Type": "AWS::CloudFront::MonitoringSubscription", "Properties": {{"DistributionId": "E1",
        "MonitoringSubscription": {{"RealtimeMetricsSubscriptionConfig": {{"RealtimeMetricsSubscriptionStatus": "{}"}}}}}}}}}},
      "Outputs": {{"O": {{"Value": {{"Fn::Sub": "${{Log}} ${{Log.Arn}} ${{Metrics}}"}}}}}}}})",
                       rate, status);
  };
  create(text("7", "Enabled"));
  EXPECT_EQ(status(), "CREATE_COMPLETE");
  EXPECT_EQ(output(), "arn:l arn:l E1");
  const Json& log = cloud.named.at("RealtimeLogConfig l");
  EXPECT_EQ(log["input"]["SamplingRate"], 7);
  EXPECT_EQ(log["input"]["EndPoints"][0]["KinesisStreamConfig"]["RoleARN"], "arn:r");
  update(text("8", "Disabled"));
  EXPECT_EQ(status(), "UPDATE_COMPLETE");
  EXPECT_EQ(log["input"]["SamplingRate"], 8);
  remove();
  EXPECT_EQ(status(), "DELETE_COMPLETE");
  EXPECT_THAT(cloud.named, IsEmpty());
}

TEST_F(ResourceTypes, FieldLevelEncryptionIsWrittenFlat) {
  const auto text = [](const char* reference) {
    return resource("AWS::CloudFront::FieldLevelEncryptionConfig",
                    fmt::format(R"({{"CallerReference": "{}",
          "ContentTypeProfileConfig": {{"ForwardWhenContentTypeIsUnknown": true, "ContentTypeProfiles": []}},
          "QueryArgProfileConfig": {{"ForwardWhenQueryArgProfileIsUnknown": true, "QueryArgProfiles": []}}}})",
                                reference),
                    R"(, "Outputs": {"O": {"Value": {"Fn::GetAtt": "It.Arn"}}})");
  };
  create(text("one"));
  EXPECT_THAT(stack().reason, "");
  EXPECT_EQ(status(), "CREATE_COMPLETE");
  EXPECT_EQ(output(), "arn:aws:cloudfront::111122223333:field-level-encryption-config/ID1");
  update(text("two"));
  EXPECT_EQ(status(), "UPDATE_COMPLETE");
  EXPECT_EQ(output(), "arn:aws:cloudfront::111122223333:field-level-encryption-config/ID2");
  EXPECT_THAT(cloud.resources, SizeIs(1));
}

TEST_F(ResourceTypes, WhatIsMissingOrUnknownIsRefusedBeforeAnythingIsMade) {
  EXPECT_THAT(create(resource("AWS::CloudFront::Function", R"({"Name": "f", "FunctionCode": "x"})")),
              HasSubstr("required key [FunctionConfig] not found"));
  EXPECT_THAT(create(resource("AWS::CloudFront::KeyValueStore", R"({"Name": "k", "ImportSource": {}})")),
              HasSubstr("extraneous key [ImportSource] is not permitted"));
  EXPECT_THAT(create(resource("AWS::CloudFront::Function",
                              R"({"Name": "f", "FunctionCode": "x", "FunctionConfig": {}, "AutoPublish": "perhaps"})")),
              HasSubstr("#/AutoPublish: expected type: Boolean"));
  EXPECT_THAT(create(resource("AWS::CloudFront::RealtimeLogConfig",
                              R"({"Name": "l", "SamplingRate": "many", "Fields": [], "EndPoints": []})")),
              HasSubstr("#/SamplingRate: expected type: Integer"));
  EXPECT_THAT(create(resource("AWS::CloudFront::VpcOrigin", "{}")),
              HasSubstr("AWS::CloudFront::VpcOrigin is not provided by this release of Gustfront: there are no VPCs"));
  EXPECT_THAT(create(resource("AWS::CloudFront::Nothing", "{}")), HasSubstr("Unrecognized resource types"));
  EXPECT_THAT(cloud.calls, IsEmpty());
}

TEST_F(ResourceTypes, WhatAnotherHasMadeIsNotTaken) {
  cloud.buckets["pics"] = Json::object();
  create(resource("AWS::S3::Bucket", R"({"BucketName": "pics"})"));
  EXPECT_EQ(status(), "ROLLBACK_COMPLETE");
  EXPECT_THAT(stack().resources.at("It").reason,
              HasSubstr("Resource of type 'AWS::S3::Bucket' with identifier 'pics' already exists."));
  EXPECT_TRUE(cloud.buckets.contains("pics"));
  EXPECT_THAT(cloud.calls, IsEmpty());
}

constexpr const char* cache_policy = R"({"CachePolicyConfig": {"Name": "p", "MinTTL": 1}})";

TEST_F(ResourceTypes, WhatACrashLeftIsRemovedAtTheNextStart) {
  crash_in("CreateCachePolicy", resource("AWS::CloudFront::CachePolicy", cache_policy));
  EXPECT_EQ(status(), "ROLLBACK_COMPLETE");
  EXPECT_THAT(cloud.resources, IsEmpty());
}

TEST_F(ResourceTypes, WhatACrashLeftIsFoundByItsCallerReference) {
  crash_in("CreateDistribution",
           resource("AWS::CloudFront::Distribution", R"({"DistributionConfig": {"Enabled": true, "Origins": []}})"));
  EXPECT_EQ(status(), "ROLLBACK_COMPLETE");
  EXPECT_THAT(cloud.resources, IsEmpty());
  EXPECT_THAT(told(), ElementsAre("site CREATE_IN_PROGRESS", "It CREATE_IN_PROGRESS", "It CREATE_FAILED",
                                  "site ROLLBACK_IN_PROGRESS", "It DELETE_IN_PROGRESS", "It DELETE_COMPLETE",
                                  "site ROLLBACK_COMPLETE"));
}

TEST_F(ResourceTypes, WhatACrashLeftIsFoundByANameOfItsOwn) {
  crash_in("CreateBucket", resource("AWS::S3::Bucket", "{}"));
  EXPECT_EQ(status(), "ROLLBACK_COMPLETE");
  EXPECT_THAT(cloud.buckets, IsEmpty());
}

TEST_F(ResourceTypes, WhatACrashLeftOfAReplacementIsRemovedAndTheFormerStays) {
  create(resource("AWS::CloudFront::KeyValueStore", R"({"Name": "a"})"));
  crash_in("CreateKeyValueStore", resource("AWS::CloudFront::KeyValueStore", R"({"Name": "b"})"), true);
  EXPECT_EQ(status(), "UPDATE_ROLLBACK_COMPLETE");
  EXPECT_THAT(cloud.named, SizeIs(1));
  EXPECT_TRUE(cloud.named.contains("KeyValueStore a"));
  EXPECT_EQ(stack().resources.at("It").now.facts.physical_id, "a");
}

TEST_F(ResourceTypes, WhatWasNotMadeBeforeACrashIsNotMissed) {
  cloud.is_held = true;
  create(resource("AWS::CloudFront::Distribution", R"({"DistributionConfig": {"Enabled": true}})"));
  settle();
  stop();
  cloud.release();
  restart();
  settle();
  EXPECT_EQ(status(), "ROLLBACK_COMPLETE");
  EXPECT_THAT(cloud.resources, IsEmpty());
}

// The service says that it does not know: what it has made is the stack's all the same.
TEST_F(ResourceTypes, WhatHasNoAnswerIsLookedFor) {
  cloud.unanswered = {"CreateCachePolicy"};
  create(resource("AWS::CloudFront::CachePolicy", cache_policy));
  cloud.release();
  settle();
  EXPECT_EQ(status(), "ROLLBACK_COMPLETE");
  EXPECT_THAT(cloud.resources, IsEmpty());
}

// Whose rights do not reach for a look may have found another's: it is left alone.
TEST_F(ResourceTypes, WhatCouldNotBeLookedForBeforeIsNotTakenAfterACrash) {
  cloud.failing = {"ListCachePolicies"};
  cloud.unanswered = {"CreateCachePolicy"};
  create(resource("AWS::CloudFront::CachePolicy", cache_policy));
  settle();
  cloud.failing.clear();
  cloud.unanswered.clear();
  restart();
  settle();
  EXPECT_EQ(status(), "ROLLBACK_COMPLETE");
  EXPECT_THAT(cloud.resources, SizeIs(1));
}

}  // namespace
}  // namespace gust::formation
