// Tags of certificates.
#pragma once

#include "acm/book.h"
#include "aws/gen/acm.h"
#include "aws/shapes.h"

namespace gust::acm {

class Tags {
 public:
  // `book` outlives it.
  explicit Tags(Book& book) : book_(book) {}
  rt::Task<aws::Answer<aws::Nothing>> add(aws::acm::AddTagsToCertificateRequest request);
  // A tag with a value goes only where the value is that.
  rt::Task<aws::Answer<aws::Nothing>> remove(aws::acm::RemoveTagsFromCertificateRequest request);
  rt::Task<aws::Answer<aws::acm::ListTagsForCertificateResponse>> list(aws::acm::ListTagsForCertificateRequest request);

 private:
  Book& book_;
};

}  // namespace gust::acm
