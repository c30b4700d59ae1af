// The settings of distributions and policies and what becomes of each: enforced by the nodes, kept because it cannot
// matter here, or refused because this release does not provide it.
//
// Source: DESIGN.md decision 8: refuse or keep, never drop. A member of the model that has no row counts as refused,
// and
//         a test finds it.
// Shape:  one row a member of the model's structures below DistributionConfig and the policies' configurations. What is
// inside a refused list needs none.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "aws/shape.h"
#include "config/finding.h"

namespace gust::config {

enum class Treatment : std::uint8_t { enforced, kept, refused };

struct SettingRow {
  std::string_view shape, member;  // names of the model; DefaultCacheBehavior has the rows of CacheBehavior
  Treatment treatment;
  // Refused: the values that are let through all the same, as they ask for nothing: text, separated by `|`. A list is
  // let through when it is empty.
  std::string_view accepted = {};
  std::string_view reason = {};  // says more than "not provided by this release"
};

std::span<const SettingRow> settings_table();
const SettingRow* find_setting(std::string_view shape, std::string_view member);

// Walks a value of the model (a DistributionConfig, a policy's configuration or a part of one) and gives a finding for
// each setting in it that is refused, and InconsistentQuantities where Quantity is not the number of Items. `path` is
// the value's place.
Findings check_settings(const aws::Shape& shape, const void* value, std::string_view path);

}  // namespace gust::config
