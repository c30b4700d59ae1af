// Imports: certificates from elsewhere, with their keys.
//
// Source: ACM user guide, "Prerequisites for importing certificates", "Reimporting a certificate".
// Rule:   certificate, key and chain have to belong together, in order, and hold today. What is imported again under an
//         ARN keeps its kind of key and its usages, and every distribution that names it serves the new one.
#pragma once

#include "acm/book.h"
#include "aws/gen/acm.h"
#include "aws/handlers.h"

namespace gust::acm {

class Imports {
 public:
  // `book` outlives it.
  explicit Imports(Book& book) : book_(book) {}
  rt::Task<aws::Answer<aws::acm::ImportCertificateResponse>> import_(const aws::Call& call,
                                                                     aws::acm::ImportCertificateRequest request);

 private:
  Book& book_;
};

}  // namespace gust::acm
