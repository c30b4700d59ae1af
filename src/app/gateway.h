// Gateway: the one endpoint of the AWS-shaped API. Finds the service that a request means and hands it over.
//
// Source: AWS.md section 4, "which service?": the credential scope of the signature; unsigned: a Host that names a
//         bucket is S3's, whatever the path and query (keys may begin with `2020-05-31/`); then path, target, action;
//         else S3.
// Errors: a service that nobody has is refused in the spelling that its client reads.
// Core:   one.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "aws/wire_request.h"
#include "http/exchange.h"
#include "rt/task.h"

namespace gust::app {

// The service that `request` means.
//   host             of the request, without port
//   bucket_suffixes  as S3Options::host_suffixes
//   gives            a view into the request or a literal; it may name a service that nobody has; empty where the
//                    request is an unsigned form of the query protocol
std::string_view service_for(const aws::WireRequest& request, std::string_view host,
                             const std::vector<std::string>& bucket_suffixes);

class Gateway final : public http::Handler {
 public:
  using Service = std::function<rt::Task<void>(http::Exchange&)>;

  // `s3` also answers what names no service. The services outlive the gateway.
  Gateway(Service s3, std::vector<std::string> bucket_suffixes);
  // Further services by the name that signatures use.
  void add(std::string name, Service service);

  rt::Task<void> handle(http::Exchange& exchange) override;

 private:
  std::vector<std::string> bucket_suffixes_;
  std::map<std::string, Service, std::less<>> services_;
};

}  // namespace gust::app
