// TrustStore: the authorities whose certificates are believed, of viewers or of origins.
//
// Source: RFC 5280 section 6; CLOUDFRONT.md TLS-5 (at most 25 certificates and 64 KB for viewers), ORIG-2.
// Shape:  immutable; shared by all cores.
#pragma once

#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace gust::net {

struct TrustLimits {
  int certificates_max = 1000;  // a system has about 150
  ByteCount pem_bytes_max = 2_MiB;
};
inline constexpr TrustLimits viewer_trust_limits{.certificates_max = 25, .pem_bytes_max = 64_KiB};

class TrustStore {
 public:
  ~TrustStore();
  TrustStore(const TrustStore&) = delete;
  TrustStore& operator=(const TrustStore&) = delete;

  std::size_t size() const;
  // 32 bytes that differ where the certificates do.
  const std::string& digest() const { return digest_; }

  struct Parts;  // OpenSSL's objects
  const Parts& parts() const { return *parts_; }

 private:
  friend Result<std::shared_ptr<const TrustStore>> read_trust_store(ByteView, const TrustLimits&);
  TrustStore();
  std::string digest_;
  std::unique_ptr<Parts> parts_;
};

// Reads the authorities' certificates, one after the other in PEM; what stands between them is passed over.
//   fails  bad_syntax (none, or one that cannot be read), would_exceed_limit
Result<std::shared_ptr<const TrustStore>> read_trust_store(ByteView pem, const TrustLimits& limits = {});

}  // namespace gust::net
