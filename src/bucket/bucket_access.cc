#include "bucket/bucket_access.h"

namespace gust::bucket {
namespace {

PublicAccessBlock read_public_access_block(std::string_view digits) {
  const auto is_set = [&](std::size_t i) { return i < digits.size() && digits[i] == '1'; };
  return {.block_public_acls = is_set(0),
          .ignore_public_acls = is_set(1),
          .block_public_policy = is_set(2),
          .restrict_public_buckets = is_set(3)};
}

BucketAccessRef make_access(const BucketInfo& bucket) {
  auto access = std::make_shared<BucketAccess>();
  if (const std::string* text = bucket.document(policy_document)) {
    auto policy = access::read_policy(*text, access::PolicyKind::bucket);
    access->is_damaged = !policy;
    if (policy) {
      access->policy = *std::move(policy);
      access->has_public_policy = access::is_public(*access->policy);
    }
  }
  if (const std::string* digits = bucket.document(public_access_block_document)) {
    access->block = read_public_access_block(*digits);
  }
  const std::string* ownership = bucket.document(ownership_document);
  access->has_acls = ownership == nullptr || *ownership != ownership_enforced;
  return access;
}

}  // namespace

std::string write_public_access_block(const PublicAccessBlock& block) {
  std::string digits;
  for (const bool is_set :
       {block.block_public_acls, block.ignore_public_acls, block.block_public_policy, block.restrict_public_buckets}) {
    digits += is_set ? '1' : '0';
  }
  return digits;
}

BucketAccessRef BucketAccessCache::access_of(const BucketInfo& bucket) {
  static const auto nothing = std::make_shared<const BucketAccess>();
  if (!bucket.documents) return nothing;
  return kept_.of(bucket, [&] { return make_access(bucket); });
}

}  // namespace gust::bucket
