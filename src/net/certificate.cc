#include "net/certificate.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "base/text.h"
#include "net/certificate_parts_internal.h"

namespace gust::net {
namespace {

constexpr int issuers_max = 10;
constexpr std::size_t key_bytes_max = 64 * 1024;
constexpr std::size_t chain_bytes_max = 256 * 1024;
constexpr int rsa_bits_min = 1024;  // what the service's ACM imports
constexpr int rsa_bits_max = 8192;

std::string text_of(const ASN1_STRING* string) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
          static_cast<std::size_t>(ASN1_STRING_length(string))};
}

std::vector<std::string> names_in(X509* certificate) {
  std::vector<std::string> names;
  const Owned<GENERAL_NAMES> found(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; found && i < sk_GENERAL_NAME_num(found.get()); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(found.get(), i);
    if (name->type == GEN_DNS) names.push_back(to_lower(text_of(name->d.dNSName)));
  }
  if (!names.empty()) return names;
  X509_NAME* const subject = X509_get_subject_name(certificate);
  const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (at >= 0) names.push_back(to_lower(text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)))));
  return names;
}

bool is_on_known_curve(const EVP_PKEY* key) {
  std::array<char, 64> curve{};
  if (EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, curve.data(), curve.size(), nullptr) != 1) {
    return false;
  }
  const int id = OBJ_sn2nid(curve.data());
  return id == NID_X9_62_prime256v1 || id == NID_secp384r1 || id == NID_secp521r1;
}

// Says no to keys with a password instead of asking the terminal for it.
int no_password(char*, int, int, void*) { return -1; }

Result<Owned<EVP_PKEY>> read_key(ByteView pem) {
  if (pem.size() > key_bytes_max) return fail(Errc::would_exceed_limit, "the private key is too long");
  const Owned<BIO> bio = bio_over(pem);
  Owned<EVP_PKEY> key(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr) : nullptr);
  ERR_clear_error();
  if (!key) return fail(Errc::bad_syntax, "the private key is no unencrypted key in PEM");
  return key;
}

bool is_in_order(X509* own, const STACK_OF(X509) * issuers) {
  X509* below = own;
  for (int i = 0; i < sk_X509_num(issuers); ++i) {
    X509* const issuer = sk_X509_value(issuers, i);
    if (X509_check_issued(issuer, below) != X509_V_OK) return false;
    below = issuer;
  }
  return true;
}

}  // namespace

bool covers_name(std::string_view pattern, std::string_view name) {
  if (!pattern.starts_with("*.")) return equal_fold(pattern, name);
  const std::size_t dot = name.find('.');
  return dot != std::string_view::npos && dot > 0 && equal_fold(pattern.substr(1), name.substr(dot));
}

WallTime time_of(const ASN1_TIME* at) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(at, &parts) != 1) return {};
  using namespace std::chrono;
  const year_month_day day{year{parts.tm_year + 1900}, month{static_cast<unsigned>(parts.tm_mon + 1)},
                           std::chrono::day{static_cast<unsigned>(parts.tm_mday)}};
  const std::int64_t unix_time = sys_days{day}.time_since_epoch().count() * std::int64_t{86'400} +
                                 parts.tm_hour * 3'600 + parts.tm_min * 60 + parts.tm_sec;
  const std::int64_t last = unix_seconds(WallTime::max());
  return wall_time_of(std::clamp<std::int64_t>(unix_time, 0, last));
}

Result<Owned<STACK_OF(X509)>> read_pem_certificates(ByteView pem, int most) {
  const Owned<BIO> bio = bio_over(pem);
  Owned<STACK_OF(X509)> all(sk_X509_new_null());
  if (!bio || !all) return fail(Errc::out_of_memory, "no memory for certificates");
  while (X509* const one = PEM_read_bio_X509(bio.get(), nullptr, no_password, nullptr)) {
    sk_X509_push(all.get(), one);
    if (sk_X509_num(all.get()) > most) return fail(Errc::would_exceed_limit, "too many certificates");
  }
  // The text's end is told as this reason; any other is a fault.
  const unsigned long why = ERR_peek_last_error();
  const bool is_end = ERR_GET_LIB(why) == ERR_LIB_PEM && ERR_GET_REASON(why) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (!is_end || sk_X509_num(all.get()) == 0) return fail(Errc::bad_syntax, "no certificates in PEM");
  return all;
}

Certificate::Certificate() = default;
Certificate::~Certificate() { OPENSSL_cleanse(key_pem_.data(), key_pem_.size()); }

bool Certificate::covers(std::string_view name) const {
  return std::ranges::any_of(names_, [&](const std::string& pattern) { return covers_name(pattern, name); });
}

Result<std::shared_ptr<const Certificate>> read_certificate(ByteView chain_pem, ByteView key_pem) {
  std::shared_ptr<Certificate> made(new Certificate);
  made->parts_ = std::make_unique<Certificate::Parts>();
  Certificate::Parts& parts = *made->parts_;
  if (chain_pem.size() > chain_bytes_max) return fail(Errc::would_exceed_limit, "the certificates are too long");
  TRY(parts.issuers, read_pem_certificates(chain_pem, issuers_max + 1));
  parts.own.reset(sk_X509_shift(parts.issuers.get()));
  TRY(parts.key, read_key(key_pem));

  const EVP_PKEY* const key = parts.key.get();
  made->key_bits_ = EVP_PKEY_get_bits(key);
  if (EVP_PKEY_is_a(key, "RSA") == 1) {
    if (made->key_bits_ < rsa_bits_min || made->key_bits_ > rsa_bits_max) {
      return fail(Errc::unsupported, "an RSA key has 1024 to 8192 bits");
    }
  } else if (EVP_PKEY_is_a(key, "EC") == 1 && is_on_known_curve(key)) {
    made->key_kind_ = KeyKind::ecdsa;
  } else {
    return fail(Errc::unsupported, "a key is RSA, or on P-256, P-384 or P-521");
  }
  const bool is_a_pair = X509_check_private_key(parts.own.get(), key) == 1;
  ERR_clear_error();
  if (!is_a_pair) return fail(Errc::bad_value, "the private key is not that of the certificate");
  if (!is_in_order(parts.own.get(), parts.issuers.get())) {
    return fail(Errc::bad_value, "each certificate of the chain is issued by the next one");
  }
  made->names_ = names_in(parts.own.get());
  made->not_before_ = time_of(X509_get0_notBefore(parts.own.get()));
  made->not_after_ = time_of(X509_get0_notAfter(parts.own.get()));
  made->chain_pem_ = chain_pem;
  made->key_pem_ = key_pem;
  return made;
}

}  // namespace gust::net
