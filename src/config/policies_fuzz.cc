// Any text is a policy's document or an error, and any policy compiles or has findings. The first byte chooses the
// kind.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "aws/shapes.h"
#include "base/check.h"
#include "config/compile.h"

namespace {

using namespace gust::config;
namespace model = gust::aws::cloudfront;

template <typename Policy, typename Config>
void try_one(std::string_view text, Config Policy::* config, std::vector<Policy> PolicyDocuments::* documents) {
  auto policy = gust::aws::from_json<Policy>(text);
  if (!policy) return;
  const bool is_good = check_policy((*policy).*config).empty();
  PolicyDocuments policies;
  (policies.*documents).push_back(std::move(*policy));
  // The compiler takes what passed the check; what it leaves out of the check is the quantities of lists.
  const auto snapshot = compile(1, {}, policies);
  CHECK(snapshot.has_value() || !is_good);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 3) {
    case 0:
      try_one(text, &model::CachePolicy::cache_policy_config, &PolicyDocuments::cache);
      break;
    case 1:
      try_one(text, &model::OriginRequestPolicy::origin_request_policy_config, &PolicyDocuments::origin_request);
      break;
    default:
      try_one(text, &model::ResponseHeadersPolicy::response_headers_policy_config, &PolicyDocuments::response_headers);
  }
  return 0;
}
