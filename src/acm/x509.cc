#include "acm/x509.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>

#include "acm/asn1_time_internal.h"
#include "acm/openssl_internal.h"
#include "acm/x509_internal.h"
#include "base/text.h"

namespace gust::acm {
namespace {

std::string_view view_of(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

// The first entry of that kind, as UTF-8; empty where there is none.
std::string entry_of(const X509_NAME* name, int kind) {
  const int at = X509_NAME_get_index_by_NID(name, kind, -1);
  if (at < 0) return {};
  unsigned char* utf8 = nullptr;
  const int size = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
  if (size < 0) return {};
  std::string text(reinterpret_cast<const char*>(utf8), static_cast<std::size_t>(size));
  OPENSSL_free(utf8);
  return is_utf8(text) ? text : std::string();
}

// As RFC 2253 escapes, in the order of the certificate.
std::string subject_of(const X509_NAME* name) {
  const Owned<BIO> out = new_bio();
  constexpr unsigned long form =
      static_cast<unsigned long>(XN_FLAG_RFC2253) & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB | XN_FLAG_DN_REV);
  if (!out || X509_NAME_print_ex(out.get(), name, 0, form) < 0) return {};
  std::string text = text_of(out.get());
  return is_utf8(text) ? text : std::string();
}

std::string serial_of(const X509* certificate) {
  const Owned<BIGNUM> number(ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr));
  if (!number) return {};
  std::string bytes(static_cast<std::size_t>(BN_num_bytes(number.get())), '\0');
  BN_bn2bin(number.get(), reinterpret_cast<unsigned char*>(bytes.data()));
  std::string text;
  for (const char byte : bytes) {
    if (!text.empty()) text += ':';
    text += hex_of(std::string_view(&byte, 1));
  }
  return text.empty() ? "00" : text;
}

// As Java's security providers name them, and so ACM.
std::string signature_algorithm_of(const X509* certificate) {
  int digest = NID_undef, key = NID_undef;
  if (X509_get_signature_info(const_cast<X509*>(certificate), &digest, &key, nullptr, nullptr) != 1) return {};
  std::string name = digest == NID_undef ? "" : OBJ_nid2sn(digest);
  if (key == NID_rsaEncryption || key == NID_rsassaPss) return name + "WITHRSA";
  if (key == NID_X9_62_id_ecPublicKey) return name + "WITHECDSA";
  return OBJ_nid2sn(X509_get_signature_nid(certificate));
}

std::vector<std::string> names_of(const X509* certificate) {
  std::vector<std::string> names;
  const Owned<GENERAL_NAMES> found(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; found && i < sk_GENERAL_NAME_num(found.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(found.get(), i);
    if (name->type != GEN_DNS) continue;
    std::string text = to_lower(view_of(name->d.dNSName));
    const auto is_plain = [](char c) { return c > ' ' && c < '\x7f'; };
    if (!text.empty() && std::ranges::all_of(text, is_plain)) names.push_back(std::move(text));
  }
  return names;
}

std::vector<std::string> key_usages_of(const X509* certificate) {
  static constexpr std::array<std::string_view, 9> names = {
      "DIGITAL_SIGNATURE",   "NON_REPUDIATION", "KEY_ENCIPHERMENT", "DATA_ENCIPHERMENT", "KEY_AGREEMENT",
      "CERTIFICATE_SIGNING", "CRL_SIGNING",     "ENCIPHER_ONLY",    "DECIPHER_ONLY"};
  const Owned<ASN1_BIT_STRING> bits(
      static_cast<ASN1_BIT_STRING*>(X509_get_ext_d2i(certificate, NID_key_usage, nullptr, nullptr)));
  std::vector<std::string> usages;
  for (std::size_t i = 0; bits && i < names.size(); ++i) {
    if (ASN1_BIT_STRING_get_bit(bits.get(), static_cast<int>(i)) == 1) usages.emplace_back(names.at(i));
  }
  return usages;
}

std::string_view usage_name_of(int kind) {
  switch (kind) {
    case NID_server_auth:
      return "TLS_WEB_SERVER_AUTHENTICATION";
    case NID_client_auth:
      return "TLS_WEB_CLIENT_AUTHENTICATION";
    case NID_code_sign:
      return "CODE_SIGNING";
    case NID_email_protect:
      return "EMAIL_PROTECTION";
    case NID_time_stamp:
      return "TIME_STAMPING";
    case NID_OCSP_sign:
      return "OCSP_SIGNING";
    case NID_ipsecEndSystem:
      return "IPSEC_END_SYSTEM";
    case NID_ipsecTunnel:
      return "IPSEC_TUNNEL";
    case NID_ipsecUser:
      return "IPSEC_USER";
    case NID_anyExtendedKeyUsage:
      return "ANY";
    default:
      return "CUSTOM";
  }
}

std::vector<std::pair<std::string, std::string>> extended_usages_of(const X509* certificate) {
  std::vector<std::pair<std::string, std::string>> usages;
  const Owned<EXTENDED_KEY_USAGE> found(
      static_cast<EXTENDED_KEY_USAGE*>(X509_get_ext_d2i(certificate, NID_ext_key_usage, nullptr, nullptr)));
  for (int i = 0; found && i < sk_ASN1_OBJECT_num(found.get()); ++i) {
    const ASN1_OBJECT* usage = sk_ASN1_OBJECT_value(found.get(), i);
    std::array<char, 128> oid{};
    OBJ_obj2txt(oid.data(), static_cast<int>(oid.size()), usage, 1);
    usages.emplace_back(usage_name_of(OBJ_obj2nid(usage)), oid.data());
  }
  return usages;
}

std::string ocsp_responder_of(X509* certificate) {
  const Owned<STACK_OF(OPENSSL_STRING)> addresses(X509_get1_ocsp(certificate));
  for (int i = 0; addresses && i < sk_OPENSSL_STRING_num(addresses.get()); ++i) {
    const std::string_view address = sk_OPENSSL_STRING_value(addresses.get(), i);
    if (address.starts_with("http://")) return std::string(address);
  }
  return {};
}

bool is_issued_by(X509* certificate, X509* issuer) {
  const bool is =
      X509_check_issued(issuer, certificate) == X509_V_OK && X509_verify(certificate, X509_get0_pubkey(issuer)) == 1;
  ERR_clear_error();
  return is;
}

}  // namespace

WallTime time_of(const ASN1_TIME* at) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(at, &parts) != 1) return {};
  using namespace std::chrono;
  const year_month_day day{year{parts.tm_year + 1900}, month{static_cast<unsigned>(parts.tm_mon + 1)},
                           std::chrono::day{static_cast<unsigned>(parts.tm_mday)}};
  const std::int64_t seconds = sys_days{day}.time_since_epoch().count() * std::int64_t{86'400} + parts.tm_hour * 3'600 +
                               parts.tm_min * 60 + parts.tm_sec;
  return wall_time_of(std::clamp<std::int64_t>(seconds, 0, unix_seconds(WallTime::max())));
}

std::string pem_of(X509* certificate) {
  const Owned<BIO> out = new_bio();
  return out && PEM_write_bio_X509(out.get(), certificate) == 1 ? text_of(out.get()) : std::string();
}

Owned<X509_EXTENSION> names_extension(const std::vector<std::string>& names, bool is_critical) {
  const Owned<GENERAL_NAMES> list(GENERAL_NAMES_new());
  for (const std::string& name : names) {
    GENERAL_NAME* item = GENERAL_NAME_new();
    ASN1_IA5STRING* text = ASN1_IA5STRING_new();
    if (!list || item == nullptr || text == nullptr || name.empty() ||
        ASN1_STRING_set(text, name.data(), static_cast<int>(name.size())) != 1) {
      GENERAL_NAME_free(item);
      ASN1_IA5STRING_free(text);
      return nullptr;
    }
    GENERAL_NAME_set0_value(item, GEN_DNS, text);
    if (sk_GENERAL_NAME_push(list.get(), item) == 0) {
      GENERAL_NAME_free(item);
      return nullptr;
    }
  }
  return Owned<X509_EXTENSION>(X509V3_EXT_i2d(NID_subject_alt_name, is_critical ? 1 : 0, list.get()));
}

Result<Owned<X509>> parse_certificate(ByteView pem) {
  const Owned<BIO> in = bio_over(pem);
  Owned<X509> certificate(in ? PEM_read_bio_X509(in.get(), nullptr, no_password, nullptr) : nullptr);
  ERR_clear_error();
  if (!certificate) return fail(Errc::bad_syntax, "no certificate in PEM");
  return certificate;
}

Result<CertificateFacts> read_certificate_facts(ByteView pem) {
  TRY(const Owned<X509> certificate, parse_certificate(pem));
  X509* const own = certificate.get();
  const EVP_PKEY* const key = X509_get0_pubkey(own);
  ERR_clear_error();
  if (key == nullptr) return fail(Errc::bad_syntax, "a certificate with a key that cannot be read");
  const X509_NAME* issuer = X509_get_issuer_name(own);
  CertificateFacts facts;
  facts.subject = subject_of(X509_get_subject_name(own));
  facts.issuer = entry_of(issuer, NID_organizationName);
  if (facts.issuer.empty()) facts.issuer = entry_of(issuer, NID_commonName);
  facts.serial = serial_of(own);
  facts.not_before = time_of(X509_get0_notBefore(own));
  facts.not_after = time_of(X509_get0_notAfter(own));
  facts.key_algorithm = algorithm_of(key);
  facts.signature_algorithm = signature_algorithm_of(own);
  facts.common_name = entry_of(X509_get_subject_name(own), NID_commonName);
  facts.names = names_of(own);
  facts.key_usages = key_usages_of(own);
  facts.extended_usages = extended_usages_of(own);
  facts.ocsp_responder = ocsp_responder_of(own);
  ERR_clear_error();
  return facts;
}

Result<std::vector<std::string>> split_certificates(ByteView pem, std::size_t most) {
  constexpr std::string_view begin = "-----BEGIN ";
  std::vector<std::string> certificates;
  std::size_t bytes = 0;
  for (std::size_t at = pem.find(begin); at != ByteView::npos;) {
    const std::size_t next = pem.find(begin, at + begin.size());
    const ByteView block = pem.substr(at, next == ByteView::npos ? next : next - at);
    at = next;
    if (certificates.size() == most) return fail(Errc::would_exceed_limit, "too many certificates");
    if (block.size() > certificate_bytes_max) return fail(Errc::would_exceed_limit, "a certificate is too long");
    if (!block.starts_with("-----BEGIN CERTIFICATE-----"))
      return fail(Errc::bad_syntax, "another block than a certificate");
    TRY(const Owned<X509> certificate, parse_certificate(block));
    certificates.push_back(pem_of(certificate.get()));
    bytes += certificates.back().size();
    if (bytes > chain_bytes_max) return fail(Errc::would_exceed_limit, "the certificates are too long");
  }
  if (certificates.empty()) return fail(Errc::bad_syntax, "no certificate in PEM");
  return certificates;
}

Mismatch find_mismatch(ByteView certificate, const std::vector<std::string>& chain, ByteView key_pem) {
  auto own = parse_certificate(certificate);
  if (!own) return Mismatch::chain;
  if (!key_pem.empty()) {
    const auto key = parse_private_key(key_pem);
    const bool is_a_pair = key && X509_check_private_key(own->get(), key->get()) == 1;
    ERR_clear_error();
    if (!is_a_pair) return Mismatch::key;
  }
  if (chain.empty()) return is_issued_by(own->get(), own->get()) ? Mismatch::none : Mismatch::not_self_signed;
  Owned<X509> below = *std::move(own);
  for (const std::string& pem : chain) {
    auto issuer = parse_certificate(pem);
    if (!issuer || !is_issued_by(below.get(), issuer->get())) return Mismatch::chain;
    below = *std::move(issuer);
  }
  return Mismatch::none;
}

}  // namespace gust::acm
