// PolicyFaults: the words in which S3 and IAM tell what is wrong with a policy.
//
// Source: "PutBucketPolicy" and "Error responses" of the S3 API reference; IAM's MalformedPolicyDocument; the sentences
//         as the services give them.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "access/policy.h"
#include "aws/service_error.h"

namespace gust::access {

class PolicyFaults {
 public:
  using Failure = std::unexpected<aws::ServiceError>;
  explicit PolicyFaults(PolicyKind kind) : is_bucket_(kind == PolicyKind::bucket) {}

  Failure not_json() const;
  Failure too_large() const;
  Failure too_complex() const;  // depth and counts
  Failure bad_version() const;
  Failure unknown_field(std::string_view name) const;
  Failure missing_field(std::string_view name) const;
  Failure both_fields(std::string_view name) const;  // Action and NotAction
  Failure bad_form(std::string_view field) const;    // of a wrong JSON type, or empty
  Failure bad_effect(std::string_view value) const;
  Failure bad_sid() const;
  Failure same_sid() const;
  Failure bad_principal(std::string_view value) const;
  Failure principal_not_wanted() const;
  Failure allow_with_not_principal() const;
  Failure bad_action(std::string_view value) const;
  Failure bad_resource(std::string_view value) const;
  Failure bad_operator(std::string_view name) const;
  Failure bad_condition_key(std::string_view name) const;
  Failure bad_condition_value(std::string_view operator_name, std::string_view key) const;

  bool is_bucket() const { return is_bucket_; }

 private:
  Failure fault(std::string_view of_bucket, std::string_view of_identity) const;
  bool is_bucket_;
};

// Names from outside as they may stand in a sentence: cut, and without what XML cannot hold.
std::string shown(std::string_view text);

}  // namespace gust::access
