// Where the stacks are, as the account's owner has set it.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace gust::formation {

struct Settings {
  std::string account_id = "000000000000";  // 12 digits; the owner in ARNs
  std::string region = "us-east-1";
  // One line for the operator's log. May be empty.
  std::function<void(std::string_view line)> report;
};

}  // namespace gust::formation
