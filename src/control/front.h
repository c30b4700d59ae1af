// Front: what stands before every service of the API but S3. Reads a request, checks its signature and whether its
// sender may do what it asks, lets the service's handlers work, and sends the answer.
//
// Source: AWS.md section 4 (SigV4, refusal codes, protocols).
// Shape:  one row a service; the gateway of `app` says which one a request means. S3 has its own, since bodies stream
//         there and buckets have policies of their own.
// Rules:  a request whose head alone shows that nobody we know has sent it is refused before its body is read, so that
//         strangers cannot make us hold bodies. Then: signature over the body, operation, access, handler.
// Errors: each is an answer in the service's own form and words, also for bytes that are no request of it.
// Core:   one.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/access.h"
#include "aws/handlers.h"
#include "aws/sigv4.h"
#include "rt/task.h"

namespace gust::http {
class Exchange;
}
namespace gust::rt {
class Loop;
}

namespace gust::control {

struct FrontService {
  const aws::Handlers* handlers = nullptr;
  std::string region;  // that the scope of a signature must name; empty: any
  // The ARN that an operation is about; empty: always "*".
  std::function<std::string(const aws::Route&, const aws::OperationRequest&)> resource_of = {};
  // What a request does to what, where that is not just the operation's name on resource_of: each has to be allowed.
  std::function<std::vector<aws::OwnedDeed>(const aws::Caller&, const aws::Route&, const aws::OperationRequest&)>
      deeds_of = {};
  // The resource that policies know by another name than requests do; empty: there are none.
  std::function<rt::Task<std::string>(std::string resource)> find_resource = {};
  // What the service refuses before a handler is asked, in words of its own; empty: nothing.
  std::function<std::optional<aws::ServiceError>(const aws::Route&, const aws::OperationRequest&)> refusal_of = {};
};

// Who was refused what and why, for the operator: one line, with bytes from outside in it.
using ReportRefusal = std::function<void(std::string_view line)>;

class Front {
 public:
  // `loop` and `authorizer` outlive it. `report` may be empty.
  Front(rt::Loop& loop, const aws::Authorizer& authorizer, ReportRefusal report);
  Front(const Front&) = delete;
  Front& operator=(const Front&) = delete;

  // The handlers outlive it. One row for each name of a service.
  void add(FrontService service);
  bool has(std::string_view service) const { return services_.contains(service); }

  // Answers one request to a service that it has. Reads the whole body, within a bound.
  rt::Task<void> handle(std::string_view service, http::Exchange& exchange);

 private:
  struct Asked;
  rt::Task<aws::Answer<aws::WireAnswer>> answer(const Asked& asked, std::string_view body) const;
  aws::Answer<aws::Verified> verify(const Asked& asked, std::string_view body) const;
  aws::RequestId new_request_id();
  void report(const Asked& asked, const aws::ServiceError& error) const;

  rt::Loop& loop_;
  const aws::Authorizer& authorizer_;
  ReportRefusal report_;
  std::map<std::string, FrontService, std::less<>> services_;
};

}  // namespace gust::control
