#include "formation/template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formation/references.h"

namespace gust::formation {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

aws::Answer<Template> read(std::string_view text) {
  const auto json = read_template_text(text);
  if (!json) return std::unexpected(json.error());
  return read_template(*json);
}
std::string error_of(std::string_view text) {
  const auto made = read(text);
  return made ? "read" : made.error().message;
}

TEST(Template, OrderPutsEachResourceBehindThoseItNames) {
  const auto made = read(R"({"Resources": {
    "A": {"Type": "T", "Properties": {"X": {"Fn::GetAtt": ["C", "Arn"]}, "Y": {"Fn::Sub": "${B}-${!Z}-${AWS::Region}"}}},
    "B": {"Type": "T", "DependsOn": "D"}, "C": {"Type": "T", "Properties": {"Z": [{"Ref": "B"}]}}, "D": {"Type": "T"}}})");
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_THAT(in_order(made->resources), ElementsAre("D", "B", "C", "A"));
}

TEST(Template, NamesThatNothingHasAreRefused) {
  EXPECT_THAT(error_of(R"({"Resources": {"A": {"Type": "T", "Properties": {"X": {"Ref": "Nobody"}}}}})"),
              HasSubstr("Unresolved resource dependencies [Nobody] in the Resources block"));
  EXPECT_THAT(error_of(R"({"Resources": {"A": {"Type": "T", "DependsOn": ["Nobody"]}}})"), HasSubstr("[Nobody]"));
  EXPECT_THAT(error_of(R"({"Resources": {"A": {"Type": "T", "Condition": "No"}}})"),
              HasSubstr("Unresolved condition dependency No"));
  EXPECT_THAT(
      error_of(R"({"Conditions": {"C": {"Fn::Equals": [{"Ref": "A"}, "x"]}}, "Resources": {"A": {"Type": "T"}}})"),
      HasSubstr("Cannot reference resources in the Conditions block"));
  EXPECT_THAT(error_of(R"({"Resources": {"A": {"Type": "T", "Properties": {"X": {"Fn::Sub": "${Gone.Arn}"}}}}})"),
              HasSubstr("[Gone]"));
}

TEST(Template, RingsAreRefused) {
  EXPECT_EQ(error_of(R"({"Resources": {"A": {"Type": "T", "DependsOn": "B"}, "B": {"Type": "T", "DependsOn": "A"}}})"),
            "Circular dependency between resources: [A, B]");
  EXPECT_EQ(
      error_of(
          R"({"Conditions": {"C": {"Condition": "D"}, "D": {"Fn::Not": [{"Condition": "C"}]}}, "Resources": {"A": {"Type": "T"}}})"),
      "Circular dependency between conditions: [C, D]");
}

TEST(Template, SectionsAndMembersThatAreNotKnownAreRefused) {
  EXPECT_EQ(error_of("{}"), "Template format error: At least one Resources member must be defined.");
  EXPECT_THAT(error_of(R"({"Resources": {}, "Resourcez": {}})"),
              HasSubstr("Invalid template property or properties [Resourcez]"));
  EXPECT_THAT(error_of(R"({"Transform": "AWS::Serverless-2016-10-31", "Resources": {"A": {"Type": "T"}}})"),
              HasSubstr("Transforms are not supported"));
  EXPECT_THAT(error_of(R"({"Resources": {"A": {}}})"), HasSubstr("must contain a Type member"));
  EXPECT_THAT(error_of(R"({"Resources": {"A": {"Type": "T", "Propertiez": {}}}})"), HasSubstr("[Propertiez]"));
  EXPECT_THAT(error_of(R"({"Resources": {"A-B": {"Type": "T"}}})"), HasSubstr("non alphanumeric"));
  EXPECT_THAT(error_of(R"({"Resources": {"A": {"Type": "T", "DeletionPolicy": "Keep"}}})"),
              HasSubstr("Unrecognized DeletionPolicy Keep"));
  EXPECT_THAT(error_of(R"({"Parameters": {"P": {"Type": "Text"}}, "Resources": {"A": {"Type": "T"}}})"),
              HasSubstr("Unrecognized parameter type: Text"));
  EXPECT_THAT(error_of(R"({"Outputs": {"O": {}}, "Resources": {"A": {"Type": "T"}}})"),
              HasSubstr("must contain a Value object"));
  EXPECT_THAT(error_of(R"({"AWSTemplateFormatVersion": "2011", "Resources": {"A": {"Type": "T"}}})"),
              HasSubstr("Unsupported template format version"));
}

TEST(Template, PoliciesMayHaveConditionsOfTheirOwn) {
  EXPECT_EQ(error_of(R"({"Resources": {"A": {"Type": "T", "Properties": {"Statement": [{"Effect": "Allow",
    "Condition": {"StringEquals": {"a": "b"}}}]}}}})"),
            "read");
}

}  // namespace
}  // namespace gust::formation
