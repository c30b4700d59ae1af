#include "proxy/ids.h"

#include <algorithm>
#include <cstring>

#include "base/digest.h"
#include "base/text.h"
#include "rt/loop.h"

namespace gust::proxy {

RequestId RequestId::make(rt::Loop& loop) {
  static constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  RequestId id;
  // 40 bytes are 53 digits and two bits of a 54th; ten digits to each draw of 64 bits.
  std::uint64_t chance = 0;
  for (std::size_t i = 0; i < 54; ++i) {
    if (i % 10 == 0) chance = loop.random();
    id.text_[i] = i < 53 ? digits[chance & 63] : digits[(chance & 3) << 4];
    chance >>= 6;
  }
  id.text_[54] = id.text_[55] = '=';
  return id;
}

bool is_request_id(ByteView text) {
  const auto fits = [](char c) { return is_alpha(c) || is_digit(c) || c == '-' || c == '_'; };
  return text.size() == 56 && text.ends_with("==") && std::ranges::all_of(text.substr(0, 54), fits);
}

std::string via_name_of(ByteView node_name) {
  Sha256 digest;
  digest.update("gustfront via ");
  digest.update(node_name);
  return hex_of(digest.finish()).substr(0, 32) + ".cloudfront.net";
}

}  // namespace gust::proxy
