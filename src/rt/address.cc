#include "rt/address.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace gust::rt {

Result<Endpoint> read_address(std::string_view literal, std::uint16_t port) {
  Endpoint endpoint;
  endpoint.port = port;
  if (literal.size() >= 2 && literal.front() == '[' && literal.back() == ']') {
    literal = literal.substr(1, literal.size() - 2);
  }
  const std::string text(literal);
  if (inet_pton(AF_INET, text.c_str(), endpoint.address.data()) == 1) return endpoint;
  endpoint.is_v6 = true;
  if (inet_pton(AF_INET6, text.c_str(), endpoint.address.data()) == 1) return endpoint;
  return fail(Errc::bad_value, "not an IPv4 or IPv6 address");
}

std::string address_text(const Endpoint& endpoint) {
  if (!endpoint.is_v6) {
    std::array<char, INET_ADDRSTRLEN> text{};
    char* at = text.data();
    for (std::size_t i = 0; i < 4; ++i) {
      if (i > 0) *at++ = '.';
      at = std::to_chars(at, at + 3, endpoint.address[i]).ptr;
    }
    return {text.data(), at};
  }
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(AF_INET6, endpoint.address.data(), text.data(), text.size());
  return text.data();
}

std::string endpoint_text(const Endpoint& endpoint) {
  return fmt::format("{}{}{}:{}", endpoint.is_v6 ? "[" : "", address_text(endpoint), endpoint.is_v6 ? "]" : "",
                     endpoint.port);
}

bool is_loopback(const Endpoint& endpoint) {
  if (!endpoint.is_v6) return endpoint.address[0] == 127;
  std::array<std::uint8_t, 16> one{};
  one[15] = 1;
  return endpoint.address == one;
}

bool is_any(const Endpoint& endpoint) {
  return std::ranges::all_of(endpoint.address, [](std::uint8_t byte) { return byte == 0; });
}

}  // namespace gust::rt
