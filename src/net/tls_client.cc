#include "net/tls_client.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <map>

#include "base/check.h"
#include "net/certificate_parts_internal.h"
#include "net/tls_stream_internal.h"
#include "net/trust_store_parts_internal.h"
#include "rt/loop.h"

namespace gust::net {
namespace {

constexpr int depth_max = 10;
constexpr long chain_bytes_max = 128 * 1024;
// Judged apart from the handshake's own level, which old versions pull down: 80 bits.
constexpr int certificate_level = 1;
constexpr auto ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES:RSA+AESGCM:RSA+AES";
constexpr auto groups = "X25519:P-256:P-384:P-521";

bool is_address(const std::string& name) { return rt::read_address(name, 0).has_value(); }

bool set_versions(SSL* ssl, const TlsVersions& versions) {
  SSL_set_security_level(ssl, versions.tls_1_0 || versions.tls_1_1 ? 0 : 1);
  if (!versions.tls_1_0) SSL_set_options(ssl, SSL_OP_NO_TLSv1);
  if (!versions.tls_1_1) SSL_set_options(ssl, SSL_OP_NO_TLSv1_1);
  if (!versions.tls_1_2) SSL_set_options(ssl, SSL_OP_NO_TLSv1_2);
  if (!versions.tls_1_3) SSL_set_options(ssl, SSL_OP_NO_TLSv1_3);
  return !versions.is_none() && SSL_set_min_proto_version(ssl, TLS1_VERSION) == 1 &&
         SSL_set_max_proto_version(ssl, TLS1_3_VERSION) == 1;
}

bool set_names(SSL* ssl, const TlsClientOptions& options) {
  X509_VERIFY_PARAM* const rules = SSL_get0_param(ssl);
  X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  if (options.names.empty()) return false;
  for (const std::string& name : options.names) {
    const bool is_set = is_address(name) ? X509_VERIFY_PARAM_set1_ip_asc(rules, name.c_str()) == 1
                                         : X509_VERIFY_PARAM_add1_host(rules, name.data(), name.size()) == 1;
    if (!is_set) return false;
  }
  return options.server_name.empty() || SSL_set_tlsext_host_name(ssl, options.server_name.c_str()) == 1;
}

bool set_alpn(SSL* ssl, const std::vector<std::string>& protocols) {
  std::string wire;
  for (const std::string& protocol : protocols) {
    wire.append(1, static_cast<char>(protocol.size())).append(protocol);
  }
  return wire.empty() || SSL_set_alpn_protos(ssl, openssl_bytes(wire), static_cast<unsigned int>(wire.size())) == 0;
}

class Sessions {
 public:
  void keep(const std::string& key, SSL_SESSION* session) {
    if (by_key_.size() >= TlsClient::sessions_max && !by_key_.contains(key)) by_key_.erase(by_key_.begin());
    by_key_[key].reset(session);
  }
  void drop(const std::string& key) { by_key_.erase(key); }
  // Null: none, or one whose certificate has expired since.
  SSL_SESSION* find(const std::string& key, WallTime now) {
    const auto found = by_key_.find(key);
    if (found == by_key_.end()) return nullptr;
    const X509* const shown = SSL_SESSION_get0_peer(found->second.get());
    const bool is_good = SSL_SESSION_is_resumable(found->second.get()) == 1 && shown != nullptr &&
                         time_of(X509_get0_notAfter(shown)) >= now;
    if (!is_good) by_key_.erase(found);
    return is_good ? found->second.get() : nullptr;
  }

 private:
  std::map<std::string, Owned<SSL_SESSION>, std::less<>> by_key_;
};

// What callbacks know of a connection; it lives as long, since tickets come late.
struct Connected {
  std::weak_ptr<Sessions> sessions;
  std::string session_key;
  bool was_asked_for_certificate = false;
};

int on_session(SSL* ssl, SSL_SESSION* session) {
  auto* const connected = static_cast<Connected*>(SSL_get_app_data(ssl));
  if (connected == nullptr || connected->session_key.empty()) return 0;
  const auto sessions = connected->sessions.lock();
  if (!sessions) return 0;
  sessions->keep(connected->session_key, session);
  return 1;  // ours now
}

// Called where the server asks and there is no certificate to show (ORIG-2).
int on_certificate_wish(SSL* ssl, X509**, EVP_PKEY**) {
  auto* const connected = static_cast<Connected*>(SSL_get_app_data(ssl));
  if (connected != nullptr) connected->was_asked_for_certificate = true;
  return -1;
}

}  // namespace

struct TlsClient::State {
  Owned<SSL_CTX> context;
  std::shared_ptr<Sessions> sessions = std::make_shared<Sessions>();  // the Streams bring them
};

TlsClient::TlsClient(rt::Loop& loop) : loop_(loop), closing_(loop), state_(std::make_unique<State>()) {
  state_->context.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX* const context = state_->context.get();
  CHECK(context != nullptr);
  CHECK(SSL_CTX_set_cipher_list(context, ciphers) == 1 && SSL_CTX_set1_groups_list(context, groups) == 1);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_max_cert_list(context, chain_bytes_max);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context, on_session);
  SSL_CTX_set_client_cert_cb(context, on_certificate_wish);
}
TlsClient::~TlsClient() = default;

rt::Task<Result<std::unique_ptr<Stream>>> TlsClient::connect(std::unique_ptr<Stream> stream,
                                                             const TlsClientOptions& options, Instant deadline) {
  const auto refuse = [](Errc code, std::string_view static_text) { return fail(code, Side::origin, static_text); };
  if (!options.trust) co_return refuse(Errc::access_denied, "there is no trust store to judge the certificate by");
  Owned<SSL> owned(SSL_new(state_->context.get()));
  SSL* const ssl = owned.get();
  if (ssl == nullptr) co_return fail(Errc::out_of_memory, "no memory for a TLS session");
  auto connected = std::make_shared<Connected>(state_->sessions, options.session_key);
  SSL_set_app_data(ssl, connected.get());
  SSL_set_connect_state(ssl);
  SSL_set_verify(ssl, SSL_VERIFY_PEER, nullptr);
  SSL_set_verify_depth(ssl, depth_max);
  X509_VERIFY_PARAM* const rules = SSL_get0_param(ssl);
  X509_VERIFY_PARAM_set_auth_level(rules, certificate_level);
  X509_VERIFY_PARAM_set_time(rules, unix_seconds(loop_.wall_now()));
  X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_PARTIAL_CHAIN);
  bool is_set = SSL_set1_verify_cert_store(ssl, options.trust->parts().store.get()) == 1 &&
                set_versions(ssl, options.versions) && set_names(ssl, options) && set_alpn(ssl, options.alpn);
  if (is_set && options.certificate) {
    const Certificate::Parts& own = options.certificate->parts();
    is_set = SSL_use_cert_and_key(ssl, own.own.get(), own.key.get(), own.issuers.get(), 1) == 1;
  }
  if (!is_set)
    co_return refuse(Errc::access_denied, take_openssl_reason("the options of the connection cannot be set"));
  SSL_SESSION* const session =
      options.session_key.empty() ? nullptr : state_->sessions->find(options.session_key, loop_.wall_now());
  if (session != nullptr) SSL_set_session(ssl, session);

  auto made = std::make_unique<TlsStream>(std::move(stream), std::move(owned), loop_, closing_);
  made->channel().role = connected;
  const Result<void> done = co_await made->shake_hands(deadline);
  if (!done) {
    if (session != nullptr) state_->sessions->drop(options.session_key);
    Error error = done.error();
    if (error.code != Errc::cancelled) error.side = Side::origin;
    const long verdict = SSL_get_verify_result(ssl);
    if (verdict != X509_V_OK) co_return refuse(Errc::access_denied, X509_verify_cert_error_string(verdict));
    if (connected->was_asked_for_certificate) {
      co_return refuse(Errc::access_denied, "the origin asks for a client certificate");
    }
    co_return std::unexpected(error);
  }
  made->facts().server_name = options.server_name;
  co_return made;
}

rt::Task<void> TlsClient::close() {
  closing_.cancel();
  co_await closing_.join();
}

}  // namespace gust::net
