// TlsClient: TLS with origins, of one core.
//
// Source: RFC 8446, RFC 5246, RFC 6125 (names); CLOUDFRONT.md ORIG-2 (the certificate is valid, of a trusted authority
//         and for the origin's name or the forwarded Host; a request for a client certificate fails unless there is
//         one), ORIG-3 (versions); SECURITY.md "origin pool poisoning across tenants".
// Shape:  connect() takes a Stream and gives the Stream within. Sessions are kept by key and resumed under the same key
//         alone, so a key says everything that the peer's identity rests on.
// Limits: sessions_max sessions.
// Time:   certificates are judged at the loop's wall time.
// Core:   one. Outlives its Streams; close() has ended before it goes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "net/security_policy.h"
#include "net/stream.h"
#include "rt/scope.h"
#include "rt/task.h"

namespace gust::net {

class Certificate;
class TrustStore;

struct TlsClientOptions {
  std::string server_name;             // to be told to the server; empty: none, as for an address
  std::vector<std::string> names;      // host names; the certificate must be for one of them. An address stands alone.
  std::vector<std::string> alpn = {};  // protocols, best first; empty: none are offered
  TlsVersions versions = {};
  std::shared_ptr<const TrustStore> trust;                   // never null
  std::shared_ptr<const Certificate> certificate = nullptr;  // to be shown where the server asks; null: none
  std::string session_key = {};                              // empty: sessions are neither kept nor resumed
};

class TlsClient {
 public:
  static constexpr std::size_t sessions_max = 1024;

  explicit TlsClient(rt::Loop& loop);
  ~TlsClient();
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  //   needs  `options` outlives the wait
  //   fails  access_denied (the certificate is not good: another try does not help), reset (nothing in common, or the
  //          connection ended), timed_out, cancelled; the text says which; side origin
  rt::Task<Result<std::unique_ptr<Stream>>> connect(std::unique_ptr<Stream> stream, const TlsClientOptions& options,
                                                    Instant deadline);

  // Stops what closed Streams still send. All Streams are gone by then.
  rt::Task<void> close();

 private:
  struct State;
  rt::Loop& loop_;
  rt::Scope closing_;
  std::unique_ptr<State> state_;
};

}  // namespace gust::net
