// Directory: which access key is whose, and which policies its owner has.
//
// Shape:  an immutable table behind one pointer, replaced whole by who keeps the identities; readers on any core take
// the
//         pointer and keep what they found as long as they need it.
// Core:   any.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/caller.h"
#include "access/policy.h"
#include "aws/service_error.h"
#include "aws/wire_request.h"

namespace gust::access {

// Who signs with a key.
struct Identity {
  CallerIdentity caller = Anonymous{};
  std::vector<PolicyRef> policies = {};
  // An edge's key: whom it signs for is said by fields of the request (caller_of_edge).
  bool is_edge = false;
};
using IdentityRef = std::shared_ptr<const Identity>;

struct KeyOwner {
  std::string secret;
  bool is_active = true;
  IdentityRef identity = nullptr;
};

class Directory {
 public:
  using Keys = std::map<std::string, KeyOwner, std::less<>>;

  // In place of all before, by access key ids.
  void replace(Keys keys);
  // Adds or replaces a key that replace() leaves alone: those of root and of edges.
  void pin(std::string access_key_id, KeyOwner owner);
  void unpin(std::string_view access_key_id);

  // The secret of an active key, or nothing.
  std::optional<std::string> find_secret(std::string_view access_key_id) const;
  // The owner of an active key, or null.
  IdentityRef find(std::string_view access_key_id) const;

 private:
  struct Tables {
    std::shared_ptr<const Keys> pinned, listed;
  };
  Tables tables() const;
  std::optional<KeyOwner> find_active(std::string_view access_key_id) const;

  mutable std::mutex mutex_;
  Tables tables_{std::make_shared<const Keys>(), std::make_shared<const Keys>()};
};

// The fields by which an edge says whom it signs for; all of them are signed, as the verifier asks of x-amz- fields.
inline constexpr std::string_view source_arn_header = "x-amz-source-arn";          // of the distribution
inline constexpr std::string_view source_account_header = "x-amz-source-account";  // of the distribution's owner
// The id of an origin access identity; without it, or with an empty one, the caller is the service.
inline constexpr std::string_view access_identity_header = "x-amz-cf-origin-access-identity";

// Who sends a request that is signed with an edge's key.
//   fails   AccessDenied 403: a field is missing, or there more than once
aws::Answer<CallerIdentity> caller_of_edge(const aws::WireRequest& request);

}  // namespace gust::access
