// AddressPolicy: which addresses an origin's name may lead to, so that a tenant's document cannot make us speak to the
// host itself, its neighbours or a cloud's metadata service.
//
// Source: SECURITY.md "SSRF via origin config"; the IANA special-purpose registries (RFC 6890 and updates).
// Shape:  a pure function of an address, asked behind every name resolution and before every connect. No URL or name is
//         looked at, so that spelling (0x7f.1, 2130706433, mapped forms) does not matter.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "rt/address_range.h"

namespace gust::origin {

enum class AddressClass : std::uint8_t {
  global,
  unspecified,  // 0.0.0.0/8, ::
  loopback,
  private_use,  // 10/8, 172.16/12, 192.168/16, 100.64/10 (RFC 6598), fc00::/7
  link_local,
  metadata,   // of cloud providers, whatever range they stand in
  multicast,  // with broadcast
  embedded,   // IPv6 that hides an IPv4 address: mapped, compatible, 6to4, Teredo, NAT64 for local use
  reserved,   // documentation, benchmarks, former and future use
};

AddressClass class_of(const rt::Endpoint& address);
std::string_view name_of(AddressClass address_class);

// Global addresses are always allowed; the others by the operator's choice.
struct AddressPolicy {
  bool allow_loopback = false;  // `gustfront up` sets it
  bool allow_private = false;
  std::vector<rt::AddressRange> allowed{};  // by range, whatever the class; the only way to metadata and embedded ones
};

bool is_allowed(const rt::Endpoint& address, const AddressPolicy& policy);

}  // namespace gust::origin
