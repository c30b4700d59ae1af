#include "formation/formation_test_internal.h"

namespace gust::formation {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

// A bucket, its policy and a distribution over it: what most sites are.
std::string site(std::string_view more_of_bucket = "", std::string_view comment = "one",
                 std::string_view more_resources = "") {
  return fmt::format(R"({{
    "Resources": {{
      "Pics": {{"Type": "AWS::S3::Bucket", "Properties": {{"BucketName": "pics"{}}}}},
      "Policy": {{"Type": "AWS::S3::BucketPolicy", "Properties": {{"Bucket": {{"Ref": "Pics"}}, "PolicyDocument": {{"Statement": [
        {{"Effect": "Allow", "Resource": {{"Fn::Sub": "${{Pics.Arn}}/*"}}, "Condition": {{"StringEquals": {{"AWS:SourceArn":
        {{"Fn::Sub": "arn:aws:cloudfront::${{AWS::AccountId}}:distribution/${{Site}}"}}}}}}}}]}}}}}},
      "Site": {{"Type": "AWS::CloudFront::Distribution", "Properties": {{"DistributionConfig": {{"Enabled": true, "Comment": "{}", "IPV6Enabled": true,
        "Origins": [{{"Id": "o", "DomainName": {{"Fn::GetAtt": "Pics.DomainName"}}, "S3OriginConfig": {{}}}}],
        "DefaultCacheBehavior": {{"TargetOriginId": "o", "ViewerProtocolPolicy": "allow-all", "CachePolicyId": "658327ea"}}}}}}}}{}
    }},
    "Outputs": {{"Domain": {{"Value": {{"Fn::GetAtt": ["Site", "DomainName"]}}, "Export": {{"Name": "domain"}}}}}}}})",
                     more_of_bucket, comment, more_resources);
}

using Deployments = FormationTest;

TEST_F(Deployments, ResourcesAreMadeInTheOrderOfTheirNeeds) {
  EXPECT_EQ(create(site()), "done");
  settle();
  EXPECT_EQ(status(), "CREATE_COMPLETE");
  EXPECT_THAT(cloud.calls, ElementsAre("CreateBucket", "CreateDistribution", "GetDistribution", "PutBucketPolicy"));
  EXPECT_EQ(cloud.resources.at("ID1")["Distribution"]["DistributionConfig"]["Origins"]["Items"][0]["DomainName"],
            "pics.s3.amazonaws.com");
  EXPECT_EQ(cloud.resources.at("ID1")["Distribution"]["DistributionConfig"]["IsIPV6Enabled"], true);
  EXPECT_THAT(cloud.buckets.at("pics")["BucketPolicy"]["Policy"].get<std::string>(),
              HasSubstr("arn:aws:cloudfront::111122223333:distribution/ID1"));
  ASSERT_THAT(stack().outputs, SizeIs(1));
  EXPECT_EQ(stack().outputs[0].value, "id1.net");
  EXPECT_THAT(told(), ElementsAre("site CREATE_IN_PROGRESS", "Pics CREATE_IN_PROGRESS", "Pics CREATE_COMPLETE",
                                  "Site CREATE_IN_PROGRESS", "Site CREATE_COMPLETE", "Policy CREATE_IN_PROGRESS",
                                  "Policy CREATE_COMPLETE", "site CREATE_COMPLETE"));
}

TEST_F(Deployments, AClientThatLooksBehindTheAnswerFindsItDone) {
  create(site());
  EXPECT_EQ(status(), "CREATE_COMPLETE");
  remove();
  EXPECT_EQ(status(), "DELETE_COMPLETE");
}

TEST_F(Deployments, AFailedCreateRemovesWhatItMade) {
  cloud.failing.insert("PutBucketPolicy");
  EXPECT_EQ(create(site()), "done");
  settle();
  EXPECT_EQ(status(), "ROLLBACK_COMPLETE");
  EXPECT_THAT(cloud.buckets, IsEmpty());
  EXPECT_THAT(cloud.resources, IsEmpty());
  EXPECT_EQ(stack().resources.at("Policy").status, "CREATE_FAILED");
  EXPECT_THAT(stack().resources.at("Policy").reason, HasSubstr("not today"));
  EXPECT_EQ(update(site()),
            "ValidationError: Stack:" + stack().id + " is in ROLLBACK_COMPLETE state and can not be updated.");
}

TEST_F(Deployments, AnUpdateTouchesWhatDiffersAlone) {
  create(site());
  settle();
  cloud.calls.clear();
  EXPECT_EQ(update(site("", "two")), "done");
  settle();
  EXPECT_EQ(status(), "UPDATE_COMPLETE");
  EXPECT_THAT(cloud.calls, ElementsAre("GetDistribution", "UpdateDistribution", "GetDistribution"));
  EXPECT_EQ(cloud.resources.at("ID1")["Distribution"]["DistributionConfig"]["Comment"], "two");
  EXPECT_EQ(update(site("", "two")), "ValidationError: No updates are to be performed.");
}

TEST_F(Deployments, WhatCannotBeChangedIsMadeAnewBeforeTheOldGoes) {
  create(site());
  settle();
  cloud.calls.clear();
  std::string text = site();
  text.replace(text.find("\"BucketName\": \"pics\""), 20, "\"BucketName\": \"more\"");
  EXPECT_EQ(update(text), "done");
  settle();
  EXPECT_EQ(status(), "UPDATE_COMPLETE");
  EXPECT_THAT(cloud.calls, ElementsAre("CreateBucket", "GetDistribution", "UpdateDistribution", "GetDistribution",
                                       "PutBucketPolicy", "DeleteBucketPolicy", "DeleteBucket"));
  EXPECT_TRUE(cloud.buckets.contains("more") && !cloud.buckets.contains("pics"));
}

TEST_F(Deployments, AFailedUpdateBringsBackWhatWas) {
  create(site());
  settle();
  cloud.failing.insert("CreateCachePolicy");
  EXPECT_EQ(
      update(site(
          R"(, "VersioningConfiguration": {"Status": "Enabled"})", "two",
          R"(, "Z": {"Type": "AWS::CloudFront::CachePolicy", "DependsOn": "Site", "Properties": {"CachePolicyConfig": {"Name": "z", "MinTTL": 1}}})")),
      "done");
  settle();
  EXPECT_EQ(status(), "UPDATE_ROLLBACK_COMPLETE");
  EXPECT_EQ(cloud.resources.at("ID1")["Distribution"]["DistributionConfig"]["Comment"], "one");
  EXPECT_EQ(cloud.buckets.at("pics")["BucketVersioning"]["VersioningConfiguration"]["Status"], "Suspended");
  EXPECT_FALSE(stack().resources.contains("Z"));
  cloud.failing.clear();
  EXPECT_EQ(update(site("", "three")), "done");
  settle();
  EXPECT_EQ(status(), "UPDATE_COMPLETE");
}

TEST_F(Deployments, ARollbackThatFailedGoesOnWhenAsked) {
  create(site());
  settle();
  cloud.failing = {"UpdateDistribution"};
  update(site(R"(, "VersioningConfiguration": {"Status": "Enabled"})", "two"));
  settle();
  EXPECT_EQ(status(), "UPDATE_ROLLBACK_FAILED");
  EXPECT_THAT(stack().reason, HasSubstr("failed to update: [Site]"));
  cloud.failing.clear();
  aws::cloudformation::ContinueUpdateRollbackInput input;
  input.stack_name = "site";
  EXPECT_EQ(outcome(run(stacks->continue_rollback(call, input))), "done");
  settle();
  EXPECT_EQ(status(), "UPDATE_ROLLBACK_COMPLETE");
}

TEST_F(Deployments, ARollbackThatGoesOnLeavesAloneWhatHasItsPlaceAgain) {
  create(site());
  settle();
  cloud.failing = {"UpdateDistribution"};
  std::string text = site("", "two");
  text.replace(text.find("\"BucketName\": \"pics\""), 20, "\"BucketName\": \"more\"");
  update(text);
  settle();
  EXPECT_EQ(status(), "UPDATE_ROLLBACK_FAILED");
  cloud.failing.clear();
  aws::cloudformation::ContinueUpdateRollbackInput input;
  input.stack_name = "site";
  EXPECT_EQ(outcome(run(stacks->continue_rollback(call, input))), "done");
  settle();
  EXPECT_EQ(status(), "UPDATE_ROLLBACK_COMPLETE");
  EXPECT_EQ(stack().resources.at("Pics").now.facts.physical_id, "pics");
  EXPECT_TRUE(cloud.buckets.contains("pics") && !cloud.buckets.contains("more"));
}

TEST_F(Deployments, ARollbackRemovesWhatWasMadeInTheOrderOfItsNeeds) {
  create(site());
  settle();
  cloud.calls.clear();
  cloud.failing.insert("CreateKeyGroup");
  // In the order of names turned round, the bucket would go before its policy.
  EXPECT_EQ(
      update(site(
          "", "one",
          R"(, "A": {"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": {"Ref": "B"}, "PolicyDocument": {}}},
      "B": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "new"}},
      "Z": {"Type": "AWS::CloudFront::KeyGroup", "DependsOn": "A", "Properties": {"KeyGroupConfig": {"Name": "z", "Items": []}}})")),
      "done");
  settle();
  EXPECT_EQ(status(), "UPDATE_ROLLBACK_COMPLETE");
  EXPECT_THAT(cloud.calls,
              ElementsAre("CreateBucket", "PutBucketPolicy", "CreateKeyGroup", "DeleteBucketPolicy", "DeleteBucket"));
}

TEST_F(Deployments, TheDescriptionGoesBackWithTheTemplate) {
  const auto described = [](const std::string& text, const std::string& words) {
    return "{\"Description\": \"" + words + "\"," + text.substr(text.find('{') + 1);
  };
  create(described(site(), "first"));
  settle();
  EXPECT_EQ(stack().wanted.description, "first");
  cloud.failing = {"PutBucketVersioning"};
  update(described(site(R"(, "VersioningConfiguration": {"Status": "Enabled"})"), "second"));
  cloud.failing.clear();
  aws::cloudformation::ContinueUpdateRollbackInput input;
  input.stack_name = "site";
  static_cast<void>(run(stacks->continue_rollback(call, input)));
  settle();
  EXPECT_EQ(status(), "UPDATE_ROLLBACK_COMPLETE");
  EXPECT_EQ(stack().wanted.description, "first");
}

TEST_F(Deployments, DeletingGoesBackwardsAndHoldsPolicies) {
  create(site("}, \"DeletionPolicy\": \"Retain\", \"Metadata\": {\"x\": 1"));
  settle();
  cloud.calls.clear();
  EXPECT_EQ(remove(), "done");
  settle();
  EXPECT_EQ(status(), "DELETE_COMPLETE");
  EXPECT_THAT(cloud.calls, ElementsAre("DeleteBucketPolicy", "GetDistribution", "UpdateDistribution", "GetDistribution",
                                       "DeleteDistribution"));
  EXPECT_TRUE(cloud.buckets.contains("pics"));
  EXPECT_EQ(outcome(run(reads->describe({.stack_name = "site", .next_token = {}}))),
            "ValidationError: Stack with id site does not exist");
  EXPECT_EQ(remove(), "done");  // what is not there is deleted
}

TEST_F(Deployments, AProtectedStackIsDeletedOnceItIsNoMore) {
  create(site());
  const auto protect = [&](bool is_protected, const char* name = "site") {
    return outcome(run(stacks->protect({.enable_termination_protection = is_protected, .stack_name = name})));
  };
  EXPECT_EQ(protect(true), "done");
  EXPECT_EQ(remove(), "ValidationError: Stack [site] cannot be deleted while TerminationProtection is enabled");
  EXPECT_EQ(protect(false), "done");
  EXPECT_EQ(remove(), "done");
  EXPECT_EQ(status(), "DELETE_COMPLETE");
  EXPECT_EQ(protect(true), "ValidationError: Stack with id site does not exist");
}

TEST_F(Deployments, WhatCannotBeDeletedKeepsTheStack) {
  create(site());
  settle();
  cloud.failing.insert("DeleteBucket");
  remove();
  settle();
  EXPECT_EQ(status(), "DELETE_FAILED");
  EXPECT_THAT(stack().reason, HasSubstr("failed to delete: [Pics]"));
  cloud.failing.clear();
  remove();
  settle();
  EXPECT_EQ(status(), "DELETE_COMPLETE");
}

TEST_F(Deployments, ACreateThatWasCutOffIsRolledBackAtTheNextStart) {
  cloud.is_held = true;
  create(site());
  settle();
  EXPECT_EQ(status(), "CREATE_IN_PROGRESS");
  stop();
  cloud.release();
  restart();
  settle();
  EXPECT_EQ(status(), "ROLLBACK_COMPLETE");
  EXPECT_THAT(cloud.buckets, IsEmpty());
}

TEST_F(Deployments, AnUpdateThatWasCutOffIsRolledBackAtTheNextStart) {
  create(site());
  settle();
  cloud.is_held = true;
  update(site("", "two"));
  settle();
  EXPECT_EQ(status(), "UPDATE_IN_PROGRESS");
  stop();
  cloud.release();
  restart();
  settle();
  EXPECT_EQ(status(), "UPDATE_ROLLBACK_COMPLETE");
  EXPECT_EQ(cloud.resources.at("ID1")["Distribution"]["DistributionConfig"]["Comment"], "one");
}

TEST_F(Deployments, ExportsThatAreImportedStay) {
  create(site());
  settle();
  const std::string importer =
      R"({"Resources": {"B": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": {"Fn::ImportValue": "domain"}}}}})";
  EXPECT_EQ(create(importer, {}, "user"), "done");
  settle();
  EXPECT_TRUE(cloud.buckets.contains("id1.net"));
  remove();
  settle();
  EXPECT_EQ(status(), "DELETE_FAILED");
  EXPECT_THAT(stack().reason, HasSubstr("Cannot delete export domain as it is in use by user"));
  EXPECT_EQ(
      create(
          R"({"Resources": {"B": {"Type": "AWS::S3::Bucket"}}, "Outputs": {"O": {"Value": "x", "Export": {"Name": "domain"}}}})",
          {}, "third"),
      "done");
  settle();
  EXPECT_EQ(status("third"), "ROLLBACK_COMPLETE");
}

TEST_F(Deployments, RequestsThatCannotBeCarriedOutAreRefusedAtOnce) {
  EXPECT_EQ(create(R"({"Resources": {"A": {"Type": "AWS::EC2::Instance"}}})"),
            "ValidationError: Template format error: Unrecognized resource types: [AWS::EC2::Instance]");
  EXPECT_THAT(create(R"({"Resources": {"A": {"Type": "AWS::S3::Bucket", "Properties": {"Colour": {}}}}})"),
              HasSubstr("[Colour] of AWS::S3::Bucket is not supported"));
  EXPECT_THAT(
      create(site(), {{.parameter_key = "P", .parameter_value = "x", .use_previous_value = {}, .resolved_value = {}}}),
      HasSubstr("[P] do not exist in the template"));
  EXPECT_THAT(create(site(), {}, "1site"), HasSubstr("at 'stackName' failed to satisfy constraint"));
  cloud.is_held = true;
  EXPECT_EQ(create(site()), "done");
  EXPECT_EQ(create(site()), "AlreadyExistsException: Stack [site] already exists");
  EXPECT_THAT(update(site("", "two")), HasSubstr("is in CREATE_IN_PROGRESS state and can not be updated."));
  EXPECT_THAT(remove(), HasSubstr("OperationInProgressException"));
  cloud.release();
  settle();
  aws::cloudformation::UpdateStackInput input;
  input.stack_name = "nobody";
  input.template_body = site();
  EXPECT_EQ(outcome(run(stacks->update(call, input))), "ValidationError: Stack with id nobody does not exist");
  input.role_arn = "arn:aws:iam::1:role/r";
  EXPECT_EQ(outcome(run(stacks->update(call, input))), "ValidationError: RoleARN is not supported by this service");
}

class ChangeSetTest : public FormationTest {
 protected:
  std::string make_set(const std::string& text, const std::string& type, const std::string& name = "first") {
    aws::cloudformation::CreateChangeSetInput input;
    input.stack_name = "site";
    input.change_set_name = name;
    input.template_body = text;
    input.change_set_type = type;
    return outcome(run(sets->create(call, std::move(input))));
  }
  aws::cloudformation::DescribeChangeSetOutput described(const std::string& name = "first") {
    return *run(sets->describe({.change_set_name = name, .stack_name = "site", .next_token = {}}));
  }
  std::vector<std::string> changes(const std::string& name = "first") {
    std::vector<std::string> lines;
    for (const auto& change : described(name).changes) {
      const auto& one = *change.resource_change;
      lines.push_back(fmt::format("{} {} {}", *one.action, *one.logical_resource_id, one.replacement.value_or("")));
    }
    return lines;
  }
  std::string execute(const std::string& name = "first") {
    return outcome(run(sets->execute(
        call, {.change_set_name = name, .stack_name = "site", .client_request_token = {}, .disable_rollback = {}})));
  }
};

TEST_F(ChangeSetTest, ACreationIsShownAndCarriedOut) {
  EXPECT_EQ(make_set(site(), "CREATE"), "done");
  EXPECT_EQ(status(), "REVIEW_IN_PROGRESS");
  EXPECT_THAT(changes(), ElementsAre("Add Pics ", "Add Site ", "Add Policy "));
  EXPECT_THAT(cloud.calls, IsEmpty());
  EXPECT_EQ(execute(), "done");
  settle();
  EXPECT_EQ(status(), "CREATE_COMPLETE");
  EXPECT_EQ(execute().substr(0, 22), "InvalidChangeSetStatus");
}

TEST_F(ChangeSetTest, AnUpdateTellsWhatIsReplacedAndWhatFollowsFromIt) {
  create(site());
  settle();
  std::string text = site("", "two");
  text.replace(text.find("\"BucketName\": \"pics\""), 20, "\"BucketName\": \"more\"");
  EXPECT_EQ(make_set(text, "UPDATE"), "done");
  EXPECT_THAT(changes(), ElementsAre("Modify Pics True", "Modify Site False", "Modify Policy Conditional"));
}

TEST_F(ChangeSetTest, OneWithoutChangesFailsInTheWordsThatDeployReads) {
  create(site());
  settle();
  EXPECT_EQ(make_set(site(), "UPDATE"), "done");
  const auto output = described();
  EXPECT_EQ(output.status, "FAILED");
  EXPECT_THAT(*output.status_reason, HasSubstr("didn't contain changes"));
  EXPECT_EQ(execute().substr(0, 22), "InvalidChangeSetStatus");
}

TEST_F(ChangeSetTest, OfAStackThatIsNotThereOrIsThereTheOtherKindIsRefused) {
  EXPECT_EQ(make_set(site(), "UPDATE"), "ValidationError: Stack [site] does not exist");
  create(site());
  settle();
  EXPECT_THAT(make_set(site(), "CREATE"), HasSubstr("already exists and cannot be created again"));
  EXPECT_EQ(outcome(run(sets->describe({.change_set_name = "none", .stack_name = "site", .next_token = {}}))),
            "ChangeSetNotFound: ChangeSet [none] does not exist");
}

}  // namespace
}  // namespace gust::formation
