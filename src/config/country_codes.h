// Country codes: the two letters of ISO 3166-1 alpha-2 that are assigned.
//
// Source: ISO 3166-1, as of 2024.
#pragma once

#include <string_view>

namespace gust::config {

// `code` in upper case.
bool is_country_code(std::string_view code);

}  // namespace gust::config
