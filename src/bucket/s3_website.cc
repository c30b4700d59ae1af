// GetBucketWebsite, PutBucketWebsite and DeleteBucketWebsite; and the website endpoint of a bucket.
//
// Source: Amazon S3 user guide, "Website endpoints": GET and HEAD of what everybody may read, pages instead of XML.
#include "aws/gen/s3.h"
#include "base/text.h"
#include "bucket/s3_call_internal.h"
#include "bucket/s3_documents_internal.h"
#include "bucket/s3_facts_internal.h"
#include "bucket/s3_payload_internal.h"
#include "bucket/website.h"

namespace gust::bucket {
namespace {

namespace s3 = aws::s3;

S3Reply reply_of_redirect(WebsiteRedirect redirect) {
  S3Reply reply = empty_reply(redirect.status);
  reply.add("Location", redirect.location);
  return reply;
}

S3Reply page_of_error(const S3Call& call, const aws::ServiceError& error) {
  S3Reply reply = empty_reply(error.status);
  reply.add("x-amz-error-code", error.code);
  reply.add("x-amz-error-message", error.message);
  reply.add("Content-Type", "text/html; charset=utf-8");
  reply.body = error_page(error.status, error.code, error.message, call.key, call.id.id, call.id.s3_id_2);
  return reply;
}

// The error document, where everybody may read it; else S3's own page.
S3Reply answer_error(S3Call& call, const s3::WebsiteConfiguration& configuration, const aws::ServiceError& error) {
  call.always.clear();
  if (!configuration.error_document) return page_of_error(call, error);
  const std::string key = std::exchange(call.key, configuration.error_document->key);
  const auto document = readable_object(call);
  call.key = key;
  if (!document) return page_of_error(call, error);
  S3Reply reply = empty_reply(error.status);
  reply.add("x-amz-error-code", error.code);
  reply.add("x-amz-error-message", error.message);
  add_object_headers(reply, **document);
  reply.object = *document;
  reply.size = (*document)->size;
  return reply;
}

bool is_there(S3Call& call, std::string key) {
  const std::string kept = std::exchange(call.key, std::move(key));
  const bool is_readable = readable_object(call).has_value();
  call.key = kept;
  return is_readable;
}

}  // namespace

rt::Task<S3Reply> serve_website(S3Call& call) {
  if (!call.request().method.is_safe() || call.request().method == http::Method::options) {
    aws::ServiceError error = s3_error("MethodNotAllowed");
    co_return page_of_error(call, error);
  }
  const auto bucket = call.store.find_bucket(call.bucket);
  if (!bucket) co_return page_of_error(call, s3_error("NoSuchBucket"));
  const auto configuration = call.documents.website.of(*bucket);
  if (!configuration) co_return page_of_error(call, s3_error("NoSuchWebsiteConfiguration"));
  call.query.clear();  // a website has no sub-resources, versions or overrides
  const std::string_view host = call.request().authority;
  if (auto redirect = find_redirect(*configuration, call.key, host, std::nullopt)) {
    co_return reply_of_redirect(*std::move(redirect));
  }
  const std::string asked = call.key;
  call.key = index_key(*configuration, asked);
  auto answered = co_await get_object(call);
  if (answered) {
    for (const auto& [name, value] : answered->headers) {
      if (name != "x-amz-website-redirect-location") continue;
      co_return reply_of_redirect({.status = 301, .location = value});
    }
    co_return *std::move(answered);
  }
  const aws::ServiceError& error = answered.error();
  const bool is_file = !asked.empty() && !asked.ends_with('/');
  if (is_file && error.status >= 403 && error.status <= 404 && is_there(call, index_key(*configuration, asked + "/"))) {
    // S3 tells a browser where the folder is, so that links in its page lead on.
    co_return reply_of_redirect({.status = 302, .location = "/" + percent_encode(asked, "/") + "/"});
  }
  if (auto redirect = find_redirect(*configuration, asked, host, error.status)) {
    co_return reply_of_redirect(*std::move(redirect));
  }
  if (error.status == 416 || error.status == 412) co_return page_of_error(call, error);
  co_return answer_error(call, *configuration, error);
}

S3Task get_bucket_website(S3Call& call) {
  CO_TRY(const BucketInfo bucket, bucket_of(call));
  const auto kept = call.documents.website.of(bucket);
  if (!kept) co_return std::unexpected(with_detail(s3_error("NoSuchWebsiteConfiguration"), "BucketName", call.bucket));
  s3::GetBucketWebsiteOutput output;
  output.redirect_all_requests_to = kept->redirect_all_requests_to;
  output.index_document = kept->index_document;
  output.error_document = kept->error_document;
  output.routing_rules = kept->routing_rules;
  co_return reply_of(aws::write_output<s3::op::GetBucketWebsite>(s3::service(), output, call.id));
}

S3Task put_bucket_website(S3Call& call) {
  CO_TRY_OK(bucket_of(call));
  CO_TRY(const std::string document, co_await read_document(call));
  CO_TRY(const auto input, read_input_of<s3::op::PutBucketWebsite>(call, s3::service(), document));
  CO_TRY_OK(check_website(input.website_configuration));
  co_return co_await keep_document(call, document::website, aws::to_json(input.website_configuration), 200);
}

}  // namespace gust::bucket
