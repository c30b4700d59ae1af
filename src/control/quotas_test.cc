#include "control/quotas.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

namespace gust::control {
namespace {

TEST(Quotas, EachMemberHasOneRowAndADefaultThatMayBeSet) {
  std::set<std::string_view> names;
  for (const QuotaRow& row : quota_rows()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_LE(Quotas().*row.value, row.most) << row.name;
  }
  EXPECT_EQ(names.size() * sizeof(std::size_t), sizeof(Quotas));
}

TEST(Quotas, TheGuideShowsTheTable) {
  std::ifstream page(std::filesystem::path(GUST_SOURCE_DIR) / "docs/guide/configuration.md");
  std::vector<std::string> told;
  bool is_there = false;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("## ")) is_there = line == "## Quotas";
    if (is_there && line.starts_with("| `")) told.push_back(line);
  }
  std::vector<std::string> rows;
  for (const QuotaRow& row : quota_rows()) {
    const std::string error = row.error.empty() ? "" : fmt::format(" {}", row.error);
    rows.push_back(
        fmt::format("| `{}` | {} | {} | {} |{} |", row.name, Quotas().*row.value, row.most, row.meaning, error));
  }
  EXPECT_EQ(told, rows);
}

}  // namespace
}  // namespace gust::control
