#include "proxy/steps.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace gust::proxy {
namespace {

std::vector<std::string> rows_of_page() {
  std::ifstream page(std::filesystem::path(GUST_SOURCE_DIR) / "docs/one-request.md");
  std::vector<std::string> rows;
  bool in_table = false;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("| --- ")) {
      in_table = true;
    } else if (in_table && line.starts_with("| ")) {
      rows.push_back(line);
    } else if (in_table) {
      break;
    }
  }
  return rows;
}

TEST(Steps, ThePageShowsTheTableThatIsWalked) {
  std::vector<std::string> rows;
  for (const Step& step : steps()) rows.push_back(fmt::format("| {} | {} | {} |", step.name, step.file, step.purpose));
  EXPECT_EQ(rows_of_page(), rows);
}

TEST(Steps, EachLiesInItsFileAndWalksInOneWay) {
  for (const Step& step : steps()) {
    EXPECT_TRUE(std::filesystem::exists(std::filesystem::path(GUST_SOURCE_DIR) / "src/proxy" / step.file)) << step.file;
    EXPECT_NE(step.walk == nullptr, step.walk_waiting == nullptr) << step.name;
  }
}

}  // namespace
}  // namespace gust::proxy
