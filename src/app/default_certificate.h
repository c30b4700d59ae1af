// DefaultCertificate: the certificate of `*.<domain suffix>`, which every distribution shows by its own domain name.
//
// Source: TLS-1; the API's CloudFrontDefaultCertificate.
// Shape:  made by the local authority at each start, in memory alone; made anew long before it expires.
// Core:   one.
#pragma once

#include <string>

#include "base/result.h"
#include "rt/task.h"

namespace gust::acm {
class Authority;
}
namespace gust::rt {
class Loop;
}

namespace gust::app {

class LocalDelivery;
class TlsBooks;

class DefaultCertificate {
 public:
  // All outlive it.
  DefaultCertificate(rt::Loop& loop, const acm::Authority& authority, std::string domain_suffix, TlsBooks& books)
      : loop_(loop), authority_(authority), domain_suffix_(std::move(domain_suffix)), books_(books) {}

  // For the books to come. fails: bug (the library)
  Result<void> issue();
  // Issues it anew in time and brings it to the nodes, until cancelled.
  rt::Task<void> run(LocalDelivery& delivery);

 private:
  rt::Loop& loop_;
  const acm::Authority& authority_;
  std::string domain_suffix_;
  TlsBooks& books_;
};

}  // namespace gust::app
