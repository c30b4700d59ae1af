// Api: the operations of CloudFront and what answers each.
//
// Shape:  rows over the parts below; the Front reads requests, judges signatures and access, and writes answers. An
//         operation that is known but has no row is refused by its name.
#pragma once

#include <optional>
#include <tuple>

#include "aws/handlers.h"
#include "control/continuous_deployment.h"
#include "control/distributions.h"
#include "control/empty_lists.h"
#include "control/field_level_encryption.h"
#include "control/functions.h"
#include "control/invalidations.h"
#include "control/key_value_stores.h"
#include "control/monitoring.h"
#include "control/origin_access.h"
#include "control/policies.h"
#include "control/realtime_logs.h"
#include "control/signing_keys.h"
#include "control/tags.h"
#include "control/trust_stores.h"

namespace gust::control {

class Api {
 public:
  explicit Api(const Tools& tools);
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  const aws::Handlers& handlers() const { return handlers_; }
  // What is refused before a handler is asked: operations without a row, and those that lack an If-Match.
  std::optional<aws::ServiceError> refusal_of(const aws::Operation& operation,
                                              const aws::OperationRequest& request) const;
  Distributions& distributions() { return std::get<Distributions>(parts_); }
  KeyValueStores& key_value_stores() { return std::get<KeyValueStores>(parts_); }

 private:
  // What answers the operations, by type.
  using Parts =
      std::tuple<Distributions, Invalidations, Tags, CachePolicies, OriginRequestPolicies, ResponseHeadersPolicies,
                 Functions, RealtimeLogs, Monitoring, EmptyLists, Resources<OriginAccessControlFamily>,
                 Resources<OriginAccessIdentityFamily>, Resources<PublicKeyFamily>, Resources<KeyGroupFamily>,
                 ContinuousDeploymentPolicies, KeyValueStores, Resources<FieldLevelEncryptionConfigFamily>,
                 Resources<FieldLevelEncryptionProfileFamily>, TrustStores>;
  template <typename Op, auto handler>
  void add();
  // All operations of Resources<Family>.
  template <typename Family>
  void add_resources();
  template <typename Op>
  void add_empty_list();

  Parts parts_;
  aws::Handlers handlers_;
};

}  // namespace gust::control
