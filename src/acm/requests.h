// Requests: certificates that are asked for, their renewal, their options and their end.
//
// Source: ACM API reference; CLOUDFRONT.md DIST-3.
// Rule:   validation by mail is refused, and so are private authorities and certificates that CloudFront manages.
#pragma once

#include "acm/book.h"
#include "acm/issuer.h"
#include "acm/keeper.h"
#include "aws/gen/acm.h"
#include "aws/handlers.h"

namespace gust::acm {

class Requests {
 public:
  // All outlive it.
  Requests(Book& book, Issuer& issuer, Keeper& keeper) : book_(book), issuer_(issuer), keeper_(keeper) {}

  // Where the issuer asks nobody outside, the certificate is issued when this returns.
  rt::Task<aws::Answer<aws::acm::RequestCertificateResponse>> request(const aws::Call& call,
                                                                      aws::acm::RequestCertificateRequest request);
  rt::Task<aws::Answer<aws::Nothing>> renew(aws::acm::RenewCertificateRequest request);
  rt::Task<aws::Answer<aws::Nothing>> update_options(aws::acm::UpdateCertificateOptionsRequest request);
  rt::Task<aws::Answer<aws::Nothing>> remove(aws::acm::DeleteCertificateRequest request);
  rt::Task<aws::Answer<aws::Nothing>> resend_email(aws::acm::ResendValidationEmailRequest request);

 private:
  // The one that was asked for with the same token and the same members within the hour; null: none.
  const Certificate* find_same(const config::CertificateDocument& asked) const;

  Book& book_;
  Issuer& issuer_;
  Keeper& keeper_;
};

}  // namespace gust::acm
