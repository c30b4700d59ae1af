#include "formation/stack_rights.h"

#include "aws/gen/cloudformation.h"
#include "formation/formation_test_internal.h"
#include "formation/properties.h"

namespace gust::formation {
namespace {

class StackRights : public FormationTest {
 protected:
  aws::OwnedDeed deed(std::string_view operation, std::vector<aws::QueryItem> form) {
    aws::Route route;
    route.operation = find_operation(aws::cloudformation::service(), operation);
    route.form = std::move(form);
    return deed_of(route, store, "111122223333", "us-east-1");
  }
  std::string resource(std::string_view operation, std::vector<aws::QueryItem> form) {
    return deed(operation, std::move(form)).resource;
  }
  static constexpr const char* bucket = R"({"Resources": {"B": {"Type": "AWS::S3::Bucket"}}})";
};

TEST_F(StackRights, AStackIsJudgedByItsArn) {
  EXPECT_EQ(resource("CreateStack", {{"StackName", "site"}}),
            "arn:aws:cloudformation:us-east-1:111122223333:stack/site/*");
  create(bucket);
  const std::string id = stack().id;
  EXPECT_EQ(deed("DescribeStacks", {{"StackName", "site"}}).action, "cloudformation:DescribeStacks");
  EXPECT_EQ(resource("DescribeStacks", {{"StackName", "site"}}), id);
  EXPECT_EQ(resource("DeleteStack", {{"StackName", id}}), id);
  remove();
  EXPECT_EQ(resource("DescribeStacks", {{"StackName", "site"}}),
            "arn:aws:cloudformation:us-east-1:111122223333:stack/site/*");
  EXPECT_EQ(resource("DescribeStacks", {{"StackName", id}}), id);
}

TEST_F(StackRights, StacksAreKnownAfterARestart) {
  create(bucket);
  const std::string id = stack().id;
  StackStore fresh(*documents);
  EXPECT_EQ(fresh.id_of_name("site"), nullptr);
  EXPECT_TRUE(run(fresh.load()));
  ASSERT_NE(fresh.id_of_name("site"), nullptr);
  EXPECT_EQ(*fresh.id_of_name("site"), id);
}

TEST_F(StackRights, AChangeSetIsJudgedByItsStack) {
  aws::cloudformation::CreateChangeSetInput input;
  input.stack_name = "site";
  input.change_set_name = "first";
  input.template_body = bucket;
  input.change_set_type = "CREATE";
  const auto made = run(sets->create(call, input));
  ASSERT_TRUE(made);
  EXPECT_EQ(resource("DescribeChangeSet", {{"ChangeSetName", *made->id}}), *made->stack_id);
  const aws::OwnedDeed named = deed("ExecuteChangeSet", {{"ChangeSetName", "first"}, {"StackName", "site"}});
  EXPECT_EQ(named.resource, *made->stack_id);
  EXPECT_EQ(named.conditions, (decltype(named.conditions){{"cloudformation:ChangeSetName", "first"}}));
  EXPECT_TRUE(run(sets->remove({.change_set_name = *made->id, .stack_name = {}})));
  EXPECT_EQ(resource("DescribeChangeSet", {{"ChangeSetName", *made->id}}), "*");
}

// A field that the operation does not read decides nothing.
TEST_F(StackRights, WhatIsAboutNoOneStackIsAboutAll) {
  EXPECT_EQ(resource("ListStacks", {{"StackName", "site"}}), "*");
  EXPECT_EQ(resource("ListExports", {{"StackName", "site"}}), "*");
  EXPECT_EQ(resource("DescribeStacks", {}), "*");
  EXPECT_EQ(resource("DescribeStackResources", {{"PhysicalResourceId", "b"}}), "*");
  EXPECT_TRUE(deed("CreateStack", {{"StackName", "a"}, {"ChangeSetName", "b"}}).conditions.empty());
  const aws::OwnedDeed by_url = deed("CreateStack", {{"StackName", "a"}, {"TemplateURL", "https://h/b/k"}});
  EXPECT_EQ(by_url.conditions, (decltype(by_url.conditions){{"cloudformation:TemplateUrl", "https://h/b/k"}}));
}

}  // namespace
}  // namespace gust::formation
