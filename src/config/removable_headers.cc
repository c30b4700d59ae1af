#include "config/removable_headers.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace gust::config {

bool is_removable_response_header(std::string_view name) {
  constexpr std::array<std::string_view, 31> kept = {"Connection",
                                                     "Content-Encoding",
                                                     "Content-Length",
                                                     "Expect",
                                                     "Host",
                                                     "Keep-Alive",
                                                     "Proxy-Authenticate",
                                                     "Proxy-Authorization",
                                                     "Proxy-Connection",
                                                     "Trailer",
                                                     "Transfer-Encoding",
                                                     "Upgrade",
                                                     "Via",
                                                     "Warning",
                                                     "X-Accel-Buffering",
                                                     "X-Accel-Charset",
                                                     "X-Accel-Limit-Rate",
                                                     "X-Accel-Redirect",
                                                     "X-Amzn-Auth",
                                                     "X-Amzn-Cf-Billing",
                                                     "X-Amzn-Cf-Id",
                                                     "X-Amzn-Cf-Xff",
                                                     "X-Amzn-ErrorType",
                                                     "X-Amzn-Fle-Profile",
                                                     "X-Amzn-Header-Count",
                                                     "X-Amzn-Header-Order",
                                                     "X-Amzn-Lambda-Integration-Tag",
                                                     "X-Amzn-RequestId",
                                                     "X-Cache",
                                                     "X-Forwarded-Proto",
                                                     "X-Real-Ip"};
  if (starts_with_fold(name, "X-Amz-Cf-") || starts_with_fold(name, "X-Edge-")) return false;
  return std::ranges::none_of(kept, [&](std::string_view each) { return equal_fold(each, name); });
}

}  // namespace gust::config
