#include "base/public_key.h"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/objects.h>
#include <openssl/pem.h>

#include <array>
#include <memory>

namespace gust {
namespace {

constexpr std::size_t pem_bytes_max = 16'384;

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};

bool is_on_p256(const EVP_PKEY* key) {
  std::array<char, 64> curve{};
  if (EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, curve.data(), curve.size(), nullptr) != 1) {
    return false;
  }
  return OBJ_sn2nid(curve.data()) == NID_X9_62_prime256v1;
}

// The block without the white space around it; empty where it is not one.
std::string_view only_block_in(std::string_view pem) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!pem.empty() && is_space(pem.front())) pem.remove_prefix(1);
  while (!pem.empty() && is_space(pem.back())) pem.remove_suffix(1);
  constexpr std::string_view begin = "-----BEGIN PUBLIC KEY-----";
  constexpr std::string_view end = "-----END PUBLIC KEY-----";
  const bool is_one = pem.starts_with(begin) && pem.ends_with(end) && pem.find(end) == pem.size() - end.size();
  return is_one ? pem : std::string_view();
}

}  // namespace

std::optional<PublicKeyFacts> read_public_key(std::string_view pem) {
  if (pem.size() > pem_bytes_max) return std::nullopt;
  pem = only_block_in(pem);
  if (pem.empty()) return std::nullopt;
  const std::unique_ptr<BIO, Free> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const std::unique_ptr<EVP_PKEY, Free> key(bio ? PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr) : nullptr);
  ERR_clear_error();
  if (!key) return std::nullopt;
  const int bits = EVP_PKEY_get_bits(key.get());
  if (EVP_PKEY_is_a(key.get(), "RSA") == 1) return PublicKeyFacts{PublicKeyKind::rsa, bits, false};
  if (EVP_PKEY_is_a(key.get(), "EC") == 1) return PublicKeyFacts{PublicKeyKind::ecdsa, bits, is_on_p256(key.get())};
  return std::nullopt;
}

}  // namespace gust
