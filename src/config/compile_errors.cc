// Custom error responses: CER-1, ERR-4.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "config/compile_internal.h"

namespace gust::config {
namespace {

namespace model = aws::cloudfront;

void compile_page(const model::CustomErrorResponse& error, const Place& place, Distribution& out) {
  const std::string path = error.response_page_path.value_or("");
  const std::string code = error.response_code.value_or("");
  if (path.empty() && code.empty()) return;
  place.expect(!path.empty() && !code.empty(), "ResponsePagePath and ResponseCode are given together or not at all.");
  if (path.empty() || code.empty()) return;
  const auto status = parse_decimal<std::uint16_t>(code);
  const bool is_known = status && is_response_code(*status);
  place.in("ResponseCode").expect(is_known, "A response code is not valid.", "InvalidResponseCode");
  place.in("ResponsePagePath")
      .expect(is_error_page_path(path),
              "A response page path begins with a slash and has at most 4000 printable characters without space, `?` "
              "and `#`.");
  if (is_known) out.error_pages.emplace(error.error_code, ErrorPage{path, *status});
}

}  // namespace

bool is_error_code(std::int64_t status) {
  constexpr std::array<std::int64_t, 11> known = {400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504};
  return std::ranges::find(known, status) != known.end();
}

bool is_response_code(std::int64_t status) { return status == 200 || is_error_code(status); }

bool is_error_page_path(std::string_view path) {
  return path.starts_with('/') && is_visible_ascii(path, 4000) && path.find_first_of("?#") == std::string_view::npos;
}

void compile_errors(const model::CustomErrorResponses& errors, const Place& place, Distribution& out) {
  for (std::size_t i = 0; i < errors.items.size(); ++i) {
    const model::CustomErrorResponse& error = errors.items[i];
    const Place here = place.at(i);
    const std::int64_t ttl = error.error_caching_min_ttl.value_or(10);
    here.in("ErrorCode")
        .expect(is_error_code(error.error_code), "An invalid error code was specified.", "InvalidErrorCode");
    const bool in_range = ttl >= 0 && ttl <= 31'536'000;
    here.in("ErrorCachingMinTTL").expect(in_range, "An error caching minimum TTL is from 0 to 31536000 seconds.");
    const Duration kept = in_range ? Duration(std::chrono::seconds(ttl)) : Duration::zero();
    here.in("ErrorCode")
        .expect(out.error_caching_min_ttl.emplace(error.error_code, kept).second, "The error code is named twice.");
    compile_page(error, here, out);
  }
}

}  // namespace gust::config
