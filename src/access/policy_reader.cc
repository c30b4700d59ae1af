// Reading a policy: from JSON to statements, with every fault named.
#include <algorithm>
#include <set>
#include <utility>

#include "access/policy.h"
#include "access/policy_faults_internal.h"
#include "access/policy_json_internal.h"
#include "access/s3_actions.h"
#include "base/result.h"
#include "base/text.h"

namespace gust::access {
namespace {

using Json = nlohmann::json;
using Texts = std::vector<std::string>;
constexpr std::string_view newest_version = "2012-10-17";
constexpr std::string_view oldest_version = "2008-10-17";  // of a policy that names none

bool is_s3_resource(const Pattern& pattern) { return pattern.text().starts_with("arn:aws:s3:"); }

// `arn:aws:s3:::pics/*`, `arn:aws:iam::*:user/x`, `*`.
bool is_resource(std::string_view text) {
  if (text == "*") return true;
  if (!text.starts_with("arn:")) return false;
  return std::ranges::count(text, ':') >= 5 || text.ends_with('*');
}

class Reader {
 public:
  Reader(PolicyKind kind, const PolicyLimits& limits) : kind_(kind), limits_(limits), fault_(kind) {}

  aws::Answer<PolicyRef> read(std::string_view text);

 private:
  using Done = aws::Answer<void>;

  aws::Answer<Statement> read_statement(const Json& json);
  Done read_sid(const Json& json, Statement& statement);
  Done read_effect(const Json& json, Statement& statement);
  Done read_principals(const Json& json, Statement& statement);
  Done add_principals(const Json& json, Statement& statement);
  Done read_actions(const Json& json, Statement& statement);
  Done read_resources(const Json& json, Statement& statement);
  Done read_conditions(const Json& json, Statement& statement);
  Done add_conditions(const std::string& name, const Json& json, Statement& statement);
  aws::Answer<Texts> read_texts(std::string_view field, const Json& json);
  // The field, or its Not form, of which there is to be one.
  aws::Answer<const Json*> find_one_of(const Json& json, const std::string& field, bool& is_not);

  PolicyKind kind_;
  const PolicyLimits& limits_;
  PolicyFaults fault_;
  bool has_variables_ = false;
  std::size_t values_ = 0;
  std::set<std::string> sids_;
};

// One text or a list of them. Conditions may hold numbers and truth values too.
aws::Answer<Texts> Reader::read_texts(std::string_view field, const Json& json) {
  const auto text_of = [](const Json& value) -> std::optional<std::string> {
    if (value.is_string()) return value.get<std::string>();
    if (value.is_boolean() || value.is_number()) return value.dump();
    return std::nullopt;
  };
  Texts texts;
  if (json.is_array()) {
    for (const Json& value : json) {
      auto text = text_of(value);
      if (!text) return fault_.bad_form(field);
      texts.push_back(*std::move(text));
    }
  } else if (auto text = text_of(json)) {
    texts.push_back(*std::move(text));
  }
  if (texts.empty()) return fault_.bad_form(field);
  values_ += texts.size();
  if (values_ > limits_.values_max) return fault_.too_complex();
  return texts;
}

aws::Answer<const Json*> Reader::find_one_of(const Json& json, const std::string& field, bool& is_not) {
  const auto plain = json.find(field);
  const auto negated = json.find("Not" + field);
  if (plain != json.end() && negated != json.end()) return fault_.both_fields(field);
  is_not = negated != json.end();
  if (is_not) return &*negated;
  if (plain != json.end()) return &*plain;
  return nullptr;
}

Reader::Done Reader::read_sid(const Json& json, Statement& statement) {
  const auto sid = json.find("Sid");
  if (sid == json.end()) return {};
  if (!sid->is_string()) return fault_.bad_sid();
  statement.sid = sid->get<std::string>();
  if (statement.sid.empty() || kind_ == PolicyKind::bucket) return {};
  if (!std::ranges::all_of(statement.sid, [](char c) { return is_alpha(c) || is_digit(c); })) return fault_.bad_sid();
  if (!sids_.insert(statement.sid).second) return fault_.same_sid();
  return {};
}

Reader::Done Reader::read_effect(const Json& json, Statement& statement) {
  const auto effect = json.find("Effect");
  if (effect == json.end()) return fault_.missing_field("Effect");
  if (!effect->is_string()) return fault_.bad_form("Effect");
  const auto& name = effect->get_ref<const std::string&>();
  if (name != "Allow" && name != "Deny") return fault_.bad_effect(name);
  statement.allows = name == "Allow";
  return {};
}

Reader::Done Reader::add_principals(const Json& json, Statement& statement) {
  if (json.is_string()) {
    if (json.get_ref<const std::string&>() != "*") return fault_.bad_principal(json.get_ref<const std::string&>());
    statement.principals.push_back({Principal::Kind::everyone, "*"});
    return {};
  }
  if (!json.is_object() || json.empty()) return fault_.bad_principal("");
  for (const auto& [type, values] : json.items()) {
    if (type != "AWS" && type != "Service" && type != "CanonicalUser" && type != "Federated") {
      return fault_.bad_principal(type);
    }
    TRY(const Texts texts, read_texts("Principal", values));
    for (const std::string& text : texts) {
      auto principal = read_principal(type, text);
      if (!principal) return fault_.bad_principal(text);
      statement.principals.push_back(*std::move(principal));
    }
  }
  return {};
}

Reader::Done Reader::read_principals(const Json& json, Statement& statement) {
  TRY(const Json* found, find_one_of(json, "Principal", statement.is_not_principal));
  if (kind_ == PolicyKind::identity) {
    if (found != nullptr) return fault_.principal_not_wanted();
    return {};
  }
  if (found == nullptr) return fault_.missing_field("Principal");
  if (statement.is_not_principal && statement.allows) return fault_.allow_with_not_principal();
  return add_principals(*found, statement);
}

Reader::Done Reader::read_actions(const Json& json, Statement& statement) {
  TRY(const Json* found, find_one_of(json, "Action", statement.is_not_action));
  if (found == nullptr) return fault_.missing_field("Action");
  TRY(const Texts texts, read_texts("Action", *found));
  for (const std::string& text : texts) {
    const auto is_character = [](char c) {
      return is_alpha(c) || is_digit(c) || std::string_view("*?:-_").contains(c);
    };
    const bool is_name = text == "*" || (cut(text, ':').found && !cut(text, ':').before.empty());
    if (!is_name || !std::ranges::all_of(text, is_character)) return fault_.bad_action(text);
    auto pattern = Pattern::read(to_lower(text), {.has_variables = false});
    if (!pattern) return fault_.bad_action(text);
    const bool is_of_s3 = text == "*" || starts_with_fold(text, "s3:");
    if (kind_ == PolicyKind::bucket && !(is_of_s3 && has_s3_action(*pattern))) return fault_.bad_action(text);
    statement.actions.push_back(*std::move(pattern));
  }
  return {};
}

Reader::Done Reader::read_resources(const Json& json, Statement& statement) {
  TRY(const Json* found, find_one_of(json, "Resource", statement.is_not_resource));
  if (found == nullptr) return fault_.missing_field("Resource");
  TRY(const Texts texts, read_texts("Resource", *found));
  for (const std::string& text : texts) {
    auto pattern = is_resource(text) ? Pattern::read(text, {.has_variables = has_variables_}) : std::nullopt;
    if (!pattern || (kind_ == PolicyKind::bucket && !is_s3_resource(*pattern))) return fault_.bad_resource(text);
    statement.resources.push_back(*std::move(pattern));
  }
  return {};
}

Reader::Done Reader::add_conditions(const std::string& name, const Json& json, Statement& statement) {
  if (!json.is_object() || json.empty()) return fault_.bad_form("Condition");
  for (const auto& [key, values] : json.items()) {
    const std::string lower_case = to_lower(key);
    const bool is_known =
        kind_ == PolicyKind::bucket ? is_bucket_condition_key(lower_case) : key.size() <= 512 && key.contains(':');
    if (!is_known) return fault_.bad_condition_key(key);
    TRY(const Texts texts, read_texts("Condition", values));
    auto condition = Condition::read(name, lower_case, texts, has_variables_);
    if (!condition) {
      if (condition.error() == Condition::Fault::unknown_operator) return fault_.bad_operator(name);
      return fault_.bad_condition_value(name, key);
    }
    statement.conditions.push_back(*std::move(condition));
  }
  return {};
}

Reader::Done Reader::read_conditions(const Json& json, Statement& statement) {
  const auto block = json.find("Condition");
  if (block == json.end()) return {};
  if (!block->is_object()) return fault_.bad_form("Condition");
  for (const auto& [name, keys] : block->items()) TRY_OK(add_conditions(name, keys, statement));
  return {};
}

aws::Answer<Statement> Reader::read_statement(const Json& json) {
  if (!json.is_object()) return fault_.bad_form("Statement");
  for (const auto& [name, value] : json.items()) {
    static constexpr auto known = std::to_array<std::string_view>(
        {"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"});
    if (std::ranges::find(known, name) == known.end()) return fault_.unknown_field(name);
  }
  Statement statement;
  TRY_OK(read_sid(json, statement));
  TRY_OK(read_effect(json, statement));
  TRY_OK(read_principals(json, statement));
  TRY_OK(read_actions(json, statement));
  TRY_OK(read_resources(json, statement));
  TRY_OK(read_conditions(json, statement));
  return statement;
}

aws::Answer<PolicyRef> Reader::read(std::string_view text) {
  if (text.size() > limits_.bytes_max) return fault_.too_large();
  auto json = read_policy_json(text, limits_.depth_max);
  if (!json && json.error() == JsonFault::too_deep) return fault_.too_complex();
  if (!json || !json->is_object()) return fault_.not_json();
  for (const auto& [name, value] : json->items()) {
    if (name != "Version" && name != "Id" && name != "Statement") return fault_.unknown_field(name);
    if (name != "Statement" && !value.is_string()) return fault_.bad_form(name);
  }
  const std::string version = json->value("Version", std::string(oldest_version));
  if (version != newest_version && version != oldest_version) return fault_.bad_version();
  has_variables_ = version == newest_version;

  const auto found = json->find("Statement");
  if (found == json->end()) return fault_.missing_field("Statement");
  const Json list = found->is_array() ? *found : Json::array({*found});
  if (list.empty()) return fault_.bad_form("Statement");
  if (list.size() > limits_.statements_max) return fault_.too_complex();
  std::vector<Statement> statements;
  for (const Json& one : list) {
    TRY(statements.emplace_back(), read_statement(one));
  }
  return std::make_shared<const Policy>(std::string(text), kind_, std::move(statements));
}

}  // namespace

aws::Answer<PolicyRef> read_policy(std::string_view text, PolicyKind kind, const PolicyLimits& limits) {
  return Reader(kind, limits).read(text);
}

aws::Answer<void> check_fits_bucket(const Policy& policy, std::string_view bucket) {
  const PolicyFaults fault(PolicyKind::bucket);
  const std::string arn = "arn:aws:s3:::" + std::string(bucket);
  for (const Statement& statement : policy.statements()) {
    bool is_about_bucket = statement.is_not_resource, is_about_objects = statement.is_not_resource;
    for (const Pattern& resource : statement.resources) {
      const std::string& text = resource.text();
      const bool is_whole_bucket = text == arn;
      const bool is_in_bucket = text.starts_with(arn + "/");
      // A `*` or `?` may stand for the rest of the name, as in arn:aws:s3:::pics*.
      const bool reaches_by_wildcard = !is_whole_bucket && !is_in_bucket && resource.matches_arn(arn, Context());
      if (!is_whole_bucket && !is_in_bucket && !reaches_by_wildcard) return fault.bad_resource(text);
      is_about_bucket = is_about_bucket || is_whole_bucket || reaches_by_wildcard;
      is_about_objects = is_about_objects || is_in_bucket || (reaches_by_wildcard && text.ends_with('*'));
    }
    if (statement.is_not_action) continue;
    for (const Pattern& action : statement.actions) {
      const bool applies = (is_about_bucket && has_s3_action(action, S3Resource::bucket)) ||
                           (is_about_objects && has_s3_action(action, S3Resource::object));
      if (applies) continue;
      return aws::refuse("MalformedPolicy", 400, "Action does not apply to any resource(s) in statement");
    }
  }
  return {};
}

}  // namespace gust::access
