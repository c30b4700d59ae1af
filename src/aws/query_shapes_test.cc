#include <fmt/format.h>
#include <gtest/gtest.h>

#include "aws/gen/cloudformation.h"
#include "aws/gen/iam.h"
#include "aws/gen/sts.h"
#include "aws/shapes.h"

namespace gust::aws {
namespace {

template <typename Op>
Answer<typename Op::Input> read(const Service& service, std::string_view form, std::string_view method = "POST",
                                std::string_view query = "") {
  const auto items = read_query(query);
  const OperationRequest request{
      .method = method, .path = "/", .query = *items, .headers = {}, .bucket = {}, .key = {}, .body = form};
  const auto route = find_operation(service, request);
  if (!route) return std::unexpected(route.error());
  EXPECT_EQ(route->operation, &Op::operation());
  return read_input<Op>(service, *route, request);
}

Answer<iam::CreateUserRequest> create_user(std::string_view parameters) {
  return read<iam::op::CreateUser>(iam::service(), fmt::format("Action=CreateUser&Version=2010-05-08&{}", parameters));
}

template <typename Input>
std::string error_of(const Answer<Input>& read) {
  return read ? "accepted" : fmt::format("{} {}: {}", read.error().status, read.error().code, read.error().message);
}

// As boto3 1.26 sends them.
TEST(ReadForm, TypesListsOfStructures) {
  const auto user = create_user(
      "UserName=ann&Path=%2Fops%2F&Tags.member.1.Key=team&Tags.member.1.Value=a%2Bb+%C3%A9%3D&"
      "Tags.member.2.Key=x&Tags.member.2.Value=");
  ASSERT_TRUE(user) << user.error().message;
  EXPECT_EQ(user->user_name, "ann");
  EXPECT_EQ(user->path, "/ops/");
  ASSERT_EQ(user->tags.size(), 2U);
  EXPECT_EQ(user->tags[0].key, "team");
  EXPECT_EQ(user->tags[0].value, "a+b é=");
  EXPECT_EQ(user->tags[1].value, "");
}

TEST(ReadForm, TypesWhatIsNested) {
  const auto stack = read<cloudformation::op::CreateStack>(
      cloudformation::service(),
      "Action=CreateStack&Version=2010-05-15&StackName=s&TemplateBody=%7B%22Resources%22%3A%7B%7D%7D%0A&Parameters."
      "member.1.ParameterKey=P&Parameters.member.1.ParameterValue=v&Parameters.member.2.ParameterKey=Q&Parameters."
      "member.2.UsePreviousValue=true&Capabilities.member.1=CAPABILITY_IAM&RollbackConfiguration.RollbackTriggers."
      "member.1.Arn=a&RollbackConfiguration.RollbackTriggers.member.1.Type=t&RollbackConfiguration."
      "MonitoringTimeInMinutes=1");
  ASSERT_TRUE(stack) << stack.error().message;
  EXPECT_EQ(stack->template_body, "{\"Resources\":{}}\n");
  ASSERT_EQ(stack->parameters.size(), 2U);
  EXPECT_EQ(stack->parameters[1].use_previous_value, true);
  EXPECT_EQ(stack->capabilities, std::vector<std::string>{"CAPABILITY_IAM"});
  EXPECT_EQ(stack->rollback_configuration->rollback_triggers.front().arn, "a");
  EXPECT_EQ(stack->rollback_configuration->monitoring_time_in_minutes, 1);
}

TEST(ReadForm, TakesTheTenthItemOfAListBehindTheNinth) {
  std::string tags;
  for (int i = 1; i <= 12; ++i) tags += fmt::format("&Tags.member.{}.Key=k{}&Tags.member.{}.Value=v", i, i, i);
  const auto user = create_user("UserName=ann" + tags);
  ASSERT_TRUE(user) << user.error().message;
  ASSERT_EQ(user->tags.size(), 12U);
  EXPECT_EQ(user->tags[1].key, "k2");
  EXPECT_EQ(user->tags[9].key, "k10");
}

TEST(ReadForm, TakesAnEmptyListAsClientsSendIt) {
  const auto untag =
      read<iam::op::UntagUser>(iam::service(), "Action=UntagUser&Version=2010-05-08&UserName=a&TagKeys=");
  ASSERT_TRUE(untag) << untag.error().message;
  EXPECT_TRUE(untag->tag_keys.empty());
}

TEST(ReadForm, TakesTheQueryOfAGetAndItsSignature) {
  const auto asked = read<sts::op::GetCallerIdentity>(
      sts::service(), "", "GET",
      "Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=00");
  EXPECT_TRUE(asked) << error_of(asked);
}

TEST(ReadForm, NamesWhatItDoesNotKnow) {
  EXPECT_EQ(error_of(create_user("UserName=ann&Colour=red")), "400 MalformedInput: Unexpected parameter Colour.");
  EXPECT_EQ(error_of(create_user("UserName=ann&Tags.member.1.Key=k&Tags.member.1.Value=v&Tags.member.1.Hue=h")),
            "400 MalformedInput: Unexpected parameter Tags.member.1.Hue.");
  EXPECT_EQ(error_of(create_user("UserName=ann&UserName.member.1=b")),
            "400 MalformedInput: Unexpected parameter UserName.member.1.");
}

TEST(ReadForm, RefusesDuplicatesAndGaps) {
  EXPECT_EQ(error_of(create_user("UserName=ann&UserName=bob")),
            "400 MalformedInput: The parameter UserName stands twice.");
  EXPECT_EQ(error_of(create_user("UserName=ann&Tags.member.2.Key=k&Tags.member.2.Value=v")),
            "400 MalformedInput: Unexpected parameter Tags.member.2.Key.");
  EXPECT_EQ(error_of(create_user("UserName=ann&Tags.member.01.Key=k")),
            "400 MalformedInput: Unexpected parameter Tags.member.01.Key.");
}

TEST(ReadForm, RefusesWrongKinds) {
  EXPECT_EQ(error_of(create_user("UserName.x=ann")),
            "400 MalformedInput: Start of structure or map found where not expected: UserName.");
  EXPECT_EQ(error_of(create_user("UserName=ann&Tags=x")), "400 MalformedInput: Unexpected text in Tags.");
  EXPECT_EQ(error_of(read<iam::op::ListUsers>(iam::service(), "Action=ListUsers&Version=2010-05-08&MaxItems=x")),
            "400 MalformedInput: Bad value of MaxItems.");
}

TEST(ReadForm, TellsMissingAndOutOfRangeInTheServicesWords) {
  EXPECT_EQ(error_of(create_user("Path=%2F")),
            "400 ValidationError: 1 validation error detected: Value null at 'userName' failed to satisfy constraint: "
            "Member must not be null");
  EXPECT_EQ(error_of(read<iam::op::ListUsers>(iam::service(), "Action=ListUsers&Version=2010-05-08&MaxItems=0")),
            "400 ValidationError: 1 validation error detected: Value '0' at 'maxItems' failed to satisfy constraint: "
            "Member must have value greater than or equal to 1");
}

TEST(FindAction, NamesWhatIsWrong) {
  const auto error = [](std::string_view form) { return error_of(read<iam::op::CreateUser>(iam::service(), form)); };
  EXPECT_EQ(error("Action=Fly&Version=2010-05-08"),
            "400 InvalidAction: Could not find operation Fly for version 2010-05-08");
  EXPECT_EQ(error("Action=CreateUser&Version=2009-01-01"),
            "400 InvalidAction: Could not find operation CreateUser for version 2009-01-01");
  EXPECT_EQ(error("Action=CreateUser"),
            "400 InvalidAction: Could not find operation CreateUser for version NO_VERSION_SPECIFIED");
  EXPECT_EQ(error("UserName=x"), "400 MissingAction: The request is missing an Action or a required parameter.");
  EXPECT_EQ(error("Action=%zz"), "400 MalformedQueryString: The query string contains a syntax error.");
  EXPECT_EQ(error("Action=CreateSAMLProvider&Version=2010-05-08"),
            "501 NotImplemented: The operation CreateSAMLProvider is not implemented.");
}

TEST(FindAction, RefusesAFormOfTooManyItems) {
  std::string form = "Action=CreateUser&Version=2010-05-08";
  for (std::size_t i = 0; i < form_items_max; ++i) form += "&a=";
  EXPECT_EQ(error_of(read<iam::op::CreateUser>(iam::service(), form)),
            "400 MalformedQueryString: The query string contains a syntax error.");
}

TEST(WriteQueryAnswer, WrapsTheResult) {
  sts::GetCallerIdentityResponse output;
  output.user_id = "123456789012";
  output.account = "123456789012";
  output.arn = "arn:aws:iam::123456789012:root";
  const WireAnswer answer = write_output<sts::op::GetCallerIdentity>(sts::service(), output, {"r-1", ""});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<GetCallerIdentityResponse "
            "xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult><UserId>123456789012</UserId>"
            "<Account>123456789012</Account><Arn>arn:aws:iam::123456789012:root</Arn></GetCallerIdentityResult>"
            "<ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></GetCallerIdentityResponse>");
  const std::vector<std::pair<std::string, std::string>> headers{{"x-amzn-RequestId", "r-1"},
                                                                 {"Content-Type", "text/xml"}};
  EXPECT_EQ(answer.headers, headers);
}

TEST(WriteQueryAnswer, LeavesOutTheResultWhereThereIsNone) {
  EXPECT_EQ(write_output<iam::op::DeleteUser>(iam::service(), {}, {"r-1", ""}).body,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<DeleteUserResponse "
            "xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><ResponseMetadata><RequestId>r-1</RequestId>"
            "</ResponseMetadata></DeleteUserResponse>");
}

TEST(WriteQueryAnswer, WritesListsAndMaps) {
  iam::ListUserPoliciesResponse listed;
  listed.policy_names = {"a", "b"};
  EXPECT_NE(write_output<iam::op::ListUserPolicies>(iam::service(), listed, {"r", ""})
                .body.find("<PolicyNames><member>a</member><member>b</member></PolicyNames>"),
            std::string::npos);
  iam::GetAccountSummaryResponse summary;
  summary.summary_map = {{"Users", "3"}};
  EXPECT_NE(write_output<iam::op::GetAccountSummary>(iam::service(), summary, {"r", ""})
                .body.find("<SummaryMap><entry><key>Users</key><value>3</value></entry></SummaryMap>"),
            std::string::npos);
}

// boto3's callers take the member without a look whether it is there.
TEST(WriteQueryAnswer, TellsEmptyListsOfTheResultAlone) {
  const auto none = write_output<cloudformation::op::DescribeStacks>(cloudformation::service(), {}, {"r", {}});
  EXPECT_NE(none.body.find("<DescribeStacksResult><Stacks></Stacks></DescribeStacksResult>"), std::string::npos)
      << none.body;
  cloudformation::DescribeStacksOutput one;
  one.stacks.emplace_back();
  const auto some = write_output<cloudformation::op::DescribeStacks>(cloudformation::service(), one, {"r", {}});
  EXPECT_EQ(some.body.find("<Outputs>"), std::string::npos) << some.body;
}

TEST(WriteQueryError, TakesTheStatusFromTheModel) {
  const ServiceError error = service_error(iam::service(), "NoSuchEntity", "The user <ann> cannot be found.");
  const WireAnswer answer = write_error(iam::service(), error, {"r-1", ""});
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.body,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ErrorResponse "
            "xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><Error><Type>Sender</Type><Code>NoSuchEntity</Code>"
            "<Message>The user &lt;ann&gt; cannot be found.</Message></Error><RequestId>r-1</RequestId>"
            "</ErrorResponse>");
}

}  // namespace
}  // namespace gust::aws
