#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/rand.h>

#include <cstring>
#include <span>

#include "base/check.h"
#include "base/digest.h"
#include "base/text.h"
#include "net/certificate_parts_internal.h"
#include "net/security_policy.h"
#include "net/server_context_internal.h"
#include "net/trust_store_parts_internal.h"
#include "rt/loop.h"

namespace gust::net {
namespace {

constexpr int client_depth_max = 4;  // TLS-5
constexpr long client_chain_bytes_max = 32 * 1024;
constexpr std::size_t server_name_bytes_max = 253;

int openssl_version(TlsVersion version) {
  switch (version) {
    case TlsVersion::tls_1_0:
      return TLS1_VERSION;
    case TlsVersion::tls_1_1:
      return TLS1_1_VERSION;
    case TlsVersion::tls_1_2:
      return TLS1_2_VERSION;
    case TlsVersion::tls_1_3:
      break;
  }
  return TLS1_3_VERSION;
}

ServerHandshake* handshake_of(SSL* ssl) { return static_cast<ServerHandshake*>(SSL_get_app_data(ssl)); }

// The one host name of a server_name extension (RFC 6066 section 3). False: the extension is not well formed.
bool read_server_name(ByteView extension, std::string& name) {
  const auto number = [&](std::size_t at) {
    return static_cast<std::size_t>(static_cast<unsigned char>(extension[at])) << 8 |
           static_cast<unsigned char>(extension[at + 1]);
  };
  if (extension.size() < 5 || number(0) != extension.size() - 2 || extension[2] != TLSEXT_NAMETYPE_host_name ||
      number(3) != extension.size() - 5) {
    return false;
  }
  const ByteView text = extension.substr(5);
  if (text.empty() || text.size() > server_name_bytes_max) return false;
  for (const char c : text) {
    if (c <= ' ' || c > '~') return false;
  }
  name = to_lower(text);
  return true;
}

int pass_any(int, X509_STORE_CTX*) { return 1; }

}  // namespace

ServerContexts::ServerContexts(rt::Loop& loop, const TicketKeys& keys)
    : loop_(loop), keys_(keys), ticket_cipher_(EVP_CIPHER_fetch(nullptr, "AES-256-CBC", nullptr)) {
  // Its own protocols and ciphers are never used: on_client_hello() chooses or refuses.
  first_.reset(SSL_CTX_new(TLS_server_method()));
  CHECK(first_ && ticket_cipher_);
  SSL_CTX_set_min_proto_version(first_.get(), TLS1_VERSION);
  SSL_CTX_set_client_hello_cb(first_.get(), on_client_hello, nullptr);
  SSL_CTX_set_tlsext_ticket_key_evp_cb(first_.get(), on_ticket);
  SSL_CTX_set_session_cache_mode(first_.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_timeout(first_.get(), std::chrono::duration_cast<std::chrono::seconds>(keys.period()).count());
}

SSL_CTX* ServerContexts::context_of(const SecurityPolicy& policy) {
  Owned<SSL_CTX>& context = contexts_[&policy];
  if (context) return context.get();
  Owned<SSL_CTX> made(SSL_CTX_new(TLS_server_method()));
  if (!made) return nullptr;
  // Protocols before TLS 1.2 sign with SHA-1, which only level 0 allows; level 1 refuses what is weaker than 80 bits.
  SSL_CTX_set_security_level(made.get(), policy.least < TlsVersion::tls_1_2 ? 0 : 1);
  const std::string ciphers(policy.ciphers), suites(policy.suites);
  if (!ciphers.empty() && SSL_CTX_set_cipher_list(made.get(), ciphers.c_str()) != 1) return nullptr;
  if (SSL_CTX_set_ciphersuites(made.get(), suites.c_str()) != 1) return nullptr;
  SSL_CTX_set_tlsext_servername_callback(made.get(), on_server_name);
  SSL_CTX_set_alpn_select_cb(made.get(), on_alpn, nullptr);
  SSL_CTX_set_tlsext_status_cb(made.get(), on_staple);
  context = std::move(made);
  return context.get();
}

Owned<SSL> ServerContexts::begin(ServerHandshake& handshake) {
  Owned<SSL> ssl(SSL_new(first_.get()));
  if (!ssl) return nullptr;
  SSL_set_options(ssl.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_set_max_cert_list(ssl.get(), client_chain_bytes_max);
  SSL_set_app_data(ssl.get(), &handshake);
  SSL_set_accept_state(ssl.get());
  return ssl;
}

int ServerContexts::on_client_hello(SSL* ssl, int* alert, void*) {
  ServerHandshake& handshake = *handshake_of(ssl);
  const unsigned char* extension = nullptr;
  std::size_t size = 0;
  if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_server_name, &extension, &size) == 1 &&
      !read_server_name({reinterpret_cast<const char*>(extension), size}, handshake.server_name)) {
    *alert = SSL_AD_DECODE_ERROR;
    return SSL_CLIENT_HELLO_ERROR;
  }
  const auto* const site = handshake.book ? handshake.book->find(handshake.server_name) : nullptr;
  if (site == nullptr) {
    handshake.is_without_site = true;
    *alert = SSL_AD_HANDSHAKE_FAILURE;  // as the service says it
    return SSL_CLIENT_HELLO_ERROR;
  }
  handshake.site = *site;
  if (!handshake.contexts->configure(ssl, **site)) {
    *alert = SSL_AD_INTERNAL_ERROR;
    return SSL_CLIENT_HELLO_ERROR;
  }
  return SSL_CLIENT_HELLO_SUCCESS;
}

bool ServerContexts::configure(SSL* ssl, const TlsSite& site) {
  const SecurityPolicy& policy = *site.policy;
  SSL_CTX* const context = context_of(policy);
  if (context == nullptr || SSL_set_SSL_CTX(ssl, context) == nullptr) return false;
  const std::string groups(policy.groups);
  if (SSL_set_min_proto_version(ssl, openssl_version(policy.least)) != 1 ||
      SSL_set_max_proto_version(ssl, openssl_version(policy.most)) != 1 ||
      SSL_set1_groups_list(ssl, groups.c_str()) != 1) {
    return false;
  }
  for (const auto& certificate : site.certificates) {
    const Certificate::Parts& parts = certificate->parts();
    if (SSL_use_cert_and_key(ssl, parts.own.get(), parts.key.get(), parts.issuers.get(), 1) != 1) return false;
  }

  const ClientCertificateRules& clients = site.clients;
  Sha256 identity;
  identity.update(site.id);
  identity.update(ByteView("\0", 1));
  identity.update(policy.name);
  identity.update(std::string{static_cast<char>(clients.mode), static_cast<char>(clients.ignores_expiry)});
  if (clients.trust) identity.update(clients.trust->digest());
  const std::string session_context = identity.finish();
  if (SSL_set_session_id_context(ssl, openssl_bytes(session_context),
                                 static_cast<unsigned int>(session_context.size())) != 1) {
    return false;
  }
  if (clients.mode == ClientCertificateRules::none) return true;
  if (clients.mode == ClientCertificateRules::passthrough) {
    SSL_set_verify(ssl, SSL_VERIFY_PEER, pass_any);
    return true;
  }
  if (SSL_set1_verify_cert_store(ssl, clients.trust->parts().store.get()) != 1) return false;
  SSL_set_verify_depth(ssl, client_depth_max);
  X509_VERIFY_PARAM* const rules = SSL_get0_param(ssl);
  X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_PARTIAL_CHAIN);
  if (clients.ignores_expiry) {
    X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_NO_CHECK_TIME);  // which a time that is set would undo
  } else {
    X509_VERIFY_PARAM_set_time(rules, unix_seconds(loop_.wall_now()));
  }
  if (clients.tells_names) SSL_set0_CA_list(ssl, SSL_dup_CA_list(clients.trust->parts().names.get()));
  const bool is_required = clients.mode == ClientCertificateRules::required;
  SSL_set_verify(ssl, SSL_VERIFY_PEER | (is_required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), nullptr);
  return true;
}

// Says to the viewer that its name was used.
int ServerContexts::on_server_name(SSL* ssl, int*, void*) {
  const ServerHandshake* const handshake = handshake_of(ssl);
  return handshake != nullptr && !handshake->server_name.empty() ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

int ServerContexts::on_alpn(SSL* ssl, const unsigned char** out, unsigned char* out_size, const unsigned char* in,
                            unsigned int in_size, void*) {
  const ServerHandshake* const handshake = handshake_of(ssl);
  if (handshake == nullptr || !handshake->site) return SSL_TLSEXT_ERR_ALERT_FATAL;
  const bool may_http2 =
      handshake->site->offers_http2 && SSL_version(ssl) >= TLS1_2_VERSION && !handshake->server_name.empty();  // TLS-3
  const std::span<const unsigned char> offered(in, in_size);
  for (const std::string_view wanted : {std::string_view("h2"), std::string_view("http/1.1")}) {
    if (wanted == "h2" && !may_http2) continue;
    for (std::size_t at = 0; at < offered.size(); at += 1 + std::size_t{offered[at]}) {
      const std::size_t size = offered[at];
      if (size != wanted.size() || at + 1 + size > offered.size()) continue;
      if (std::memcmp(&offered[at + 1], wanted.data(), size) != 0) continue;
      *out = &offered[at + 1];
      *out_size = offered[at];
      return SSL_TLSEXT_ERR_OK;
    }
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;  // RFC 7301 section 3.2
}

int ServerContexts::on_staple(SSL* ssl, void*) {
  const ServerHandshake* const handshake = handshake_of(ssl);
  const X509* const shown = SSL_get_certificate(ssl);
  if (handshake == nullptr || !handshake->site) return SSL_TLSEXT_ERR_NOACK;
  for (const auto& certificate : handshake->site->certificates) {
    if (certificate->parts().own.get() != shown) continue;
    const std::shared_ptr<const std::string> staple = certificate->staple();
    if (!staple || staple->empty()) break;
    auto* const copy = static_cast<unsigned char*>(OPENSSL_memdup(staple->data(), staple->size()));
    if (copy == nullptr) break;
    SSL_set_tlsext_status_ocsp_resp(ssl, copy, static_cast<long>(staple->size()));
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_NOACK;
}

int ServerContexts::on_ticket(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                              EVP_MAC_CTX* mac, int seals) {
  const ServerHandshake* const handshake = handshake_of(ssl);
  if (handshake == nullptr) return -1;
  ServerContexts& self = *handshake->contexts;
  const WallTime now = self.loop_.wall_now();
  const TicketKey& current = self.keys_.current(now);
  const TicketKey* key = &current;
  if (seals == 1) {
    std::memcpy(name, current.name.data(), current.name.size());
    self.loop_.fill_secret({reinterpret_cast<char*>(iv), 16});
  } else {
    key = self.keys_.find({reinterpret_cast<const char*>(name), current.name.size()}, now);
    if (key == nullptr) return 0;  // a full handshake
  }
  std::string digest = "SHA256";
  // OpenSSL takes the key as writable and does not write.
  auto* const mac_key = const_cast<unsigned char*>(key->mac.data());
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, mac_key, key->mac.size()),
                                   OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
                                   OSSL_PARAM_construct_end()};
  if (EVP_MAC_CTX_set_params(mac, parameters) != 1 ||
      EVP_CipherInit_ex2(cipher, self.ticket_cipher_.get(), key->cipher.data(), iv, seals, nullptr) != 1) {
    return -1;
  }
  return seals == 1 || key == &current ? 1 : 2;  // 2: opened, and to be sealed anew
}

}  // namespace gust::net
