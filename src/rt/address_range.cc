#include "rt/address_range.h"

#include <algorithm>
#include <cstdint>

#include "base/text.h"

namespace gust::rt {

bool holds(const AddressRange& range, const Endpoint& address) {
  if (range.address.is_v6 != address.is_v6) return false;
  const auto bits = static_cast<std::size_t>(range.prefix_bits);
  const std::size_t whole = bits / 8;
  if (!std::equal(address.address.begin(), address.address.begin() + static_cast<std::ptrdiff_t>(whole),
                  range.address.address.begin())) {
    return false;
  }
  const std::size_t rest = bits % 8;
  return rest == 0 || (address.address[whole] ^ range.address.address[whole]) >> (8 - rest) == 0;
}

Result<AddressRange> read_address_range(std::string_view text) {
  const Cut parts = cut(text, '/');
  AddressRange range;
  TRY(range.address, read_address(parts.before, 0));
  const std::uint8_t bits_max = range.address.is_v6 ? 128 : 32;
  range.prefix_bits = bits_max;
  if (parts.found) {
    const auto bits = parse_decimal<std::uint8_t>(parts.after);
    if (!bits || *bits > bits_max) return fail(Errc::bad_value, "an address range ends in /0 to /32, or /128 for IPv6");
    range.prefix_bits = *bits;
  }
  return range;
}

}  // namespace gust::rt
