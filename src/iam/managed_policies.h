// The policies that AWS keeps for everybody, those of them that mean something here.
//
// Source: "AWS managed policy reference guide": names and ARNs as there, documents of the same meaning.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "access/policy.h"

namespace gust::iam {

struct ManagedPolicy {
  std::string name, id, arn, description;
  access::PolicyRef document;
};

// By name. Compiled anew in each call: whoever needs them keeps them.
std::vector<ManagedPolicy> make_managed_policies();

}  // namespace gust::iam
