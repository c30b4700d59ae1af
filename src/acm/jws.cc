#include "acm/jws.h"

#include <fmt/format.h>
#include <openssl/core_names.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "acm/openssl_internal.h"
#include "acm/private_key.h"
#include "base/digest.h"
#include "base/text.h"

namespace gust::acm {
namespace {

constexpr int coordinate_bytes = 32;  // of P-256

std::string bytes_of(const BIGNUM* number) {
  std::string bytes(coordinate_bytes, '\0');
  if (BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), coordinate_bytes) < 0) return {};
  return bytes;
}

std::string coordinate_of(const EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &number) != 1) return {};
  const Owned<BIGNUM> owner(number);
  return base64url_of(bytes_of(number));
}

// The two numbers of a signature one after the other (RFC 7518 section 3.4).
Result<std::string> signature_of(EVP_PKEY* key, ByteView text) {
  const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
  std::string der(128, '\0');
  std::size_t size = der.size();
  if (!context || EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(der.data()), &size,
                     reinterpret_cast<const unsigned char*>(text.data()), text.size()) != 1) {
    return library_failed();
  }
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const Owned<ECDSA_SIG> signature(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size)));
  if (!signature) return library_failed();
  return bytes_of(ECDSA_SIG_get0_r(signature.get())) + bytes_of(ECDSA_SIG_get0_s(signature.get()));
}

std::string flattened(const std::string& head, const std::string& payload, ByteView signature) {
  return nlohmann::json{{"protected", head}, {"payload", payload}, {"signature", base64url_of(signature)}}.dump();
}

}  // namespace

std::string base64url_of(ByteView bytes) {
  std::string text = base64_of(bytes);
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  while (text.ends_with('=')) text.pop_back();
  return text;
}

std::optional<std::string> bytes_of_base64url(std::string_view text) {
  std::string plain(text);
  std::ranges::replace(plain, '-', '+');
  std::ranges::replace(plain, '_', '/');
  while (plain.size() % 4 != 0) plain += '=';
  return bytes_of_base64(plain);
}

Result<std::string> jwk_of(ByteView key_pem) {
  TRY(const Owned<EVP_PKEY> key, parse_private_key(key_pem));
  if (algorithm_of(key.get()) != "EC_prime256v1") return fail(Errc::bad_syntax, "an account's key is on P-256");
  return fmt::format(R"({{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}})",
                     coordinate_of(key.get(), OSSL_PKEY_PARAM_EC_PUB_X),
                     coordinate_of(key.get(), OSSL_PKEY_PARAM_EC_PUB_Y));
}

Result<std::string> thumbprint_of(ByteView key_pem) {
  TRY(const std::string jwk, jwk_of(key_pem));
  return base64url_of(digest_of(DigestKind::sha256, jwk));
}

Result<std::string> sign_jws(ByteView key_pem, const JwsHead& head, std::string_view payload) {
  nlohmann::json fields{{"alg", "ES256"}, {"nonce", head.nonce}, {"url", head.url}};
  if (head.account_url.empty()) {
    TRY(const std::string jwk, jwk_of(key_pem));
    fields["jwk"] = nlohmann::json::parse(jwk);
  } else {
    fields["kid"] = head.account_url;
  }
  TRY(const Owned<EVP_PKEY> key, parse_private_key(key_pem));
  const std::string protected_head = base64url_of(fields.dump());
  const std::string body = base64url_of(payload);
  TRY(const std::string signature, signature_of(key.get(), fmt::format("{}.{}", protected_head, body)));
  return flattened(protected_head, body, signature);
}

Result<std::string> sign_binding(ByteView account_key_pem, const std::string& key_id, ByteView mac_key,
                                 const std::string& url) {
  TRY(const std::string jwk, jwk_of(account_key_pem));
  const std::string head = base64url_of(nlohmann::json{{"alg", "HS256"}, {"kid", key_id}, {"url", url}}.dump());
  const std::string body = base64url_of(jwk);
  return flattened(head, body, hmac_sha256(mac_key, fmt::format("{}.{}", head, body)));
}

}  // namespace gust::acm
