#include "acm/web.h"

#include <algorithm>

#include "base/text.h"

namespace gust::acm {
namespace {

constexpr std::size_t url_bytes_max = 2048;

}  // namespace

Result<WebAddress> read_web_address(std::string_view url) {
  const auto wrong = [] { return fail(Errc::bad_value, "not a URL of https or http"); };
  const bool is_plain = std::ranges::all_of(url, [](char c) { return c > ' ' && c < '\x7f' && c != '#'; });
  if (url.size() > url_bytes_max || !is_plain) return wrong();
  WebAddress address;
  if (url.starts_with("https://")) {
    url.remove_prefix(8);
  } else if (url.starts_with("http://")) {
    url.remove_prefix(7);
    address.is_secure = false;
    address.port = 80;
  } else {
    return wrong();
  }
  const std::size_t slash = std::min(url.find_first_of("/?"), url.size());
  address.authority = url.substr(0, slash);
  address.target = url.substr(slash);
  if (!address.target.starts_with('/')) address.target.insert(0, "/");
  const Cut parts = cut(std::string_view(address.authority), ':');
  address.host = to_lower(parts.before);
  if (parts.found) {
    const auto port = parse_decimal<std::uint16_t>(parts.after);
    if (!port || *port == 0) return wrong();
    address.port = *port;
  }
  const auto fits = [](char c) { return is_alpha(c) || is_digit(c) || c == '-' || c == '.'; };
  if (address.host.empty() || !std::ranges::all_of(address.host, fits)) return wrong();
  return address;
}

}  // namespace gust::acm
