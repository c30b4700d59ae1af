// The names of values in validation errors: `distributionConfig.origins.items.1.member.id`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "aws/shape.h"

namespace gust::aws {

std::string path_of(std::string_view before, const Member& member);

// Notes that a required member is not there; not beyond violations_max.
void add_missing(std::vector<std::string>& violations, std::string_view before, const Member& member);

}  // namespace gust::aws
