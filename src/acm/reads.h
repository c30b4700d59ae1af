// Reads: the operations of ACM that change nothing.
#pragma once

#include "acm/book.h"
#include "acm/issuer.h"
#include "aws/gen/acm.h"
#include "aws/handlers.h"

namespace gust::acm {

class Reads {
 public:
  // Both outlive it.
  Reads(Book& book, const Issuer& issuer) : book_(book), issuer_(issuer) {}
  rt::Task<aws::Answer<aws::acm::DescribeCertificateResponse>> describe(aws::acm::DescribeCertificateRequest request);
  // In the order of their making, or backwards; a token holds also when its certificate has gone.
  rt::Task<aws::Answer<aws::acm::ListCertificatesResponse>> list(const aws::Call& call,
                                                                 aws::acm::ListCertificatesRequest request);
  rt::Task<aws::Answer<aws::acm::GetCertificateResponse>> get(aws::acm::GetCertificateRequest request);
  // With the key, under the passphrase, of certificates that were asked for with Export ENABLED.
  rt::Task<aws::Answer<aws::acm::ExportCertificateResponse>> export_(aws::acm::ExportCertificateRequest request);

 private:
  // fails: ResourceNotFoundException, RequestInProgressException
  aws::Answer<Certificate> find_issued(const std::string& arn) const;
  std::string chain_of(const Certificate& certificate) const;

  Book& book_;
  const Issuer& issuer_;
};

}  // namespace gust::acm
