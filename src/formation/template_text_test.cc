#include "formation/template_text.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

namespace gust::formation {
namespace {

std::string error_of(std::string_view text) {
  const auto read = read_template_text(text);
  return read ? "read" : read.error().code + ": " + read.error().message;
}

TEST(TemplateText, ShortFormsOfYamlBecomeTheLongOnesOfJson) {
  const auto read = read_template_text(R"(
Resources:
  B:
    Name: !Ref Prefix
    Arn: !GetAtt B.Arn
    Url: !Sub 'https://${B}/x'
    Two: !Join ['-', [!Ref A, b]]
    If: !If [C, 1, !Ref 'AWS::NoValue']
    Zone: !Select [0, !GetAZs '']
    Held: !Condition C
)");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ((*read)["Resources"]["B"], Json::parse(R"({
    "Name": {"Ref": "Prefix"}, "Arn": {"Fn::GetAtt": ["B", "Arn"]}, "Url": {"Fn::Sub": "https://${B}/x"},
    "Two": {"Fn::Join": ["-", [{"Ref": "A"}, "b"]]}, "If": {"Fn::If": ["C", 1, {"Ref": "AWS::NoValue"}]},
    "Zone": {"Fn::Select": [0, {"Fn::GetAZs": ""}]}, "Held": {"Condition": "C"}})"));
}

TEST(TemplateText, PlainScalarsAreNumbersOnlyWhereJsonSpellsThemSo) {
  const auto read =
      read_template_text("{a: 80, b: true, c: 2012-10-17, d: 000000000000, e: '80', f: 1.5, g: ~, h: yes}\n# yaml");
  const auto yaml =
      read_template_text("a: 80\nb: true\nc: 2012-10-17\nd: 000000000000\ne: '80'\nf: 1.5\ng: ~\nh: yes\ni: 1e3\n");
  ASSERT_TRUE(yaml);
  EXPECT_EQ(
      *yaml,
      Json::parse(
          R"({"a":80,"b":true,"c":"2012-10-17","d":"000000000000","e":"80","f":1.5,"g":null,"h":"yes","i":"1e3"})"));
  EXPECT_FALSE(read);  // what begins like JSON must be JSON
}

TEST(TemplateText, WhatIsNoTemplateIsRefusedWithItsPlace) {
  EXPECT_EQ(error_of(""), "ValidationError: Template format error: the template is empty.");
  EXPECT_EQ(error_of("{\"a\": }"), "ValidationError: Template format error: JSON not well-formed.");
  EXPECT_NE(error_of("a: [1").find("YAML not well-formed. (line"), std::string::npos);
  EXPECT_EQ(error_of("- a\n"), "ValidationError: Template format error: unsupported structure.");
  EXPECT_NE(error_of("a: 1\na: 2\n").find("'a' stands twice"), std::string::npos);
  EXPECT_NE(error_of("a: !Nothing x\n").find("unknown tag !Nothing (line 1)"), std::string::npos);
  EXPECT_NE(error_of("a: \xff").find("not UTF-8"), std::string::npos);
  EXPECT_NE(error_of("a: !GetAtt B\n").find("Fn::GetAtt"), std::string::npos);
}

TEST(TemplateText, DepthAndNumberOfValuesAreBounded) {
  const std::string deep = "{\"a\":" + std::string(100, '[') + std::string(100, ']') + "}";
  EXPECT_NE(error_of(deep).find("nested too deeply"), std::string::npos);
  const std::string deep_yaml = "a: " + std::string(100, '[') + std::string(100, ']');
  EXPECT_NE(error_of(deep_yaml).find("nested too deeply"), std::string::npos);
  // Ten lists of ten, each of the one before: 10^8 values in a few hundred bytes.
  std::string bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 8; ++i) {
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) bomb += std::string(j ? "," : "") + "*a" + std::to_string(i - 1);
    bomb += "]\n";
  }
  EXPECT_NE(error_of(bomb).find("too many values"), std::string::npos);
}

}  // namespace
}  // namespace gust::formation
