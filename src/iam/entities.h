// Entities: users with their access keys, groups, and the account's own policies, as plain data, and their documents.
//
// Source: IAM API reference of 2010-05-08; "IAM identifiers".
// Shape:  one document each, JSON, under `iam/user/<name in lower case>`, `iam/group/...` and `iam/policy/...`; names
//         stand once without regard to case. Secrets are sealed in documents and plain in memory.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "access/policy.h"
#include "base/result.h"
#include "base/seal.h"
#include "base/time.h"
#include "config/store.h"

namespace gust::iam {

using NameAndText = std::map<std::string, std::string>;

struct AccessKey {
  std::string id;      // "AKIA..."
  std::string secret;  // plain
  std::string sealed;
  bool is_active = true;
  WallTime created{};
};

// What users and groups have in common.
struct Entity {
  std::string name, path = "/", id;
  WallTime created{};
  std::vector<std::string> attached;  // ARNs of policies
  std::map<std::string, access::PolicyRef> inline_policies;
  config::Revision revision = config::absent;  // of its document
};

struct User : Entity {
  std::vector<AccessKey> keys;
  std::vector<std::string> groups;  // names
  NameAndText tags;
};

struct Group : Entity {};

struct PolicyVersion {
  int number = 1;  // "v1"
  WallTime created{};
  access::PolicyRef document;
};

struct CustomerPolicy {
  std::string name, path = "/", id, description;
  WallTime created{}, updated{};
  std::vector<PolicyVersion> versions;  // in order
  int default_version = 1;
  int next_version = 2;
  NameAndText tags;
  config::Revision revision = config::absent;

  const PolicyVersion& current() const;
};

inline constexpr std::string_view entity_prefix = "iam/";
std::string key_of(const User& user);
std::string key_of(const Group& group);
std::string key_of(const CustomerPolicy& policy);

std::string write_document(const User& user);
std::string write_document(const Group& group);
std::string write_document(const CustomerPolicy& policy);
// fail: corrupt
Result<User> read_user(const config::Document& document, const Seal& seal);
Result<Group> read_group(const config::Document& document);
Result<CustomerPolicy> read_customer_policy(const config::Document& document);

}  // namespace gust::iam
