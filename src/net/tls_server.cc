#include "net/tls_server.h"

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/digest.h"
#include "base/text.h"
#include "net/certificate_parts_internal.h"
#include "net/server_context_internal.h"
#include "net/tls_book.h"
#include "net/tls_stream_internal.h"
#include "rt/loop.h"

namespace gust::net {
namespace {

std::string name_text(const X509_NAME* name) {
  const Owned<BIO> bio(BIO_new(BIO_s_mem()));
  if (!bio || X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253) < 0) return {};
  return text_of(bio.get());
}

std::string serial_text(const X509* certificate) {
  BIGNUM* const number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr);
  char* const hex = number == nullptr ? nullptr : BN_bn2hex(number);
  std::string text = hex == nullptr ? "" : hex;
  OPENSSL_free(hex);
  BN_free(number);
  while (text.size() > 1 && text.front() == '0') text.erase(0, 1);
  return text;
}

std::shared_ptr<const PeerCertificate> peer_certificate_of(SSL* ssl, const ClientCertificateRules& rules) {
  const Owned<X509> shown(SSL_get1_peer_certificate(ssl));
  if (!shown) return nullptr;
  auto facts = std::make_shared<PeerCertificate>();
  const Owned<BIO> bio(BIO_new(BIO_s_mem()));
  if (bio && PEM_write_bio_X509(bio.get(), shown.get()) == 1) facts->pem = text_of(bio.get());
  facts->serial_number = serial_text(shown.get());
  facts->subject = name_text(X509_get_subject_name(shown.get()));
  facts->issuer = name_text(X509_get_issuer_name(shown.get()));
  unsigned char* der = nullptr;
  const int der_bytes = i2d_X509(shown.get(), &der);
  if (der_bytes > 0) {
    const ByteView view(reinterpret_cast<const char*>(der), static_cast<std::size_t>(der_bytes));
    facts->sha256 = hex_of(digest_of(DigestKind::sha256, view));
  }
  OPENSSL_free(der);
  facts->not_before = time_of(X509_get0_notBefore(shown.get()));
  facts->not_after = time_of(X509_get0_notAfter(shown.get()));
  facts->is_verified = rules.mode != ClientCertificateRules::passthrough && SSL_get_verify_result(ssl) == X509_V_OK;
  ERR_clear_error();
  return facts;
}

}  // namespace

struct TlsServer::State {
  State(rt::Loop& loop, const TicketKeys& keys) : contexts(loop, keys) {}
  ServerContexts contexts;
  std::shared_ptr<const TlsBook> book;
};

TlsServer::TlsServer(rt::Loop& loop, const TicketKeys& keys)
    : loop_(loop), closing_(loop), state_(std::make_unique<State>(loop, keys)) {}
TlsServer::~TlsServer() = default;

void TlsServer::install(std::shared_ptr<const TlsBook> book) { state_->book = std::move(book); }

rt::Task<Result<std::unique_ptr<Stream>>> TlsServer::accept(std::unique_ptr<Stream> stream, Instant deadline) {
  ServerHandshake handshake{.contexts = &state_->contexts, .book = state_->book, .site = nullptr, .server_name = {}};
  Owned<SSL> ssl = state_->contexts.begin(handshake);
  if (!ssl) co_return fail(Errc::out_of_memory, "no memory for a TLS session");
  auto made = std::make_unique<TlsStream>(std::move(stream), std::move(ssl), loop_, closing_);
  const Result<void> done = co_await made->shake_hands(deadline);
  SSL_set_app_data(made->ssl(), nullptr);
  if (!done) {
    ++counts_.failed;
    if (handshake.is_without_site) co_return fail(Errc::reset, "no certificate for the server name");
    co_return std::unexpected(done.error());
  }
  ++counts_.handshakes;
  TlsFacts& facts = made->facts();
  if (facts.is_resumed) ++counts_.resumed;
  facts.server_name = std::move(handshake.server_name);
  facts.peer_certificate = peer_certificate_of(made->ssl(), handshake.site->clients);
  co_return made;
}

rt::Task<void> TlsServer::close() {
  closing_.cancel();
  co_await closing_.join();
}

}  // namespace gust::net
