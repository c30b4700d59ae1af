// Api: from a whole request to a whole answer: who asks, what is asked, the typed handler, the service's XML.
//
// Source: AWS.md section 4. Every request is signed (SigV4, service cloudfront, region us-east-1).
// Errors: answers of the service; an operation that is known but not built says so, and what is unknown is answered in
// XML
//         too, as clients choke on anything else.
#pragma once

#include <optional>
#include <string_view>
#include <tuple>
#include <unordered_map>

#include "aws/shapes.h"
#include "aws/sigv4.h"
#include "control/distributions.h"
#include "control/empty_lists.h"
#include "control/functions.h"
#include "control/invalidations.h"
#include "control/monitoring.h"
#include "control/policies.h"
#include "control/realtime_logs.h"
#include "control/tags.h"

namespace gust::control {

class Api {
 public:
  // `find_secret` outlives it.
  Api(const Tools& tools, const FindSecret& find_secret);
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  // `request` and `body` are good until the task ends.
  rt::Task<aws::WireAnswer> answer(aws::WireRequest request, std::string_view body);
  // The answer to a request whose head alone shows that nobody we know has sent it, so that strangers cannot make us
  // hold bodies: no credentials, unknown or malformed ones. The signature itself covers the body.
  std::optional<aws::WireAnswer> refusal_before_body(const aws::WireRequest& request);
  // The answer to a request that could not be read whole.
  aws::WireAnswer refusal(const aws::ServiceError& error, bool is_head);

  Distributions& distributions() { return std::get<Distributions>(parts_); }

 private:
  using Output = rt::Task<aws::Answer<aws::WireAnswer>>;
  using Row = Output (*)(Api&, const aws::Route&, const aws::OperationRequest&, const aws::RequestId&);
  // What answers the operations, by type.
  using Parts = std::tuple<Distributions, Invalidations, Tags, CachePolicies, OriginRequestPolicies,
                           ResponseHeadersPolicies, Functions, RealtimeLogs, Monitoring, EmptyLists>;
  template <typename Op, auto handler>
  void add();
  // All operations of Resources<Family>.
  template <typename Family>
  void add_resources();
  template <typename Op, auto handler>
  static Output run(Api& api, const aws::Route& route, const aws::OperationRequest& request, const aws::RequestId& id);

  aws::RequestId new_request_id();
  aws::VerifyRules rules_for(std::string_view body) const;
  Output try_answer(aws::WireRequest request, std::string_view body, const aws::RequestId& id);

  Tools tools_;
  const FindSecret& find_secret_;
  Parts parts_;
  std::unordered_map<const aws::Operation*, Row> rows_;
};

}  // namespace gust::control
