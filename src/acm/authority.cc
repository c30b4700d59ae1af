#include "acm/authority.h"

#include <openssl/rand.h>

#include <array>
#include <chrono>

#include "acm/openssl_internal.h"
#include "acm/private_key.h"
#include "acm/x509.h"
#include "acm/x509_internal.h"
#include "base/text.h"

namespace gust::acm {
namespace {

constexpr std::size_t common_name_bytes_max = 64;  // X.520's ub-common-name
constexpr Duration clock_slack = std::chrono::hours(1);

bool add_entry(X509_NAME* name, const char* kind, std::string_view text) {
  return X509_NAME_add_entry_by_txt(name, kind, MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(text.data()),
                                    static_cast<int>(text.size()), -1, 0) == 1;
}

bool set_serial(X509* certificate) {
  std::array<unsigned char, 16> random{};
  if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) return false;
  random[0] &= 0x7F;  // positive
  const Owned<BIGNUM> number(BN_bin2bn(random.data(), static_cast<int>(random.size()), nullptr));
  return number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool set_life(X509* certificate, WallTime from, std::chrono::days days) {
  const auto set = [](ASN1_TIME* at, WallTime time) { return ASN1_TIME_set(at, unix_seconds(time)) != nullptr; };
  return set(X509_getm_notBefore(certificate), from - clock_slack) && set(X509_getm_notAfter(certificate), from + days);
}

bool add_extension(X509* certificate, X509* issuer, int kind, const char* value) {
  X509V3_CTX context{};
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Owned<X509_EXTENSION> extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool sign(X509* certificate, EVP_PKEY* key) { return X509_sign(certificate, key, EVP_sha256()) != 0; }

}  // namespace

Result<Authority> Authority::make(WallTime now) {
  TRY(std::string key_pem, make_private_key("EC_prime256v1"));
  TRY(const Owned<EVP_PKEY> key, parse_private_key(key_pem));
  const Owned<X509> owner(X509_new());
  X509* const root = owner.get();
  if (root == nullptr || X509_set_version(root, X509_VERSION_3) != 1 || !set_serial(root)) return library_failed();
  // Several installations on one machine are told apart in its list of roots.
  const std::string serial = hex_of(der_of<ASN1_INTEGER>(X509_get_serialNumber(root), i2d_ASN1_INTEGER)).substr(4, 8);
  X509_NAME* const name = X509_get_subject_name(root);
  if (!add_entry(name, "O", "Gustfront local authority") || !add_entry(name, "CN", "Gustfront root " + serial) ||
      X509_set_issuer_name(root, name) != 1 || !set_life(root, now, root_days) ||
      X509_set_pubkey(root, key.get()) != 1 ||
      !add_extension(root, root, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") ||
      !add_extension(root, root, NID_key_usage, "critical,keyCertSign,cRLSign") ||
      !add_extension(root, root, NID_ext_key_usage, "serverAuth") ||
      !add_extension(root, root, NID_subject_key_identifier, "hash") || !sign(root, key.get())) {
    return library_failed();
  }
  return Authority(pem_of(root), std::move(key_pem));
}

Result<Authority> Authority::read(std::string root_pem, std::string key_pem) {
  if (find_mismatch(root_pem, {}, key_pem) != Mismatch::none) {
    return fail(Errc::corrupt, "the root of the local authority and its key are not what was written");
  }
  return Authority(std::move(root_pem), std::move(key_pem));
}

Result<IssuedCertificate> Authority::issue(const std::vector<std::string>& names, std::string_view key_algorithm,
                                           WallTime now) const {
  IssuedCertificate issued;
  TRY(issued.key, make_private_key(key_algorithm));
  TRY(const Owned<EVP_PKEY> key, parse_private_key(issued.key));
  TRY(const Owned<EVP_PKEY> root_key, parse_private_key(key_));
  TRY(const Owned<X509> root, parse_certificate(root_));
  const Owned<X509> owner(X509_new());
  X509* const leaf = owner.get();
  if (leaf == nullptr || names.empty()) return library_failed();
  const bool has_subject = names.front().size() <= common_name_bytes_max;
  const Owned<X509_EXTENSION> alternative = names_extension(names, !has_subject);
  if (!alternative) return library_failed();
  X509_NAME* const name = X509_get_subject_name(leaf);
  const char* const usage =
      key_algorithm.starts_with("RSA") ? "critical,digitalSignature,keyEncipherment" : "critical,digitalSignature";
  if (has_subject && !add_entry(name, "CN", names.front())) return library_failed();
  if (X509_set_version(leaf, X509_VERSION_3) != 1 || !set_serial(leaf) || !set_life(leaf, now, leaf_days) ||
      X509_set_issuer_name(leaf, X509_get_subject_name(root.get())) != 1 || X509_set_pubkey(leaf, key.get()) != 1 ||
      X509_add_ext(leaf, alternative.get(), -1) != 1 ||
      !add_extension(leaf, root.get(), NID_basic_constraints, "critical,CA:FALSE") ||
      !add_extension(leaf, root.get(), NID_key_usage, usage) ||
      !add_extension(leaf, root.get(), NID_ext_key_usage, "serverAuth") ||
      !add_extension(leaf, root.get(), NID_subject_key_identifier, "hash") ||
      !add_extension(leaf, root.get(), NID_authority_key_identifier, "keyid") || !sign(leaf, root_key.get())) {
    return library_failed();
  }
  issued.certificate = pem_of(leaf);
  return issued;
}

}  // namespace gust::acm
