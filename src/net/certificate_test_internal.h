// What the tests of TLS share: certificates that are made on the spot, so that none of them ever expires in the tree.
#pragma once

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/time.h"
#include "net/openssl_internal.h"

namespace gust::net {

struct TestCertificate {
  Owned<X509> certificate;
  Owned<EVP_PKEY> key;
  std::string pem, key_pem;
};

struct TestCertificateWish {
  std::vector<std::string> names = {};  // as a SAN writes them: "DNS:a.example", "IP:10.0.0.2"
  std::string subject = "test";
  const TestCertificate* issuer = nullptr;  // null: its own
  bool is_authority = false;
  int rsa_bits = 0;  // 0: on P-256
  long serial = 0xA1;
  // Around the beginning of a simulated world (rt/sim_world.h).
  WallTime not_before = wall_time_of(1'767'225'600 - 86'400);
  WallTime not_after = wall_time_of(1'767'225'600 + 86'400);
};

inline void add_extension(X509* certificate, X509* issuer, int id, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str());
  CHECK(extension != nullptr);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

inline TestCertificate make_test_certificate(const TestCertificateWish& wish) {
  TestCertificate made;
  made.key.reset(wish.rsa_bits == 0 ? EVP_EC_gen("P-256") : EVP_RSA_gen(static_cast<unsigned int>(wish.rsa_bits)));
  made.certificate.reset(X509_new());
  CHECK(made.key && made.certificate);
  X509* const certificate = made.certificate.get();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), wish.serial);
  ASN1_TIME_set(X509_getm_notBefore(certificate), unix_seconds(wish.not_before));
  ASN1_TIME_set(X509_getm_notAfter(certificate), unix_seconds(wish.not_after));
  X509_set_pubkey(certificate, made.key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC, openssl_bytes(wish.subject), -1,
                             -1, 0);
  X509* const issuer = wish.issuer == nullptr ? certificate : wish.issuer->certificate.get();
  X509_set_issuer_name(certificate, X509_get_subject_name(issuer));
  add_extension(certificate, issuer, NID_basic_constraints, wish.is_authority ? "critical,CA:TRUE" : "CA:FALSE");
  std::string names;
  for (const std::string& name : wish.names) names.append(names.empty() ? "" : ",").append(name);
  if (!names.empty()) add_extension(certificate, issuer, NID_subject_alt_name, names);
  CHECK(X509_sign(certificate, wish.issuer == nullptr ? made.key.get() : wish.issuer->key.get(), EVP_sha256()) > 0);

  const Owned<BIO> text(BIO_new(BIO_s_mem())), key_text(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(text.get(), certificate);
  PEM_write_bio_PrivateKey(key_text.get(), made.key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  made.pem = text_of(text.get());
  made.key_pem = text_of(key_text.get());
  return made;
}

}  // namespace gust::net
