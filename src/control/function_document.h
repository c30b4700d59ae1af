// FunctionDocument: what the store keeps of a function, for each of its stages.
//
// Shape:  one document for a function's DEVELOPMENT stage, and one for its LIVE stage once it was published (CFF-11).
// So
//         a stage has a revision of its own, and an ETag made of it.
#pragma once

#include <string>
#include <string_view>

#include "aws/gen/cloudfront.h"
#include "base/result.h"
#include "base/time.h"

namespace gust::control {

inline constexpr std::string_view development_stage = "DEVELOPMENT", live_stage = "LIVE";

struct FunctionDocument {
  std::string name;
  std::string stage;
  WallTime created{}, last_modified{};
  aws::cloudfront::FunctionConfig config;
  std::string code;  // any bytes
};

std::string write_function(const FunctionDocument& document);
//   fails  bad_syntax, bad_value
Result<FunctionDocument> read_function(std::string_view text);

}  // namespace gust::control
