// Policy: a document of AWS's policy language, checked and compiled, and what it says to one request.
//
// Source: "Grammar of the IAM JSON policy language"; "Bucket policies" of the S3 user guide.
// Shape:  immutable once read; shared by all cores. A statement speaks when principal, action, resource and conditions
//         all fit; a Deny beats every Allow.
// Limits: PolicyLimits; a document beyond them is refused.
// Errors: the service's own: MalformedPolicy for a bucket's policy, MalformedPolicyDocument for IAM's.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "access/caller.h"
#include "access/condition.h"
#include "access/context.h"
#include "access/pattern.h"
#include "access/principal.h"
#include "aws/service_error.h"

namespace gust::access {

enum class PolicyKind : std::uint8_t {
  identity,  // of a user or group: without principals, actions of any service
  bucket,    // of a bucket: with principals, S3's actions only
};

struct PolicyLimits {
  std::size_t bytes_max = 20 * 1024;  // of the text; IAM's are counted without spaces by its own quotas
  std::size_t depth_max = 8;
  std::size_t statements_max = 256;
  std::size_t values_max = 2048;  // of all lists of a document together
};

struct Statement {
  std::string sid;
  bool allows = true;
  // One of principals and not_principals in a bucket's policy, none in an identity's.
  std::vector<Principal> principals;
  bool is_not_principal = false;
  std::vector<Pattern> actions;  // in lower case
  bool is_not_action = false;
  std::vector<Pattern> resources;
  bool is_not_resource = false;
  std::vector<Condition> conditions;
};

// What is asked of a policy. Borrows all of it.
struct Question {
  const CallerIdentity& caller;
  std::string_view action;    // "s3:GetObject"
  std::string_view resource;  // "arn:aws:s3:::pics/sea.jpg"
  const Context& context;
};

// What a policy says to it.
enum class Verdict : std::uint8_t {
  silent,
  allowed_by_account,  // allowed to the caller's account, which has to allow it to the caller
  allowed,
  denied,
};

class Policy {
 public:
  Policy(std::string text, PolicyKind kind, std::vector<Statement> statements);

  Verdict judge(const Question& question) const;

  const std::string& text() const { return text_; }  // as it was read
  const std::vector<Statement>& statements() const { return statements_; }

 private:
  std::string text_;
  PolicyKind kind_;
  std::vector<Statement> statements_;
};
using PolicyRef = std::shared_ptr<const Policy>;

// Reads and checks a document.
//   fails   MalformedPolicy 400 (bucket), MalformedPolicyDocument 400 (identity), with what is wrong in words
aws::Answer<PolicyRef> read_policy(std::string_view text, PolicyKind kind, const PolicyLimits& limits = {});

// What S3 asks of a bucket's policy beyond that: its resources are the bucket and what is in it, and each action has a
// resource that it is about.
//   fails   MalformedPolicy 400
aws::Answer<void> check_fits_bucket(const Policy& policy, std::string_view bucket);

// Whether a bucket's policy lets in anybody whom it does not name by a fixed value.
//   source  "The meaning of public" of the S3 user guide
bool is_public(const Policy& policy);

}  // namespace gust::access
