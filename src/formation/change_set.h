// ChangeSet: what is kept of one change set.
#pragma once

#include <string>
#include <vector>

#include "formation/changes.h"

namespace gust::formation {

struct ChangeSet {
  std::string name, id;  // the id is an ARN
  std::string description, status, reason, execution_status;
  WallTime created{};
  Wanted wanted;
  std::vector<std::string> capabilities;
  std::vector<ResourceChange> changes;
};

std::string write_change_set(const ChangeSet& set);
//   fails  corrupt
Result<ChangeSet> read_change_set(std::string_view text);

}  // namespace gust::formation
