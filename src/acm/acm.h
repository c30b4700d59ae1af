// Acm: the service acm: which operation is answered by what, and what each is about, for policies.
//
// Source: ACM API reference of 2015-12-08; "Actions, resources, and condition keys for AWS Certificate Manager".
// Shape:  a Book of certificates over the store, an Issuer that signs what is asked for, a Keeper that renews.
// Core:   one.
#pragma once

#include <string>
#include <vector>

#include "acm/account.h"
#include "acm/book.h"
#include "acm/imports.h"
#include "acm/issuer.h"
#include "acm/keeper.h"
#include "acm/reads.h"
#include "acm/requests.h"
#include "acm/tags.h"
#include "aws/access.h"
#include "aws/handlers.h"

namespace gust::acm {

class Acm {
 public:
  // `loop`, `store`, `issuer` and `web` outlive it. `web` asks for staples; null: there are none.
  Acm(rt::Loop& loop, config::Store& store, Seal seal, std::string account_id, Issuer& issuer, Web* web, Report report);
  Acm(const Acm&) = delete;
  Acm& operator=(const Acm&) = delete;

  // Reads what there is, and takes up what was asked for and not issued. Before any request. fails: the store's errors
  rt::Task<Result<void>> start();
  rt::Task<void> stop();

  const aws::Handlers& handlers() const { return handlers_; }
  // What a request does to what.
  std::vector<aws::OwnedDeed> deeds_of(const aws::Route& route, const aws::OperationRequest& request) const;

 private:
  Book book_;
  Account account_;
  Keeper keeper_;
  Reads reads_;
  Imports imports_;
  Requests requests_;
  Tags tags_;
  aws::Handlers handlers_;
};

}  // namespace gust::acm
