// The names of values in validation errors: `distributionConfig.origins.items.1.member.id`.
#pragma once

#include <string>
#include <string_view>

#include "aws/shape.h"

namespace gust::aws {

std::string path_of(std::string_view before, const Member& member);

}  // namespace gust::aws
