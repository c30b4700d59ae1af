// Where the stacks are, as the account's owner has set it, and what the program can do besides.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace gust::formation {

// What is missing for an operation of CloudFront that is refused: the end of a sentence. Empty: no such operation.
using WhyRefused = std::function<std::string_view(std::string_view operation)>;

struct Settings {
  std::string account_id = "000000000000";  // 12 digits; the owner in ARNs
  std::string region = "us-east-1";
  // One line for the operator's log. May be empty.
  std::function<void(std::string_view line)> report;
  WhyRefused why_refused;  // may be empty
};

}  // namespace gust::formation
