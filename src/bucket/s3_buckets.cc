// ListBuckets, CreateBucket, HeadBucket, DeleteBucket and GetBucketLocation.
#include <algorithm>

#include "aws/gen/s3.h"
#include "base/text.h"
#include "bucket/names.h"
#include "bucket/s3_call_internal.h"
#include "bucket/s3_facts_internal.h"
#include "bucket/s3_payload_internal.h"

namespace gust::bucket {
namespace {

namespace s3 = aws::s3;

bool is_region(std::string_view name) {
  return !name.empty() && name.size() <= 32 &&
         std::ranges::all_of(name, [](char c) { return is_digit(c) || c == '-' || (c >= 'a' && c <= 'z'); });
}

// A page of ListBuckets as newer clients ask for it. The token is the last name of the page before.
struct BucketPage {
  std::string prefix, region, after;
  std::size_t buckets_max = 10'000;
};

aws::Answer<BucketPage> read_bucket_page(const S3Call& call) {
  const auto text = [&](std::string_view name) {
    const std::string* value = call.item(name);
    return value == nullptr ? std::string() : *value;
  };
  BucketPage page{.prefix = text("prefix"), .region = text("bucket-region"), .after = text("continuation-token")};
  if (const std::string* value = call.item("max-buckets")) {
    const auto number = parse_decimal<std::size_t>(*value);
    if (!number || *number < 1 || *number > 10'000) {
      return std::unexpected(with_detail(s3_error("InvalidArgument"), "ArgumentName", "max-buckets"));
    }
    page.buckets_max = *number;
  }
  return page;
}

}  // namespace

S3Task list_buckets(S3Call& call) {
  CO_TRY(const BucketPage page, read_bucket_page(call));
  s3::ListBucketsOutput output;
  output.owner = s3::Owner{.display_name = call.options.owner_name, .id = call.options.owner_id};
  std::string last;
  bool is_truncated = false;
  for (const BucketInfo& bucket : call.store.list_buckets()) {
    if (!bucket.name.starts_with(page.prefix) || (!page.region.empty() && bucket.region != page.region)) continue;
    if (bucket.name <= page.after) continue;
    if (output.buckets.size() == page.buckets_max) {
      is_truncated = true;
      break;
    }
    output.buckets.push_back({.name = bucket.name, .creation_date = bucket.created, .bucket_region = bucket.region});
    last = bucket.name;
  }
  S3Reply reply = reply_of(aws::write_output<s3::op::ListBuckets>(s3::service(), output, call.id));
  if (is_truncated) {
    // A bucket's name needs no escapes. The model at hand is older than this element.
    const std::size_t end = reply.body.rfind("</ListAllMyBucketsResult>");
    if (end != std::string::npos) reply.body.insert(end, "<ContinuationToken>" + last + "</ContinuationToken>");
  }
  co_return reply;
}

S3Task create_bucket(S3Call& call) {
  if (!is_bucket_name(call.bucket)) {
    co_return std::unexpected(with_detail(s3_error("InvalidBucketName"), "BucketName", call.bucket));
  }
  CO_TRY(const Acl acl, read_acl(call));
  const auto ownership = call.header("x-amz-object-ownership");
  if (ownership == ownership_enforced && acl == Acl::public_read) {
    co_return std::unexpected(s3_error("InvalidBucketAclWithObjectOwnership"));
  }
  CO_TRY(const std::string document, co_await read_document(call));
  CO_TRY(const auto input, read_input_of<s3::op::CreateBucket>(call, s3::service(), document));
  std::string region = call.options.region;
  if (call.verified && is_region(call.verified->region)) region = call.verified->region;
  if (input.create_bucket_configuration && input.create_bucket_configuration->location_constraint) {
    region = *input.create_bucket_configuration->location_constraint;
    if (region == "EU") region = "eu-west-1";
    if (!is_region(region)) {
      co_return std::unexpected(with_detail(s3_error("InvalidLocationConstraint"), "LocationConstraint", region));
    }
  }
  const auto created = co_await call.store.create_bucket(call.bucket, region, call.options.owner_id, acl);
  if (!created) co_return std::unexpected(with_detail(s3_error_of(created.error()), "BucketName", call.bucket));
  if (ownership) {
    CO_TRY_OK(answer_of(co_await call.store.set_bucket_document(call.bucket, std::string(ownership_document),
                                                                std::string(*ownership))));
  }
  co_return std::move(S3Reply().add("Location", "/" + call.bucket));
}

S3Task head_bucket(S3Call& call) {
  CO_TRY(const BucketInfo bucket, bucket_of(call));
  S3Reply reply;
  reply.add("x-amz-bucket-region", bucket.region);
  reply.add("x-amz-access-point-alias", "false");
  reply.add("Content-Type", "application/xml");
  co_return reply;
}

S3Task delete_bucket(S3Call& call) {
  const auto deleted = co_await call.store.delete_bucket(call.bucket);
  if (!deleted) co_return std::unexpected(with_detail(s3_error_of(deleted.error()), "BucketName", call.bucket));
  co_return empty_reply(204);
}

S3Task get_bucket_location(S3Call& call) {
  CO_TRY(const BucketInfo bucket, bucket_of(call));
  s3::GetBucketLocationOutput output;
  if (bucket.region != "us-east-1") output.location_constraint = bucket.region;
  co_return reply_of(aws::write_output<s3::op::GetBucketLocation>(s3::service(), output, call.id));
}

}  // namespace gust::bucket
