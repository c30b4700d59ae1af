// Account: how many days before a certificate ends its owner is told of it.
//
// Source: ACM's GetAccountConfiguration and PutAccountConfiguration.
// Rule:   where the service sends events, the operator's log has a line, once for each certificate that nobody renews.
#pragma once

#include <set>
#include <string>

#include "acm/book.h"
#include "aws/gen/acm.h"
#include "aws/shapes.h"

namespace gust::acm {

class Account {
 public:
  // `book` outlives it.
  explicit Account(Book& book) : book_(book) {}

  // fails: the store's errors; corrupt
  rt::Task<Result<void>> load();
  rt::Task<aws::Answer<aws::acm::GetAccountConfigurationResponse>> get(aws::Nothing);
  rt::Task<aws::Answer<aws::Nothing>> put(aws::acm::PutAccountConfigurationRequest request);

  // Tells of imported certificates that are about to end.
  void warn();

 private:
  Book& book_;
  int days_ = 45;
  std::string token_;  // of the last change
  config::Revision revision_ = config::absent;
  std::set<std::string> told_;  // ARN and end
};

}  // namespace gust::acm
