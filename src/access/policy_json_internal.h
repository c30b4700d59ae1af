// A policy's text as JSON: bounded in depth, no name twice in an object.
#pragma once

#include <cstdint>
#include <expected>
#include <nlohmann/json.hpp>
#include <string_view>

namespace gust::access {

enum class JsonFault : std::uint8_t { not_json, too_deep };

std::expected<nlohmann::json, JsonFault> read_policy_json(std::string_view text, std::size_t depth_max);

}  // namespace gust::access
