#include "control/function_document.h"

#include <utility>

#include "aws/shapes.h"
#include "base/text.h"

namespace gust::control {

namespace model = aws::cloudfront;

// Two texts in the model's own shapes, a line each: the summary that clients see, and the code.
std::string write_function(const FunctionDocument& document) {
  model::FunctionSummary summary;
  summary.name = document.name;
  summary.function_config = document.config;
  summary.function_metadata.stage = document.stage;
  summary.function_metadata.created_time = document.created;
  summary.function_metadata.last_modified_time = document.last_modified;
  return aws::to_json(summary) + "\n" + base64_of(document.code);
}

Result<FunctionDocument> read_function(std::string_view text) {
  const Cut lines = cut(text, '\n');
  TRY(auto summary, aws::from_json<model::FunctionSummary>(lines.before));
  auto code = bytes_of_base64(lines.after);
  const model::FunctionMetadata& metadata = summary.function_metadata;
  if (!code || !metadata.stage || !metadata.created_time) {
    return fail(Errc::bad_value, "a function's document has not the members it should have");
  }
  return FunctionDocument{std::move(summary.name),
                          *metadata.stage,
                          *metadata.created_time,
                          metadata.last_modified_time,
                          std::move(summary.function_config),
                          std::move(*code)};
}

}  // namespace gust::control
