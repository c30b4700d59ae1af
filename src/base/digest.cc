#include "base/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cstring>
#include <limits>

#include "base/check.h"

namespace gust {
namespace {

// Eight tables, so that eight bytes take one step (slicing-by-8); the polynomial is given bit-reversed.
using CrcTables = std::array<std::array<std::uint32_t, 256>, 8>;

consteval CrcTables make_crc_tables(std::uint32_t reversed_polynomial) {
  CrcTables tables{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ ((value & 1U) != 0 ? reversed_polynomial : 0U);
    tables[0][i] = value;
  }
  for (std::size_t i = 0; i < 256; ++i) {
    for (std::size_t t = 1; t < 8; ++t) {
      const std::uint32_t before = tables[t - 1][i];
      tables[t][i] = before >> 8 ^ tables[0][before & 255U];
    }
  }
  return tables;
}

constexpr CrcTables crc32_tables = make_crc_tables(0xEDB88320U);
constexpr CrcTables crc32c_tables = make_crc_tables(0x82F63B78U);

std::uint32_t little_endian_at(const char* at) {
  std::array<unsigned char, 4> b{};
  std::memcpy(b.data(), at, 4);
  return static_cast<std::uint32_t>(b[0]) | static_cast<std::uint32_t>(b[1]) << 8 |
         static_cast<std::uint32_t>(b[2]) << 16 | static_cast<std::uint32_t>(b[3]) << 24;
}

std::uint32_t crc_after(const CrcTables& t, std::uint32_t crc, ByteView bytes) {
  const char* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 8; left -= 8, at += 8) {
    const std::uint32_t a = little_endian_at(at) ^ crc;
    const std::uint32_t b = little_endian_at(at + 4);
    crc = t[7][a & 255U] ^ t[6][a >> 8 & 255U] ^ t[5][a >> 16 & 255U] ^ t[4][a >> 24] ^ t[3][b & 255U] ^
          t[2][b >> 8 & 255U] ^ t[1][b >> 16 & 255U] ^ t[0][b >> 24];
  }
  for (; left > 0; --left, ++at) crc = crc >> 8 ^ t[0][(crc ^ static_cast<unsigned char>(*at)) & 255U];
  return crc;
}

const EVP_MD* method_of(DigestKind kind) {
  switch (kind) {
    case DigestKind::sha256:
      return EVP_sha256();
    case DigestKind::sha1:
      return EVP_sha1();
    case DigestKind::md5:
      return EVP_md5();
    case DigestKind::crc32:
    case DigestKind::crc32c:
      return nullptr;
  }
  return nullptr;
}

}  // namespace

std::size_t size_of(DigestKind kind) {
  switch (kind) {
    case DigestKind::sha256:
      return 32;
    case DigestKind::sha1:
      return 20;
    case DigestKind::md5:
      return 16;
    case DigestKind::crc32:
    case DigestKind::crc32c:
      return 4;
  }
  return 0;
}

void Digest::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

Digest::Digest(DigestKind kind) : kind_(kind) {
  const EVP_MD* method = method_of(kind);
  if (method == nullptr) return;
  context_.reset(EVP_MD_CTX_new());
  // Fails only without memory or without the algorithm in the library: neither comes from a peer.
  CHECK(context_ && EVP_DigestInit_ex(context_.get(), method, nullptr) == 1);
}

void Digest::update(ByteView bytes) {
  if (context_) {
    CHECK(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
  } else {
    crc_ = crc_after(kind_ == DigestKind::crc32 ? crc32_tables : crc32c_tables, crc_, bytes);
  }
}

std::string Digest::finish() {
  std::string result(size_of(kind_), '\0');
  if (context_) {
    CHECK(EVP_DigestFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(result.data()), nullptr) == 1);
    return result;
  }
  const std::uint32_t value = ~crc_;
  for (std::size_t i = 0; i < 4; ++i) result[i] = static_cast<char>(value >> (24 - 8 * i) & 255U);
  return result;
}

std::string digest_of(DigestKind kind, ByteView bytes) {
  Digest digest(kind);
  digest.update(bytes);
  return digest.finish();
}

std::string hmac_sha256(ByteView key, ByteView bytes) {
  std::string result(32, '\0');
  CHECK(key.size() <= static_cast<std::size_t>(std::numeric_limits<int>::max()));
  CHECK(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
             reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
             reinterpret_cast<unsigned char*>(result.data()), nullptr) != nullptr);
  return result;
}

bool equal_in_constant_time(ByteView a, ByteView b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace gust
