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
template <typename Word>
using CrcTables = std::array<std::array<Word, 256>, 8>;

template <typename Word>
consteval CrcTables<Word> make_crc_tables(Word reversed_polynomial) {
  CrcTables<Word> tables{};
  for (std::size_t i = 0; i < 256; ++i) {
    Word value = static_cast<Word>(i);
    for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ ((value & 1U) != 0 ? reversed_polynomial : Word{0});
    tables[0][i] = value;
  }
  for (std::size_t i = 0; i < 256; ++i) {
    for (std::size_t t = 1; t < 8; ++t) {
      const Word before = tables[t - 1][i];
      tables[t][i] = before >> 8 ^ tables[0][before & 255U];
    }
  }
  return tables;
}

constexpr auto crc32_tables = make_crc_tables<std::uint32_t>(0xEDB88320U);
constexpr auto crc32c_tables = make_crc_tables<std::uint32_t>(0x82F63B78U);
constexpr auto crc64nvme_tables = make_crc_tables<std::uint64_t>(0x9A6C9329AC4BC9B5U);

std::uint64_t little_endian_at(const char* at) {
  std::array<unsigned char, 8> b{};
  std::memcpy(b.data(), at, 8);
  std::uint64_t value = 0;
  for (std::size_t i = 8; i-- > 0;) value = value << 8 | b[i];
  return value;
}

template <typename Word>
Word crc_after(const CrcTables<Word>& t, Word crc, ByteView bytes) {
  const char* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 8; left -= 8, at += 8) {
    const std::uint64_t w = little_endian_at(at) ^ crc;
    crc = t[7][w & 255U] ^ t[6][w >> 8 & 255U] ^ t[5][w >> 16 & 255U] ^ t[4][w >> 24 & 255U] ^ t[3][w >> 32 & 255U] ^
          t[2][w >> 40 & 255U] ^ t[1][w >> 48 & 255U] ^ t[0][w >> 56];
  }
  for (; left > 0; --left, ++at) crc = crc >> 8 ^ t[0][(crc ^ static_cast<unsigned char>(*at)) & 255U];
  return crc;
}

std::uint64_t crc_after(DigestKind kind, std::uint64_t crc, ByteView bytes) {
  if (kind == DigestKind::crc64nvme) return crc_after(crc64nvme_tables, crc, bytes);
  const auto& tables = kind == DigestKind::crc32 ? crc32_tables : crc32c_tables;
  return crc_after(tables, static_cast<std::uint32_t>(crc), bytes);
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
    case DigestKind::crc64nvme:
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
    case DigestKind::crc64nvme:
      return 8;
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
    crc_ = crc_after(kind_, crc_, bytes);
  }
}

std::string Digest::finish() {
  std::string result(size_of(kind_), '\0');
  if (context_) {
    CHECK(EVP_DigestFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(result.data()), nullptr) == 1);
    return result;
  }
  std::uint64_t value = ~crc_;
  for (std::size_t i = result.size(); i-- > 0; value >>= 8) result[i] = static_cast<char>(value & 255U);
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
