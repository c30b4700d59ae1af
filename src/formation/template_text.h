// The text of a template, JSON or YAML, as one value.
//
// Source: CloudFormation User Guide, "Template anatomy", "Intrinsic function reference" (short forms of YAML).
// Shape:  every intrinsic function comes out in its long form, {"Fn::Join": [...]} or {"Ref": "Name"}, so that nothing
//         behind this file knows how the template was written. Plain YAML scalars become truth values and numbers only
//         where JSON would spell them the same way; 2012-10-17 and 000000000000 stay texts.
// Limits: template_depth_max, template_values_max (aliases of YAML count where they are used).
// Errors: ValidationError 400, "Template format error: ...".
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "aws/service_error.h"

namespace gust::formation {

using Json = nlohmann::json;

inline constexpr int template_depth_max = 64;
inline constexpr std::size_t template_values_max = 100'000;

aws::Answer<Json> read_template_text(std::string_view text);

// ValidationError 400, the service's code for nearly all that is wrong with a request.
std::unexpected<aws::ServiceError> invalid(std::string message);

}  // namespace gust::formation
