#include "bucket/form_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "base/date.h"
#include "base/text.h"
#include "bucket/s3_error_internal.h"

namespace gust::bucket {
namespace {

using Json = nlohmann::json;

std::unexpected<aws::ServiceError> bad_document(std::string_view why) {
  return std::unexpected(s3_error("InvalidPolicyDocument", fmt::format("Invalid Policy: {}", why)));
}

std::unexpected<aws::ServiceError> denied(std::string_view why) {
  return std::unexpected(s3_error("AccessDenied", fmt::format("Invalid according to Policy: {}", why)));
}

bool needs_no_condition(std::string_view name) {
  constexpr std::array<std::string_view, 5> own{"policy", "x-amz-signature", "signature", "awsaccesskeyid", "file"};
  return std::ranges::find(own, name) != own.end() || name.starts_with("x-ignore-");
}

class Judge {
 public:
  Judge(const std::vector<NameAndValue>& fields, std::string_view bucket) : fields_(fields), bucket_(bucket) {}

  aws::Answer<std::monostate> judge(const Json& condition) {
    if (condition.is_object()) {
      for (const auto& [name, value] : condition.items()) {
        if (!value.is_string()) return bad_document("Invalid Simple-Condition: value must be a string");
        TRY_OK(match("eq", name, value.get<std::string>()));
      }
      return {};
    }
    if (!condition.is_array() || condition.size() != 3 || !condition[0].is_string()) {
      return bad_document("Invalid JSON: unknown condition");
    }
    const std::string kind = to_lower(condition[0].get<std::string>());
    if (kind == "content-length-range") return read_range(condition);
    if ((kind != "eq" && kind != "starts-with") || !condition[1].is_string() || !condition[2].is_string()) {
      return bad_document("Invalid JSON: unknown condition");
    }
    const std::string name = condition[1].get<std::string>();
    if (!name.starts_with('$')) return bad_document("Invalid JSON: a field's name begins with $");
    return match(kind, name.substr(1), condition[2].get<std::string>());
  }

  aws::Answer<std::monostate> check_all_covered() const {
    for (const auto& [name, value] : fields_) {
      if (needs_no_condition(name) || covered_.contains(name)) continue;
      return denied(fmt::format("Extra input fields: {}", name));
    }
    return {};
  }

  const FormLimits& limits() const { return limits_; }

 private:
  aws::Answer<std::monostate> match(std::string_view kind, std::string_view field, const std::string& expected) {
    const std::string name = to_lower(field);
    covered_.insert(name);
    std::string value;
    if (name == "bucket") {
      value = bucket_;
    } else if (const auto found = std::ranges::find(fields_, name, &NameAndValue::name); found != fields_.end()) {
      value = found->value;
    }
    if (kind == "eq" ? value == expected : value.starts_with(expected)) return {};
    return denied(fmt::format("Policy Condition failed: [\"{}\", \"${}\", \"{}\"]", kind, field, expected));
  }

  aws::Answer<std::monostate> read_range(const Json& condition) {
    const auto least = number_of(condition[1]);
    const auto most = number_of(condition[2]);
    if (!least || !most) return bad_document("Invalid JSON: content-length-range needs two numbers");
    limits_.bytes_min = least;
    limits_.bytes_max = most;
    return {};
  }

  static std::optional<ByteCount> number_of(const Json& value) {
    if (value.is_number_unsigned()) return value.get<ByteCount>();
    if (value.is_string()) return parse_decimal<ByteCount>(value.get<std::string>());
    return std::nullopt;
  }

  const std::vector<NameAndValue>& fields_;
  std::string_view bucket_;
  std::set<std::string> covered_;
  FormLimits limits_;
};

}  // namespace

aws::Answer<FormLimits> check_form_policy(std::string_view policy, const std::vector<NameAndValue>& fields,
                                          std::string_view bucket, WallTime now) {
  const auto text = bytes_of_base64(policy);
  if (!text) return bad_document("Invalid Base64 Encoding.");
  const Json document = Json::parse(*text, nullptr, false);
  if (!document.is_object()) return bad_document("Invalid JSON.");
  const auto expiration = document.find("expiration");
  const auto conditions = document.find("conditions");
  if (expiration == document.end() || !expiration->is_string()) return bad_document("Policy is missing expiration.");
  if (conditions == document.end() || !conditions->is_array()) return bad_document("Policy is missing conditions.");
  const auto ends = read_iso8601(expiration->get<std::string>());
  if (!ends) return bad_document("Invalid 'expiration' value.");
  if (*ends <= now) return denied("Policy expired.");
  Judge judge(fields, bucket);
  for (const Json& condition : *conditions) TRY_OK(judge.judge(condition));
  TRY_OK(judge.check_all_covered());
  return judge.limits();
}

}  // namespace gust::bucket
