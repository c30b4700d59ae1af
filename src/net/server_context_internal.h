// ServerContexts: OpenSSL's server contexts of one core, one a security policy; what differs by site is set for each
// handshake by its callbacks.
//
// Why not one a site: with thousands of sites each core would hold thousands of contexts and make them anew with every
// change of the book; a certificate that is given to one handshake is only counted.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "net/openssl_internal.h"
#include "net/ticket_keys.h"
#include "net/tls_book.h"

namespace gust::rt {
class Loop;
}

namespace gust::net {

class ServerContexts;

// A handshake under way, for the callbacks.
struct ServerHandshake {
  ServerContexts* contexts;
  std::shared_ptr<const TlsBook> book;
  std::shared_ptr<const TlsSite> site;  // once the ClientHello was read
  std::string server_name;
  bool is_without_site = false;  // why it failed
};

class ServerContexts {
 public:
  ServerContexts(rt::Loop& loop, const TicketKeys& keys);
  ServerContexts(const ServerContexts&) = delete;
  ServerContexts& operator=(const ServerContexts&) = delete;

  // A new session, for `handshake`, which outlives its handshake; null where there is no memory.
  Owned<SSL> begin(ServerHandshake& handshake);

 private:
  static int on_client_hello(SSL* ssl, int* alert, void*);
  static int on_server_name(SSL* ssl, int*, void*);
  static int on_alpn(SSL* ssl, const unsigned char** out, unsigned char* out_size, const unsigned char* in,
                     unsigned int in_size, void*);
  static int on_staple(SSL* ssl, void*);
  static int on_ticket(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac,
                       int seals);
  bool configure(SSL* ssl, const TlsSite& site);
  SSL_CTX* context_of(const SecurityPolicy& policy);

  rt::Loop& loop_;
  TicketKeys keys_;
  Owned<EVP_CIPHER> ticket_cipher_;  // fetched once
  Owned<SSL_CTX> first_;             // until the site is known
  std::map<const SecurityPolicy*, Owned<SSL_CTX>> contexts_;
};

}  // namespace gust::net
