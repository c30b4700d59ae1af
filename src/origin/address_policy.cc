#include "origin/address_policy.h"

#include <algorithm>

#include "base/text.h"

namespace gust::origin {
namespace {

struct Row {
  std::string_view range;
  AddressClass address_class;
};

// The first row that holds an address gives its class.
constexpr Row v4_rows[] = {
    {"169.254.169.254/32", AddressClass::metadata},  // AWS, Azure, Google, OpenStack and others
    {"169.254.170.2/32", AddressClass::metadata},    // AWS container credentials
    {"169.254.170.23/32", AddressClass::metadata},   {"100.100.100.200/32", AddressClass::metadata},  // Alibaba
    {"168.63.129.16/32", AddressClass::metadata},                                                     // Azure's host
    {"192.0.0.192/32", AddressClass::metadata},                                                       // Oracle
    {"0.0.0.0/8", AddressClass::unspecified},        {"127.0.0.0/8", AddressClass::loopback},
    {"10.0.0.0/8", AddressClass::private_use},       {"172.16.0.0/12", AddressClass::private_use},
    {"192.168.0.0/16", AddressClass::private_use},   {"100.64.0.0/10", AddressClass::private_use},
    {"169.254.0.0/16", AddressClass::link_local},    {"224.0.0.0/4", AddressClass::multicast},
    {"255.255.255.255/32", AddressClass::multicast}, {"192.0.0.0/24", AddressClass::reserved},
    {"192.0.2.0/24", AddressClass::reserved},        {"192.88.99.0/24", AddressClass::reserved},
    {"198.18.0.0/15", AddressClass::reserved},       {"198.51.100.0/24", AddressClass::reserved},
    {"203.0.113.0/24", AddressClass::reserved},      {"240.0.0.0/4", AddressClass::reserved},
};
constexpr Row v6_rows[] = {
    {"fd00:ec2::/32", AddressClass::metadata},        // AWS
    {"fd20:ce::254/128", AddressClass::metadata},     // Google
    {"fe80::a9fe:a9fe/128", AddressClass::metadata},  // OpenStack
    {"::/128", AddressClass::unspecified},
    {"::1/128", AddressClass::loopback},
    {"::ffff:0:0/96", AddressClass::embedded},
    {"::ffff:0:0:0/96", AddressClass::embedded},  // SIIT
    {"::/96", AddressClass::embedded},
    {"64:ff9b:1::/48", AddressClass::embedded},
    {"2001::/32", AddressClass::embedded},
    {"2002::/16", AddressClass::embedded},
    {"fc00::/7", AddressClass::private_use},
    {"fe80::/10", AddressClass::link_local},
    {"fec0::/10", AddressClass::private_use},
    {"ff00::/8", AddressClass::multicast},
};

struct ClassRange {
  rt::AddressRange range;
  AddressClass address_class;
};

// The rows above, read once.
const std::vector<ClassRange>& class_ranges() {
  static const std::vector<ClassRange> ranges = [] {
    std::vector<ClassRange> read;
    for (const auto& row : v4_rows) read.push_back({rt::read_address_range(row.range).value(), row.address_class});
    for (const auto& row : v6_rows) read.push_back({rt::read_address_range(row.range).value(), row.address_class});
    return read;
  }();
  return ranges;
}

// NAT64 (RFC 6052): a translator sends 64:ff9b::/96 to the IPv4 address in its last bytes, so that one counts.
bool is_nat64(const rt::Endpoint& address) {
  constexpr std::array<std::uint8_t, 12> prefix{0x00, 0x64, 0xFF, 0x9B};
  return address.is_v6 && std::equal(prefix.begin(), prefix.end(), address.address.begin());
}

}  // namespace

AddressClass class_of(const rt::Endpoint& address) {
  if (is_nat64(address)) {
    rt::Endpoint inner;
    std::copy(address.address.begin() + 12, address.address.end(), inner.address.begin());
    return class_of(inner);
  }
  for (const auto& [range, address_class] : class_ranges()) {
    if (holds(range, address)) return address_class;
  }
  // Of IPv6 only 2000::/3 is given out, and there 2001::/23 (protocols) and 2001:db8::/32, 3fff::/20 (documentation)
  // are not.
  if (!address.is_v6) return AddressClass::global;
  const auto& bytes = address.address;
  const bool is_given_out = (bytes[0] & 0xE0) == 0x20;
  const bool is_protocol = bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] < 2;
  const bool is_documentation = (bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] == 0x0D && bytes[3] == 0xB8) ||
                                (bytes[0] == 0x3F && bytes[1] == 0xFF && bytes[2] < 0x10);
  return is_given_out && !is_protocol && !is_documentation ? AddressClass::global : AddressClass::reserved;
}

std::string_view name_of(AddressClass address_class) {
  switch (address_class) {
    case AddressClass::global:
      return "global";
    case AddressClass::unspecified:
      return "unspecified";
    case AddressClass::loopback:
      return "loopback";
    case AddressClass::private_use:
      return "private";
    case AddressClass::link_local:
      return "link-local";
    case AddressClass::metadata:
      return "metadata";
    case AddressClass::multicast:
      return "multicast";
    case AddressClass::embedded:
      return "embedded";
    case AddressClass::reserved:
      return "reserved";
  }
  return "reserved";
}

bool is_allowed(const rt::Endpoint& address, const AddressPolicy& policy) {
  if (std::ranges::any_of(policy.allowed, [&](const rt::AddressRange& range) { return holds(range, address); }))
    return true;
  switch (class_of(address)) {
    case AddressClass::global:
      return true;
    case AddressClass::loopback:
      return policy.allow_loopback;
    case AddressClass::private_use:
      return policy.allow_private;
    default:
      return false;
  }
}

}  // namespace gust::origin
