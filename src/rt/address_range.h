// AddressRange: the addresses that begin with the same bits.
//
// Source: RFC 4632 section 3.1, RFC 4291 section 2.3.
// Shape:  pure functions.
#pragma once

#include <string_view>

#include "base/result.h"
#include "rt/address.h"

namespace gust::rt {

struct AddressRange {
  Endpoint address;     // its port does not matter
  int prefix_bits = 0;  // 0 to 32 or 128
};

// "10.1.0.0/16", "fd00::/8", or an address alone.
//   fails  bad_value
Result<AddressRange> read_address_range(std::string_view text);

// Whether `address` is one of `range`: never, where one of both is IPv4 and the other IPv6.
bool holds(const AddressRange& range, const Endpoint& address);

}  // namespace gust::rt
