#include "access/condition.h"

#include <gtest/gtest.h>

namespace gust::access {
namespace {

bool is_met(std::string_view name, std::vector<std::string> expected, std::vector<std::string> given) {
  const auto condition = Condition::read(name, "aws:key", expected, true);
  EXPECT_TRUE(condition.has_value()) << name;
  Context context;
  for (std::string& value : given) context.add("AWS:Key", std::move(value));
  return condition && condition->is_met(context);
}

struct Row {
  std::string_view name;
  std::vector<std::string> expected, given;
  bool is_met;
};

TEST(Condition, OperatorsCompareByTheirKind) {
  const Row rows[] = {
      {"StringEquals", {"a", "b"}, {"b"}, true},
      {"StringEquals", {"a*"}, {"ab"}, false},
      {"StringEquals", {"a"}, {"A"}, false},
      {"StringEqualsIgnoreCase", {"a"}, {"A"}, true},
      {"StringNotEquals", {"a", "b"}, {"b"}, false},
      {"StringNotEquals", {"a", "b"}, {"c"}, true},
      {"StringNotEqualsIgnoreCase", {"a"}, {"A"}, false},
      {"StringLike", {"a*c?"}, {"abbcd"}, true},
      {"StringLike", {"a?"}, {"a\xc3\xbc"}, true},
      {"StringLike", {"a"}, {"ab"}, false},
      {"StringNotLike", {"a*"}, {"ab"}, false},
      {"NumericEquals", {"10"}, {"10.0"}, true},
      {"NumericLessThanEquals", {"10"}, {"11"}, false},
      {"NumericLessThan", {"10"}, {"9"}, true},
      {"NumericGreaterThan", {"10"}, {"10"}, false},
      {"NumericGreaterThanEquals", {"10"}, {"x"}, false},
      {"DateLessThan", {"2030-01-01T00:00:00Z"}, {"2026-11-22T10:00:00.000Z"}, true},
      {"DateGreaterThan", {"1900000000"}, {"2026-11-22T10:00:00.000Z"}, false},
      {"DateGreaterThanEquals", {"2026-11-22"}, {"1795305600"}, true},
      {"Bool", {"true"}, {"True"}, true},
      {"Bool", {"true"}, {"false"}, false},
      {"BinaryEquals", {"YWI="}, {"YWI="}, true},
      {"IpAddress", {"203.0.113.0/24"}, {"203.0.113.7"}, true},
      {"IpAddress", {"203.0.113.0/25"}, {"203.0.113.200"}, false},
      {"IpAddress", {"203.0.113.7"}, {"::ffff:203.0.113.7"}, true},
      {"IpAddress", {"2001:db8::/32"}, {"2001:db8:1::1"}, true},
      {"IpAddress", {"2001:db8::/32"}, {"203.0.113.7"}, false},
      {"NotIpAddress", {"203.0.113.0/24"}, {"203.0.113.7"}, false},
      {"ArnLike", {"arn:aws:cloudfront::*:distribution/E*"}, {"arn:aws:cloudfront::1:distribution/E1"}, true},
      {"ArnEquals", {"arn:aws:sns:*:x"}, {"arn:aws:sns:eu:1:x"}, false},
      {"ArnLike", {"arn:aws:*:*:1:x"}, {"arn:aws:sns:eu:1:x"}, true},
      {"ArnLike", {"arn:aws:sns:*:1:x"}, {"arn:aws:sns:eu:2:1:x"}, false},
      {"ArnNotLike", {"arn:aws:sns:*:1:x"}, {"arn:aws:sns:eu:1:x"}, false},
  };
  for (const Row& row : rows) EXPECT_EQ(is_met(row.name, row.expected, row.given), row.is_met) << row.name;
}

TEST(Condition, AKeyThatIsAbsentFitsNegationsIfExistsAndForAllValuesOnly) {
  for (const std::string_view name : {"StringEquals", "StringLike", "NumericEquals", "Bool", "IpAddress", "ArnLike",
                                      "DateEquals", "ForAnyValue:StringEquals", "ForAnyValue:StringNotEquals"}) {
    const std::string value = name == "IpAddress"       ? "1.2.3.4"
                              : name == "Bool"          ? "false"
                              : name == "NumericEquals" ? "1"
                                                        : "2026-11-22";
    EXPECT_FALSE(is_met(name, {value}, {})) << name;
  }
  for (const std::string_view name : {"StringNotEquals", "StringNotLike", "ArnNotLike", "StringEqualsIfExists",
                                      "StringNotLikeIfExists", "ForAllValues:StringEquals"}) {
    EXPECT_TRUE(is_met(name, {"x"}, {})) << name;
  }
}

TEST(Condition, NullAsksWhetherTheKeyIsAbsent) {
  EXPECT_TRUE(is_met("Null", {"true"}, {}));
  EXPECT_FALSE(is_met("Null", {"true"}, {"x"}));
  EXPECT_TRUE(is_met("Null", {"false"}, {"x"}));
  EXPECT_FALSE(is_met("Null", {"false"}, {}));
}

TEST(Condition, QuantifiersLookAtSeveralValues) {
  EXPECT_TRUE(is_met("ForAllValues:StringEquals", {"a", "b"}, {"a", "b"}));
  EXPECT_FALSE(is_met("ForAllValues:StringEquals", {"a", "b"}, {"a", "c"}));
  EXPECT_TRUE(is_met("ForAnyValue:StringEquals", {"a", "b"}, {"c", "a"}));
  EXPECT_FALSE(is_met("ForAnyValue:StringEquals", {"a", "b"}, {"c"}));
  EXPECT_TRUE(is_met("ForAnyValue:StringNotEquals", {"a"}, {"a", "c"}));
  EXPECT_FALSE(is_met("ForAllValues:StringNotEquals", {"a"}, {"a", "c"}));
}

TEST(Condition, NamesAndValuesThatMakeNoSenseAreRefused) {
  using Fault = Condition::Fault;
  const auto fault = [](std::string_view name, std::string value) {
    const auto condition = Condition::read(name, "aws:key", {std::move(value)}, true);
    return condition ? std::optional<Fault>() : condition.error();
  };
  EXPECT_EQ(fault("StringIs", "a"), Fault::unknown_operator);
  EXPECT_EQ(fault("NullIfExists", "true"), Fault::unknown_operator);
  EXPECT_EQ(fault("ForSomeValues:StringEquals", "a"), Fault::unknown_operator);
  EXPECT_EQ(fault("NumericEquals", "ten"), Fault::bad_value);
  EXPECT_EQ(fault("NumericEquals", "inf"), Fault::bad_value);
  EXPECT_EQ(fault("DateEquals", "tomorrow"), Fault::bad_value);
  EXPECT_EQ(fault("Bool", "yes"), Fault::bad_value);
  EXPECT_EQ(fault("IpAddress", "1.2.3"), Fault::bad_value);
  EXPECT_EQ(fault("IpAddress", std::string("1.2.3.4\0/8", 10)), Fault::bad_value);
  EXPECT_EQ(fault("StringLike", "${broken"), Fault::bad_value);
}

}  // namespace
}  // namespace gust::access
