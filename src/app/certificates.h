// Certificates: the local authority of a deployment, and the service acm over its store.
//
// Core:   the first.
#pragma once

#include <memory>
#include <string>

#include "acm/acm.h"
#include "acm/authority.h"
#include "acm/issuer.h"
#include "base/seal.h"
#include "control/front.h"

namespace gust::app {

class Certificates {
 public:
  // Reads the authority in the folder `data`, or makes it, and what certificates there are.
  //   needs   `loop` and `store` outlive it; stop() before its end
  //   fails   as open_authority, and with the store's errors
  static rt::Task<Result<std::unique_ptr<Certificates>>> open(rt::Loop& loop, config::Store& store, std::string data,
                                                              Seal seal, std::string account_id, acm::Report report);
  Certificates(const Certificates&) = delete;
  Certificates& operator=(const Certificates&) = delete;

  rt::Task<void> stop();

  const acm::Authority& authority() const { return authority_; }
  control::FrontService service() const;

 private:
  Certificates(rt::Loop& loop, config::Store& store, acm::Authority authority, Seal seal, std::string account_id,
               acm::Report report);

  acm::Authority authority_;
  acm::LocalIssuer issuer_;
  acm::Acm acm_;
};

}  // namespace gust::app
