// BucketAccess: what a bucket itself says about who may come: policy, public access block, object ownership.
//
// Source: Amazon S3 user guide, "Blocking public access", "Controlling ownership of objects"; API reference.
// Shape:  made of the bucket's documents, immutable; kept compiled by BucketAccessCache as long as they stay the same.
// Default: without documents there is no policy, nothing is blocked, and access control lists count, as with AWS for
//         buckets that were made before April 2023.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "access/policy.h"
#include "bucket/document_cache.h"
#include "bucket/object.h"

namespace gust::bucket {

// Names of the documents.
inline constexpr std::string_view policy_document = "policy";
inline constexpr std::string_view public_access_block_document = "public-access-block";
inline constexpr std::string_view ownership_document = "ownership";

inline constexpr std::string_view ownership_enforced = "BucketOwnerEnforced";

struct PublicAccessBlock {
  bool block_public_acls = false;
  bool ignore_public_acls = false;
  bool block_public_policy = false;
  bool restrict_public_buckets = false;
};
// Four digits, in the order above.
std::string write_public_access_block(const PublicAccessBlock& block);

struct BucketAccess {
  access::PolicyRef policy;  // null: none
  bool has_public_policy = false;
  bool is_damaged = false;  // the policy cannot be read: nobody but root is let in
  PublicAccessBlock block;
  bool has_acls = true;  // false: BucketOwnerEnforced

  bool honours_public_acls() const { return has_acls && !block.ignore_public_acls; }
};
using BucketAccessRef = std::shared_ptr<const BucketAccess>;

class BucketAccessCache {
 public:
  BucketAccessRef access_of(const BucketInfo& bucket);

 private:
  DocumentCache<BucketAccess, 4096> kept_;
};

}  // namespace gust::bucket
