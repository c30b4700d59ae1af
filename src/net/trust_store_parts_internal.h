// What OpenSSL made of a TrustStore, for the files of this folder.
#pragma once

#include "net/openssl_internal.h"
#include "net/trust_store.h"

namespace gust::net {

struct TrustStore::Parts {
  Owned<X509_STORE> store;
  Owned<STACK_OF(X509_NAME)> names;  // of all, for a server that tells them to clients
};

}  // namespace gust::net
