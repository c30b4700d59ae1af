#include "formation/expression.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gust::formation {
namespace {

using testing::HasSubstr;

class Expression : public testing::Test {
 protected:
  void use(std::string_view text) {
    const auto made = read_template(*read_template_text(text));
    ASSERT_TRUE(made) << made.error().message;
    template_ = *made;
  }
  Scope scope() const {
    Scope scope;
    scope.made = &template_;
    scope.parameters = {{"Stage", "prod"}, {"Names", "a, b,c"}};
    scope.account_id = "111122223333";
    scope.region = "eu-west-1";
    scope.stack_name = "site";
    scope.resources["B"] = {.physical_id = "pics", .attributes = {{"Arn", "arn:aws:s3:::pics"}}};
    scope.exports["shared"] = "value";
    return scope;
  }
  std::string value(std::string_view expression) {
    const auto worked_out = evaluate(Json::parse(expression), scope());
    if (!worked_out) return worked_out.error().message;
    return worked_out->is_discarded() ? "nothing" : worked_out->dump();
  }
  void SetUp() override {
    use(R"({"Parameters": {"Stage": {"Type": "String"}, "Names": {"Type": "CommaDelimitedList"}},
      "Mappings": {"Sizes": {"prod": {"Size": 7, "Zones": ["x", "y"]}}},
      "Conditions": {"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}, "IsNot": {"Fn::Not": [{"Condition": "IsProd"}]},
        "Both": {"Fn::And": [{"Condition": "IsProd"}, {"Condition": "IsNot"}]},
        "Either": {"Fn::Or": [{"Condition": "IsProd"}, {"Condition": "IsNot"}]}},
      "Resources": {"B": {"Type": "T"}, "Later": {"Type": "T"}}})");
  }

  Template template_;
};

TEST_F(Expression, FunctionsOfTexts) {
  EXPECT_EQ(value(R"({"Ref": "Stage"})"), "\"prod\"");
  EXPECT_EQ(value(R"({"Ref": "Names"})"), R"(["a","b","c"])");
  EXPECT_EQ(value(R"({"Fn::Join": ["/", ["a", {"Ref": "Stage"}, 3]]})"), "\"a/prod/3\"");
  EXPECT_EQ(value(R"({"Fn::Sub": "${AWS::StackName}-${B}-${B.Arn}-${!kept}"})"),
            "\"site-pics-arn:aws:s3:::pics-${kept}\"");
  EXPECT_EQ(value(R"({"Fn::Sub": ["${x}-${Stage}", {"x": {"Ref": "B"}}]})"), "\"pics-prod\"");
  EXPECT_EQ(value(R"({"Fn::Select": ["1", {"Fn::Split": [",", "a,b"]}]})"), "\"b\"");
  EXPECT_EQ(value(R"({"Fn::FindInMap": ["Sizes", {"Ref": "Stage"}, "Size"]})"), "7");
  EXPECT_EQ(value(R"({"Fn::FindInMap": ["Sizes", "dev", "Size", {"DefaultValue": 1}]})"), "1");
  EXPECT_EQ(value(R"({"Fn::Base64": "hi"})"), "\"aGk=\"");
  EXPECT_EQ(value(R"({"Fn::ImportValue": "shared"})"), "\"value\"");
  EXPECT_EQ(value(R"({"Fn::Length": {"Ref": "Names"}})"), "3");
  EXPECT_EQ(value(R"({"Fn::ToJsonString": {"a": {"Ref": "Stage"}}})"), R"("{\"a\":\"prod\"}")");
}

TEST_F(Expression, ConditionsChooseAndNoValueRemoves) {
  EXPECT_EQ(value(R"({"Fn::If": ["IsProd", "a", "b"]})"), "\"a\"");
  EXPECT_EQ(value(R"({"x": {"Fn::If": ["IsNot", 1, {"Ref": "AWS::NoValue"}]}, "y": [1, {"Ref": "AWS::NoValue"}]})"),
            R"({"y":[1]})");
  EXPECT_FALSE(*evaluate_condition("Both", scope()));
  EXPECT_TRUE(*evaluate_condition("Either", scope()));
}

TEST_F(Expression, WhatIsNotMadeYetIsLeftAsItStands) {
  EXPECT_EQ(value(R"({"Ref": "Later"})"), R"({"Ref":"Later"})");
  const auto left =
      evaluate(Json::parse(R"({"Fn::Join": ["-", [{"Ref": "B"}, {"Fn::GetAtt": ["Later", "Arn"]}]]})"), scope());
  ASSERT_TRUE(left);
  EXPECT_TRUE(is_unresolved(*left));
  EXPECT_FALSE(is_unresolved(Json::parse(R"({"Condition": {"StringEquals": {"a": "b"}}})")));
}

TEST_F(Expression, WrongArgumentsAreRefusedInTheServicesWords) {
  EXPECT_THAT(value(R"({"Fn::Join": ["-"]})"), HasSubstr("every Fn::Join object requires two parameters"));
  EXPECT_THAT(value(R"({"Fn::Select": [5, ["a"]]})"), HasSubstr("cannot select nonexistent value at index 5"));
  EXPECT_THAT(value(R"({"Fn::GetAtt": ["B", "Nothing"]})"),
              HasSubstr("resource B does not support attribute type Nothing"));
  EXPECT_THAT(value(R"({"Fn::FindInMap": ["Sizes", "dev", "Size"]})"),
              HasSubstr("Unable to get mapping for Sizes::dev::Size"));
  EXPECT_THAT(value(R"({"Fn::ImportValue": "nobody"})"), HasSubstr("No export named nobody found."));
  EXPECT_THAT(value(R"({"Fn::Cidr": ["10.0.0.0/8", 1, 1]})"), HasSubstr("Fn::Cidr is not supported by this service"));
  EXPECT_THAT(value(R"({"Fn::If": ["IsProd", 1]})"), HasSubstr("Fn::If requires a list argument with three elements"));
}

TEST_F(Expression, RulesHoldOrSayWhyNot) {
  use(R"({"Parameters": {"Stage": {"Type": "String"}}, "Resources": {"B": {"Type": "T"}},
    "Rules": {"Known": {"Assertions": [{"Assert": {"Fn::Contains": [["dev"], {"Ref": "Stage"}]}, "AssertDescription": "dev only"}]}}})");
  const auto held = check_rules(scope());
  ASSERT_FALSE(held);
  EXPECT_THAT(held.error().message, HasSubstr("dev only"));
}

TEST(Parameters, ValuesAreHeldToTheirDeclarations) {
  const auto made = *read_template(*read_template_text(R"({"Resources": {"B": {"Type": "T"}}, "Parameters": {
    "Port": {"Type": "Number", "MinValue": 80, "MaxValue": 90, "Default": 80},
    "Name": {"Type": "String", "AllowedPattern": "[a-z]+", "MaxLength": 5},
    "Stage": {"Type": "String", "AllowedValues": ["dev", "prod"], "Default": "dev", "ConstraintDescription": "dev or prod"}}})"));
  const auto outcome = [&](std::vector<GivenParameter> given) {
    const auto values = read_parameters(made, given, nullptr);
    return values ? values->at("Name") + " " + values->at("Port") + " " + values->at("Stage") : values.error().message;
  };
  EXPECT_EQ(outcome({{"Name", "ab"}}), "ab 80 dev");
  EXPECT_EQ(outcome({}), "Parameters: [Name] must have values");
  EXPECT_EQ(outcome({{"Name", "ab"}, {"Other", "x"}}), "Parameters: [Other] do not exist in the template");
  EXPECT_EQ(outcome({{"Name", "A"}}), "Parameter 'Name' must match pattern [a-z]+");
  EXPECT_EQ(outcome({{"Name", "abcdef"}}), "Parameter 'Name' must contain at most 5 characters");
  EXPECT_EQ(outcome({{"Name", "ab"}, {"Port", "99"}}), "Parameter 'Port' must be a number not greater than 90");
  EXPECT_EQ(outcome({{"Name", "ab"}, {"Port", "x"}}), "Parameter 'Port' must be a number");
  EXPECT_EQ(outcome({{"Name", "ab"}, {"Stage", "test"}}),
            "Parameter 'Stage' failed to satisfy constraint: dev or prod");
  EXPECT_THAT(outcome({{"Name", "", true}}), HasSubstr("Cannot specify usePreviousValue"));
}

}  // namespace
}  // namespace gust::formation
