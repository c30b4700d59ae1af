// Endpoint: an IPv4 or IPv6 address with a port.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace gust::rt {

struct Endpoint {
  std::array<std::uint8_t, 16> address{};  // IPv4 in the first four bytes
  bool is_v6 = false;
  std::uint16_t port = 0;

  friend bool operator==(const Endpoint&, const Endpoint&) = default;
  friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

// An address literal: "127.0.0.1", "::1", "[::1]".
//   fails  bad_value
Result<Endpoint> read_address(std::string_view literal, std::uint16_t port);
// "127.0.0.1" or "::1"
std::string address_text(const Endpoint& endpoint);
// "127.0.0.1:80" or "[::1]:80"
std::string endpoint_text(const Endpoint& endpoint);
bool is_loopback(const Endpoint& endpoint);
// True for 0.0.0.0 and ::, which stand for all addresses of a host.
bool is_any(const Endpoint& endpoint);

}  // namespace gust::rt
