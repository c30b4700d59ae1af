// Removable headers: which response headers a response headers policy may take out of answers.
//
// Source: RHP-5.
#pragma once

#include <string_view>

namespace gust::config {

// False for the names that must stay. `name` in any case.
bool is_removable_response_header(std::string_view name);

}  // namespace gust::config
