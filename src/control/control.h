// Control: the AWS-shaped services as typed handlers over the store. Today CloudFront's API of 2020-05-31.
//
// Source: AWS.md sections 2 to 4, CLOUDFRONT.md sections 19 and 26.
// Shape:  handlers of typed requests (the Front reads requests and writes answers). What a handler changes is durable
// in the store before the answer; after it, a background task compiles the documents
//         and publishes them, and purges go out in order. `Deployed` and `Completed` mean that every live node
//         confirmed.
// Errors: every one is an answer in the service's own form. Requests never end anything.
// Core:   all of it on the loop it was made with.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "config/finding.h"
#include "control/delivery.h"
#include "control/quotas.h"
#include "rt/task.h"

namespace gust::config {
class Store;
}
namespace gust::rt {
class Loop;
}

namespace gust::control {

struct FrontService;

struct Settings {
  std::string account_id = "000000000000";  // 12 digits; the owner in ARNs
  std::string domain_suffix;                // domain names are d<13 characters>.<domain_suffix>
  Quotas quotas;
  // Whether there is a bucket of that name for access logs; empty: not known here.
  std::function<bool(std::string_view bucket)> has_bucket;
  // The bytes of an object of a bucket, for CA bundles; empty: there are no buckets.
  //   fails  with a text for the operator: not there, longer than `most`
  std::function<rt::Task<Result<std::string>>(std::string bucket, std::string key, std::optional<std::string> version,
                                              ByteCount most)>
      read_object;
  bool knows_countries = true;  // the edges have a database of countries; without one a GeoRestriction is refused
  Duration retry_after = std::chrono::seconds(1);  // a publish or purge that was not confirmed goes out again
  // One line for the operator's log. May be empty.
  std::function<void(std::string_view line)> report;
};

class Control {
 public:
  // `loop`, `store` and `delivery` outlive it.
  Control(rt::Loop& loop, config::Store& store, Delivery& delivery, Settings settings);
  ~Control();

  // Loads the documents, compiles and publishes them, waits until the nodes confirmed (or a first try failed: it goes
  // on in the background), and takes up purges that were not completed. Call once, before any request.
  //   gives  what does not compile: nothing was published then, the API works, and the next change that makes all
  //          documents compile is published
  //   fails  with the store's errors
  rt::Task<Result<config::Findings>> start();

  // Ends the background tasks. Call before destruction if start() was called; no request may be under way.
  rt::Task<void> stop();

  // CloudFront, for a Front.
  FrontService front_service() const;
  // The data of its key value stores.
  FrontService key_value_service() const;

 private:
  class Service;
  std::unique_ptr<Service> service_;
};

}  // namespace gust::control
