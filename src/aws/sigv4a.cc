#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>

#include <array>
#include <memory>
#include <optional>

#include "aws/sigv4a_internal.h"
#include "base/digest.h"
#include "base/text.h"

namespace gust::aws {
namespace {

template <auto release>
struct Free {
  template <typename T>
  void operator()(T* object) const {
    release(object);
  }
};
using Number = std::unique_ptr<BIGNUM, Free<&BN_clear_free>>;
using Group = std::unique_ptr<EC_GROUP, Free<&EC_GROUP_free>>;
using Point = std::unique_ptr<EC_POINT, Free<&EC_POINT_free>>;
using ParameterBuild = std::unique_ptr<OSSL_PARAM_BLD, Free<&OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Free<&OSSL_PARAM_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Free<&EVP_PKEY_CTX_free>>;
using Key = std::unique_ptr<EVP_PKEY, Free<&EVP_PKEY_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Free<&EVP_MD_CTX_free>>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());  // OpenSSL's idea of bytes
}

// The private key: the first candidate that is at most the group's order less two, and one.
Number derive_private_key(const EC_GROUP& group, std::string_view access_key_id, std::string_view secret) {
  const std::string key = "AWS4A" + std::string(secret);
  const Number most(BN_dup(EC_GROUP_get0_order(&group)));
  if (!most || BN_sub_word(most.get(), 2) != 1) return nullptr;
  constexpr std::string_view be_one("\0\0\0\1", 4);
  constexpr std::string_view be_bits("\0\0\1\0", 4);
  for (int counter = 1; counter < 255; ++counter) {
    std::string input(be_one);
    input.append(sigv4a_algorithm).push_back('\0');
    input.append(access_key_id).push_back(static_cast<char>(counter));
    input.append(be_bits);
    const std::string candidate = hmac_sha256(key, input);
    Number number(BN_bin2bn(bytes_of(candidate), static_cast<int>(candidate.size()), nullptr));
    if (!number) return nullptr;
    if (BN_cmp(number.get(), most.get()) > 0) continue;
    if (BN_add_word(number.get(), 1) != 1) return nullptr;
    return number;
  }
  return nullptr;
}

Key derive_key(std::string_view access_key_id, std::string_view secret) {
  const Group group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
  if (!group) return nullptr;
  const Number private_key = derive_private_key(*group, access_key_id, secret);
  const Point point(EC_POINT_new(group.get()));
  if (!private_key || !point ||
      EC_POINT_mul(group.get(), point.get(), private_key.get(), nullptr, nullptr, nullptr) != 1) {
    return nullptr;
  }
  std::array<unsigned char, 65> public_key{};  // 4, X, Y
  if (EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED, public_key.data(), public_key.size(),
                         nullptr) != public_key.size()) {
    return nullptr;
  }
  const ParameterBuild build(OSSL_PARAM_BLD_new());
  if (!build || OSSL_PARAM_BLD_push_utf8_string(build.get(), OSSL_PKEY_PARAM_GROUP_NAME, SN_X9_62_prime256v1, 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(build.get(), OSSL_PKEY_PARAM_PUB_KEY, public_key.data(), public_key.size()) !=
          1 ||
      OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_PRIV_KEY, private_key.get()) != 1) {
    return nullptr;
  }
  const Parameters parameters(OSSL_PARAM_BLD_to_param(build.get()));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY* made = nullptr;
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_KEYPAIR, parameters.get()) != 1) {
    return nullptr;
  }
  return Key(made);
}

}  // namespace

bool is_sigv4a_signature(std::string_view signature, std::string_view text, std::string_view access_key_id,
                         std::string_view secret) {
  const auto der = bytes_of_hex(signature);
  const Key key = derive_key(access_key_id, secret);
  const DigestContext context(EVP_MD_CTX_new());
  return der && key && context && EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), bytes_of(*der), der->size(), bytes_of(text), text.size()) == 1;
}

std::string make_sigv4a_signature(std::string_view text, std::string_view access_key_id, std::string_view secret) {
  const Key key = derive_key(access_key_id, secret);
  const DigestContext context(EVP_MD_CTX_new());
  std::string der(static_cast<std::size_t>(key ? EVP_PKEY_get_size(key.get()) : 0), '\0');
  std::size_t size = der.size();
  if (!key || !context || EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(der.data()), &size, bytes_of(text), text.size()) !=
          1) {
    return {};
  }
  der.resize(size);
  return hex_of(der);
}

bool region_set_has(std::string_view set, std::string_view region) {
  for (std::string_view name : split(set, ',')) {
    name = trim(name);
    if (name == region) return true;
    if (name.ends_with('*') && region.starts_with(name.substr(0, name.size() - 1))) return true;
  }
  return false;
}

}  // namespace gust::aws
