#include "proxy/ids.h"

#include <algorithm>
#include <cstring>

#include "base/digest.h"
#include "base/text.h"
#include "rt/loop.h"

namespace gust::proxy {

namespace {

// Both halves of the product, folded: every bit depends on all of both.
std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
  const unsigned __int128 product = static_cast<unsigned __int128>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

// The digit of six bits, without a branch or a table, so that the compiler does sixteen at once. The letters lie in
// runs: each step is the way from the end of one run to the next.
constexpr char digit_of(std::uint8_t six) {
  int digit = 'A' + six;
  digit += six > 25 ? 'a' - 'Z' - 1 : 0;
  digit += six > 51 ? '0' - 'z' - 1 : 0;
  digit += six > 61 ? '-' - '9' - 1 : 0;
  digit += six > 62 ? '_' - '-' - 1 : 0;
  return static_cast<char>(digit);
}
static_assert(digit_of(0) == 'A' && digit_of(25) == 'Z' && digit_of(26) == 'a' && digit_of(51) == 'z' &&
              digit_of(52) == '0' && digit_of(61) == '9' && digit_of(62) == '-' && digit_of(63) == '_');

constexpr std::size_t digits = 54;  // 53 of six bits and one of two

}  // namespace

RequestIds::RequestIds(rt::Loop& loop) { loop.fill_secret({reinterpret_cast<char*>(secret_.data()), sizeof secret_}); }

RequestId RequestIds::next() {
  ++count_;
  // Odd constants with as many ones as zeros, another for each word.
  constexpr std::array<std::uint64_t, 8> constants{0xA0761D6478BD642F, 0xE7037ED1A0B428DB, 0x8EBC6AF09C88C6E3,
                                                   0x589965CC75374CC3, 0x1D8E4E27C47D124F, 0xEB44ACCAB455D165,
                                                   0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F};
  const std::uint64_t a = fold(secret_[0] + count_, secret_[1] | 1);
  const std::uint64_t b = fold(secret_[2] ^ count_, secret_[3] | 1) + count_;
  std::array<std::uint64_t, 8> words;
  for (std::size_t i = 0; i < words.size(); ++i) words[i] = fold(a ^ constants[i], b + constants[7 - i]);
  std::array<std::uint8_t, 64> bytes;
  std::memcpy(bytes.data(), words.data(), sizeof bytes);

  RequestId id;
  const auto last = static_cast<std::uint8_t>((bytes[digits - 1] & 3U) << 4U);
  for (std::size_t i = 0; i < bytes.size(); ++i) id.text_[i] = digit_of(bytes[i] & 63U);
  id.text_[digits - 1] = digit_of(last);
  id.text_[digits] = id.text_[digits + 1] = '=';
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
