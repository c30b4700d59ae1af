#include "acm/private_key.h"

#include <fmt/format.h>
#include <openssl/core_names.h>

#include <algorithm>
#include <array>

#include "acm/openssl_internal.h"
#include "acm/x509_internal.h"

namespace gust::acm {
namespace {

// The model's name, OpenSSL's curve or none, RSA's bits or 0, whether it can be asked for.
struct Algorithm {
  std::string_view name;
  const char* curve;
  std::size_t bits;
  bool to_request;
};
constexpr std::array<Algorithm, 7> algorithms = {{
    {"RSA_2048", nullptr, 2048, true},
    {"EC_prime256v1", "P-256", 0, true},
    {"EC_secp384r1", "P-384", 0, true},
    {"RSA_1024", nullptr, 1024, false},
    {"RSA_3072", nullptr, 3072, false},
    {"RSA_4096", nullptr, 4096, false},
    {"EC_secp521r1", "P-521", 0, false},
}};

const Algorithm* find_algorithm(std::string_view name) {
  const auto* const found = std::ranges::find(algorithms, name, &Algorithm::name);
  return found == algorithms.end() ? nullptr : found;
}

Result<std::string> pem_of(EVP_PKEY* key) {
  const Owned<BIO> out = new_bio();
  if (!out || PEM_write_bio_PKCS8PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return library_failed();
  }
  return text_of(out.get());
}

}  // namespace

bool is_algorithm_to_request(std::string_view key_algorithm) {
  const Algorithm* found = find_algorithm(key_algorithm);
  return found != nullptr && found->to_request;
}

bool is_algorithm_to_import(std::string_view key_algorithm) { return find_algorithm(key_algorithm) != nullptr; }

std::string algorithm_of(const EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "RSA") == 1) return fmt::format("RSA_{}", EVP_PKEY_get_bits(key));
  std::array<char, 64> curve{};
  if (EVP_PKEY_is_a(key, "EC") == 1 &&
      EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, curve.data(), curve.size(), nullptr) == 1) {
    return fmt::format("EC_{}", curve.data());
  }
  const char* kind = EVP_PKEY_get0_type_name(key);
  return kind == nullptr ? "unknown" : kind;
}

Result<Owned<EVP_PKEY>> parse_private_key(ByteView pem) {
  const Owned<BIO> in = bio_over(pem);
  Owned<EVP_PKEY> key(in ? PEM_read_bio_PrivateKey(in.get(), nullptr, no_password, nullptr) : nullptr);
  ERR_clear_error();
  if (!key) return fail(Errc::bad_syntax, "no private key in PEM without a password");
  return key;
}

Result<std::string> make_private_key(std::string_view key_algorithm) {
  const Algorithm* algorithm = find_algorithm(key_algorithm);
  if (algorithm == nullptr) return fail(Errc::unsupported, "no such key algorithm");
  const Owned<EVP_PKEY> key(algorithm->curve != nullptr ? EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", algorithm->curve)
                                                        : EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", algorithm->bits));
  if (!key) return library_failed();
  return pem_of(key.get());
}

Result<ReadKey> read_private_key(ByteView pem) {
  TRY(const Owned<EVP_PKEY> key, parse_private_key(pem));
  if (EVP_PKEY_is_a(key.get(), "RSA") != 1 && EVP_PKEY_is_a(key.get(), "EC") != 1) {
    return fail(Errc::unsupported, "a private key is RSA or EC");
  }
  TRY(std::string text, pem_of(key.get()));
  return ReadKey{.pem = std::move(text), .algorithm = algorithm_of(key.get())};
}

Result<std::string> protect_private_key(ByteView pem, std::string_view passphrase) {
  TRY(const Owned<EVP_PKEY> key, parse_private_key(pem));
  const Owned<BIO> out = new_bio();
  if (!out || PEM_write_bio_PKCS8PrivateKey(out.get(), key.get(), EVP_aes_256_cbc(), passphrase.data(),
                                            static_cast<int>(passphrase.size()), nullptr, nullptr) != 1) {
    return library_failed();
  }
  return text_of(out.get());
}

Result<std::string> make_signing_request(ByteView key_pem, const std::vector<std::string>& names) {
  TRY(const Owned<EVP_PKEY> key, parse_private_key(key_pem));
  const Owned<X509_REQ> request(X509_REQ_new());
  const Owned<X509_EXTENSION> alternative = names_extension(names, true);
  const Owned<STACK_OF(X509_EXTENSION)> extensions(sk_X509_EXTENSION_new_null());
  if (!request || !alternative || !extensions) return library_failed();
  X509_EXTENSION* const copy = X509_EXTENSION_dup(alternative.get());
  if (copy == nullptr || sk_X509_EXTENSION_push(extensions.get(), copy) == 0) {
    X509_EXTENSION_free(copy);
    return library_failed();
  }
  if (X509_REQ_set_version(request.get(), 0) != 1 || X509_REQ_set_pubkey(request.get(), key.get()) != 1 ||
      X509_REQ_add_extensions(request.get(), extensions.get()) != 1 ||
      X509_REQ_sign(request.get(), key.get(), EVP_sha256()) == 0) {
    return library_failed();
  }
  return der_of<X509_REQ>(request.get(), i2d_X509_REQ);
}

}  // namespace gust::acm
