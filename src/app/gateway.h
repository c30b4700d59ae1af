// Gateway: the one endpoint of the AWS-shaped API. Finds the service that a request means and hands it over.
//
// Source: AWS.md section 4, "which service?": the credential scope of the signature; unsigned: path, target, action;
// else
//         S3.
// Core:   one.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "http/exchange.h"
#include "rt/task.h"

namespace gust::app {

class Gateway final : public http::Handler {
 public:
  using Service = std::function<rt::Task<void>(http::Exchange&)>;

  // `s3` also answers what names no service. The services outlive the gateway.
  explicit Gateway(Service s3);
  // Further services by the name that signatures use.
  void add(std::string name, Service service);

  rt::Task<void> handle(http::Exchange& exchange) override;

 private:
  std::map<std::string, Service, std::less<>> services_;
};

}  // namespace gust::app
