#include "base/hash.h"

#include <cstring>

namespace gust {
namespace {

using Wide = unsigned __int128;

// Low and high half of the product, folded: every bit of the result depends on every bit of both.
std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::uint64_t read8(const char* at) {
  std::uint64_t value = 0;
  std::memcpy(&value, at, 8);
  return value;
}

// Odd constants with as many ones as zeros, as wyhash uses them.
constexpr std::uint64_t prime_a = 0xA0761D6478BD642F;
constexpr std::uint64_t prime_b = 0xE7037ED1A0B428DB;
constexpr std::uint64_t prime_c = 0x8EBC6AF09C88C6E3;
constexpr std::uint64_t prime_d = 0x589965CC75374CC3;

}  // namespace

Hash128 hash128(ByteView bytes, const HashSeed& seed) {
  std::uint64_t low = seed.first ^ prime_a;
  std::uint64_t high = seed.second ^ prime_b;
  const char* at = bytes.data();
  std::size_t left = bytes.size();
  while (left >= 16) {
    const std::uint64_t a = read8(at);
    const std::uint64_t b = read8(at + 8);
    low = fold(low ^ a ^ prime_c, b ^ prime_d ^ seed.first);
    high = fold(high ^ b ^ prime_a, a ^ prime_b ^ seed.second);
    at += 16;
    left -= 16;
  }
  // The rest, padded with zeros; the length, mixed in last, tells it from bytes that are zero.
  char rest[16] = {};
  if (left > 0) std::memcpy(rest, at, left);
  const std::uint64_t a = read8(rest);
  const std::uint64_t b = read8(rest + 8);
  low = fold(low ^ a ^ prime_c, b ^ prime_d ^ seed.first);
  high = fold(high ^ b ^ prime_a, a ^ prime_b ^ seed.second);
  const std::uint64_t size = bytes.size();
  return {fold(low ^ size ^ prime_d, high ^ prime_a), fold(high ^ size ^ prime_b, low ^ prime_c)};
}

}  // namespace gust
