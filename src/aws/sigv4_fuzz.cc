// Any Authorization header and query: judged without harm, and never accepted for a key nobody has.
#include <cstdint>
#include <cstdlib>

#include "aws/sigv4.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gust::aws;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t cut = text.find('\n');
  const std::string_view authorization = text.substr(0, cut);
  const std::string_view query = cut == std::string_view::npos ? std::string_view() : text.substr(cut + 1);
  const std::vector<HeaderView> headers = {{"Host", "a"},
                                           {"Authorization", authorization},
                                           {"X-Amz-Date", "20261122T010203Z"},
                                           {"x-amz-content-sha256", unsigned_payload}};
  const gust::WallTime now = gust::wall_time_of(1795309323);
  const auto some_secret = [](std::string_view) { return std::optional<std::string>("secret"); };
  for (const std::size_t from : {std::size_t{0}, std::size_t{2}}) {  // by header; by query, without Authorization
    std::vector<HeaderView> sent(headers.begin() + static_cast<std::ptrdiff_t>(from), headers.end());
    if (from != 0) sent = {headers[0]};
    const WireRequest request{"GET", "/a", query, sent};
    static_cast<void>(service_of(request));
    for (const char* service : {"s3", "cloudfront"}) {
      if (verify_signature(request, {.service = service, .region = {}, .now = now, .body = {}}, some_secret)) {
        std::abort();
      }
    }
  }
  return 0;
}
