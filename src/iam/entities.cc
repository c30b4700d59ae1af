#include "iam/entities.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/date.h"
#include "base/text.h"
#include "config/json_members.h"

namespace gust::iam {
namespace {

using Json = nlohmann::json;

std::unexpected<Error> corrupt() { return fail(Errc::corrupt, "a document of an identity cannot be read"); }

// JsonMembers, with the texts of policies.
class Members : public config::JsonMembers {
 public:
  using JsonMembers::JsonMembers;
  access::PolicyRef policy(const std::string& document) {
    auto policy = access::read_policy(document, access::PolicyKind::identity);
    if (policy) return *std::move(policy);
    miss();
    return nullptr;
  }
};

Json json_of_entity(const Entity& entity) {
  Json inline_policies = Json::object();
  for (const auto& [name, policy] : entity.inline_policies) inline_policies[name] = policy->text();
  return {{"name", entity.name},
          {"path", entity.path},
          {"id", entity.id},
          {"created", iso8601_of(entity.created)},
          {"attached", entity.attached},
          {"inline", inline_policies}};
}

void read_entity(Members& members, Entity& entity) {
  entity.name = members.text("name");
  entity.path = members.text("path");
  entity.id = members.text("id");
  entity.created = members.time("created");
  entity.attached = members.texts("attached");
  for (const auto& [name, document] : members.pairs("inline")) {
    entity.inline_policies.emplace(name, members.policy(document));
  }
}

}  // namespace

const PolicyVersion& CustomerPolicy::current() const {
  return *std::ranges::find(versions, default_version, &PolicyVersion::number);
}

std::string key_of(const User& user) { return "iam/user/" + to_lower(user.name); }
std::string key_of(const Group& group) { return "iam/group/" + to_lower(group.name); }
std::string key_of(const CustomerPolicy& policy) { return "iam/policy/" + to_lower(policy.name); }

std::string write_document(const User& user) {
  Json json = json_of_entity(user);
  json["groups"] = user.groups;
  json["tags"] = user.tags;
  json["keys"] = Json::array();
  for (const AccessKey& key : user.keys) {
    json["keys"].push_back(
        {{"id", key.id}, {"sealed", key.sealed}, {"active", key.is_active}, {"created", iso8601_of(key.created)}});
  }
  return json.dump();
}

std::string write_document(const Group& group) { return json_of_entity(group).dump(); }

std::string write_document(const CustomerPolicy& policy) {
  Json json{{"name", policy.name},
            {"path", policy.path},
            {"id", policy.id},
            {"description", policy.description},
            {"created", iso8601_of(policy.created)},
            {"updated", iso8601_of(policy.updated)},
            {"default", policy.default_version},
            {"next", policy.next_version},
            {"tags", policy.tags},
            {"versions", Json::array()}};
  for (const PolicyVersion& version : policy.versions) {
    json["versions"].push_back(
        {{"number", version.number}, {"created", iso8601_of(version.created)}, {"document", version.document->text()}});
  }
  return json.dump();
}

Result<User> read_user(const config::Document& document, const Seal& seal) {
  const Json json = Json::parse(document.value, nullptr, false);
  Members members(json);
  User user;
  read_entity(members, user);
  user.revision = document.revision;
  user.groups = members.texts("groups");
  user.tags = members.pairs("tags");
  for (const Json& each : members.list("keys")) {
    Members of_key(each);
    AccessKey key{.id = of_key.text("id"),
                  .secret = {},
                  .sealed = of_key.text("sealed"),
                  .is_active = of_key.truth("active"),
                  .created = of_key.time("created")};
    if (!of_key.is_whole()) return corrupt();
    TRY(key.secret, seal.open(key.id, key.sealed));
    user.keys.push_back(std::move(key));
  }
  if (!members.is_whole()) return corrupt();
  return user;
}

Result<Group> read_group(const config::Document& document) {
  const Json json = Json::parse(document.value, nullptr, false);
  Members members(json);
  Group group;
  read_entity(members, group);
  group.revision = document.revision;
  if (!members.is_whole()) return corrupt();
  return group;
}

Result<CustomerPolicy> read_customer_policy(const config::Document& document) {
  const Json json = Json::parse(document.value, nullptr, false);
  Members members(json);
  CustomerPolicy policy;
  policy.name = members.text("name");
  policy.path = members.text("path");
  policy.id = members.text("id");
  policy.description = members.text("description");
  policy.created = members.time("created");
  policy.updated = members.time("updated");
  policy.default_version = members.number("default");
  policy.next_version = members.number("next");
  policy.tags = members.pairs("tags");
  policy.revision = document.revision;
  for (const Json& each : members.list("versions")) {
    Members of_version(each);
    policy.versions.push_back({.number = of_version.number("number"),
                               .created = of_version.time("created"),
                               .document = of_version.policy(of_version.text("document"))});
    if (!of_version.is_whole()) return corrupt();
  }
  const bool has_current =
      std::ranges::find(policy.versions, policy.default_version, &PolicyVersion::number) != policy.versions.end();
  if (!members.is_whole() || !has_current) return corrupt();
  return policy;
}

}  // namespace gust::iam
