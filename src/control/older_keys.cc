#include "control/older_keys.h"

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/document.h"
#include "config/store.h"

namespace gust::control {
namespace {

// Distributions stood here before policies of one's own came, which the compiler reads with them.
constexpr std::string_view older_distribution_prefix = "cloudfront/distribution/";
constexpr std::size_t documents_at_once = 32;  // two writes each; well below StoreLimits::writes_max

}  // namespace

rt::Task<Result<void>> move_older_documents(config::Store& store) {
  CO_TRY(const config::Listing older, co_await store.list(std::string(older_distribution_prefix)));
  std::span<const config::Document> left = older.documents;
  while (!left.empty()) {
    const auto some = left.first(std::min(left.size(), documents_at_once));
    std::vector<config::Write> writes;
    for (const config::Document& document : some) {
      const std::string_view id = std::string_view(document.key).substr(older_distribution_prefix.size());
      writes.push_back({.key = std::string(config::distribution_prefix).append(id), .value = document.value});
      writes.push_back({.key = document.key, .value = {}, .expected = document.revision});
    }
    CO_TRY_OK(co_await store.commit(std::move(writes)));
    left = left.subspan(some.size());
  }
  co_return Result<void>();
}

}  // namespace gust::control
