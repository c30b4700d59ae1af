// ApiServices: calls of our own API by a part of the program, signed with the key of whom it works for.
//
// Shape:  each call is a request to the API's endpoint on a connection of its own, so that it is judged, logged and
//         carried out like any client's.
// Errors: the service's; AccessDenied where the caller's key has gone; ServiceUnavailable 503 where the API does not
//         answer within call_time_max.
// Core:   that of the loop.
#pragma once

#include "aws/access.h"
#include "formation/services.h"
#include "rt/address.h"

namespace gust::rt {
class Loop;
}

namespace gust::app {

class ApiServices final : public formation::Services {
 public:
  // `loop` and `authorizer` outlive it.
  ApiServices(rt::Loop& loop, rt::Endpoint api, const aws::Authorizer& authorizer, aws::Caller caller,
              std::string region)
      : loop_(loop), api_(api), authorizer_(authorizer), caller_(std::move(caller)), region_(std::move(region)) {}

  rt::Task<aws::Answer<formation::Json>> call(std::string service, std::string operation,
                                              formation::Json input) override;
  rt::Task<void> pause(Duration time) override;

 private:
  rt::Loop& loop_;
  const rt::Endpoint api_;
  const aws::Authorizer& authorizer_;
  const aws::Caller caller_;
  const std::string region_;  // of the buckets
};

}  // namespace gust::app
