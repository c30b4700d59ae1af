#include "http/authority.h"

#include <algorithm>

#include "base/text.h"
#include "http/scan_internal.h"

namespace gust::http {
namespace {

constexpr std::size_t host_bytes_max = 255;

// The characters of an IPv6 address with two colons at least; whoever connects parses it in full.
bool is_bracketed_address(ByteView host) {
  if (host.size() < 4 || host.front() != '[' || host.back() != ']') return false;
  const ByteView inside = host.substr(1, host.size() - 2);
  const auto is_address_byte = [](char c) { return hex_digit_value(c) >= 0 || c == ':' || c == '.'; };
  return std::ranges::all_of(inside, is_address_byte) && std::ranges::count(inside, ':') >= 2;
}

}  // namespace

Result<Authority> read_authority(ByteView text, Side side) {
  Authority result{.text = text, .host = text, .port = 0};
  const std::size_t name_size = span_before<HostStop>(text);
  if (name_size == text.size() && name_size > 0 && name_size <= host_bytes_max) return result;
  const bool bracketed = text.starts_with('[');
  const std::size_t host_end = bracketed ? text.find(']') : text.find(':');
  if (bracketed && host_end == ByteView::npos) return fail(Errc::bad_host, side, "address without closing bracket");

  if (host_end != ByteView::npos) {
    result.host = text.substr(0, bracketed ? host_end + 1 : host_end);
    const ByteView rest = text.substr(result.host.size());
    if (!rest.empty()) {
      const auto port = parse_decimal<std::uint16_t>(rest.substr(1));
      if (rest.front() != ':' || rest.size() > 6 || !port || *port == 0) {
        return fail(Errc::bad_host, side, "host with a bad port");
      }
      result.port = *port;
    }
  }
  if (result.host.empty() || result.host.size() > host_bytes_max) {
    return fail(Errc::bad_host, side, "host empty or too long");
  }
  if (bracketed ? !is_bracketed_address(result.host) : name_size < result.host.size()) {
    return fail(Errc::bad_host, side, "host with characters that no name has");
  }
  return result;
}

}  // namespace gust::http
