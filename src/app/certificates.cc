#include "app/certificates.h"

#include <utility>

#include "app/authority_files.h"

namespace gust::app {

Certificates::Certificates(rt::Loop& loop, config::Store& store, acm::Authority authority, Seal seal,
                           std::string account_id, acm::Report report)
    : authority_(std::move(authority)),
      issuer_(loop, authority_),
      acm_(loop, store, std::move(seal), std::move(account_id), issuer_, std::move(report)) {}

rt::Task<Result<std::unique_ptr<Certificates>>> Certificates::open(rt::Loop& loop, config::Store& store,
                                                                   std::string data, Seal seal, std::string account_id,
                                                                   acm::Report report) {
  CO_TRY(acm::Authority authority, co_await open_authority(loop, std::move(data)));
  std::unique_ptr<Certificates> made(
      new Certificates(loop, store, std::move(authority), std::move(seal), std::move(account_id), std::move(report)));
  CO_TRY_OK(co_await made->acm_.start());
  co_return std::move(made);
}

rt::Task<void> Certificates::stop() { co_await acm_.stop(); }

control::FrontService Certificates::service() const {
  control::FrontService service;
  service.handlers = &acm_.handlers();
  service.deeds_of = [this](const aws::Caller&, const aws::Route& route, const aws::OperationRequest& request) {
    return acm_.deeds_of(route, request);
  };
  return service;
}

}  // namespace gust::app
