#include "aws/service_error.h"

#include <algorithm>
#include <cstdint>

#include "base/text.h"

namespace gust::aws {

// RFC 9562 section 5.4: version 4. Fewer bytes than sixteen count as zeros.
std::string make_request_id(ByteView sixteen_random_bytes) {
  std::string bytes(sixteen_random_bytes.substr(0, 16));
  bytes.resize(16, '\0');
  const auto set_high = [&](std::size_t at, unsigned mask, unsigned bits) {
    bytes[at] = static_cast<char>((static_cast<unsigned char>(bytes[at]) & mask) | bits);
  };
  set_high(6, 0x0F, 0x40);
  set_high(8, 0x3F, 0x80);
  std::string text = hex_of(bytes);
  for (const std::size_t at : {8U, 13U, 18U, 23U}) text.insert(at, 1, '-');
  return text;
}

std::string make_s3_request_id(ByteView sixteen_random_bytes) {
  static constexpr std::string_view letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  std::string bytes(sixteen_random_bytes.substr(0, 16));
  bytes.resize(16, '\0');
  for (char& c : bytes) c = letters[static_cast<unsigned char>(c) & 31U];
  return bytes;
}

}  // namespace gust::aws
