// The front of the S3 service: where a request points, who sent it, which operation it is; and the sending of answers.
#include "bucket/s3_service.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "aws/gen/s3.h"
#include "aws/shapes.h"
#include "base/date.h"
#include "base/text.h"
#include "bucket/body.h"
#include "bucket/s3_authorize_internal.h"
#include "bucket/s3_call_internal.h"
#include "bucket/s3_documents_internal.h"
#include "bucket/s3_facts_internal.h"
#include "bucket/s3_rules_internal.h"
#include "http/exchange.h"
#include "http/range.h"
#include "rt/address.h"
#include "rt/loop.h"

namespace gust::bucket {
namespace {

namespace op = aws::s3::op;

struct Row {
  const aws::Operation* operation;
  S3Task (*handler)(S3Call&);
};

const std::vector<Row>& rows() {
  static const std::vector<Row> table{
      {&op::ListBuckets::operation(), list_buckets},
      {&op::CreateBucket::operation(), create_bucket},
      {&op::HeadBucket::operation(), head_bucket},
      {&op::DeleteBucket::operation(), delete_bucket},
      {&op::GetBucketLocation::operation(), get_bucket_location},
      {&op::GetBucketAcl::operation(), get_bucket_acl},
      {&op::PutBucketAcl::operation(), put_bucket_acl},
      {&op::GetObjectAcl::operation(), get_object_acl},
      {&op::PutObjectAcl::operation(), put_object_acl},
      {&op::ListObjects::operation(), list_objects},
      {&op::ListObjectsV2::operation(), list_objects_v2},
      {&op::ListMultipartUploads::operation(), list_multipart_uploads},
      {&op::ListParts::operation(), list_parts},
      {&op::GetObject::operation(), get_object},
      {&op::HeadObject::operation(), get_object},
      {&op::GetObjectAttributes::operation(), get_object_attributes},
      {&op::PutBucketPolicy::operation(), put_bucket_policy},
      {&op::GetBucketPolicy::operation(), get_bucket_policy},
      {&op::DeleteBucketPolicy::operation(), delete_document<policy_document>},
      {&op::GetBucketPolicyStatus::operation(), get_bucket_policy_status},
      {&op::PutPublicAccessBlock::operation(), put_public_access_block},
      {&op::GetPublicAccessBlock::operation(), get_public_access_block},
      {&op::DeletePublicAccessBlock::operation(), delete_document<public_access_block_document>},
      {&op::PutBucketOwnershipControls::operation(), put_bucket_ownership},
      {&op::GetBucketOwnershipControls::operation(), get_bucket_ownership},
      {&op::DeleteBucketOwnershipControls::operation(), delete_document<ownership_document>},
      {&op::GetBucketVersioning::operation(), get_bucket_versioning},
      {&op::PutBucketVersioning::operation(), put_bucket_versioning},
      {&op::ListObjectVersions::operation(), list_object_versions},
      {&op::GetBucketCors::operation(), get_bucket_cors},
      {&op::PutBucketCors::operation(), put_bucket_cors},
      {&op::DeleteBucketCors::operation(), delete_document<document::cors>},
      {&op::GetBucketEncryption::operation(), get_bucket_encryption},
      {&op::PutBucketEncryption::operation(), put_bucket_encryption},
      {&op::DeleteBucketEncryption::operation(), delete_document<document::encryption>},
      {&op::GetBucketLifecycleConfiguration::operation(), get_bucket_lifecycle},
      {&op::PutBucketLifecycleConfiguration::operation(), put_bucket_lifecycle},
      {&op::DeleteBucketLifecycle::operation(), delete_document<document::lifecycle>},
      {&op::GetBucketWebsite::operation(), get_bucket_website},
      {&op::PutBucketWebsite::operation(), put_bucket_website},
      {&op::DeleteBucketWebsite::operation(), delete_document<document::website>},
      {&op::GetObjectTagging::operation(), get_object_tagging},
      {&op::PutObjectTagging::operation(), put_object_tagging},
      {&op::DeleteObjectTagging::operation(), delete_object_tagging},
      {&op::GetBucketTagging::operation(), get_bucket_tagging},
      {&op::PutBucketTagging::operation(), put_bucket_tagging},
      {&op::DeleteBucketTagging::operation(), delete_document<document::tagging>},
      {&op::PutObject::operation(), put_object},
      {&op::DeleteObject::operation(), delete_object},
      {&op::DeleteObjects::operation(), delete_objects},
      {&op::CopyObject::operation(), copy_object},
      {&op::UploadPartCopy::operation(), upload_part_copy},
      {&op::CreateMultipartUpload::operation(), create_multipart_upload},
      {&op::UploadPart::operation(), upload_part},
      {&op::CompleteMultipartUpload::operation(), complete_multipart_upload},
      {&op::AbortMultipartUpload::operation(), abort_multipart_upload},
  };
  return table;
}

// The bucket in NAME of NAME.amazonaws.com: BUCKET.s3, BUCKET.s3.REGION, BUCKET.s3.dualstack.REGION, BUCKET.s3-REGION.
std::optional<std::string> bucket_of_amazon_name(std::string_view name) {
  std::vector<std::string_view> labels = split(name, '.');
  const auto from_end = [&](std::size_t i) { return labels.size() > i ? labels[labels.size() - 1 - i] : ""; };
  std::size_t service_labels = 0;
  if (from_end(0) == "s3" || (from_end(0).starts_with("s3-") && !from_end(0).starts_with("s3-website"))) {
    service_labels = 1;
  } else if (from_end(1) == "s3") {
    service_labels = 2;
  } else if (from_end(2) == "s3" && from_end(1) == "dualstack") {
    service_labels = 3;
  }
  if (service_labels == 0 || service_labels >= labels.size()) return std::nullopt;
  std::string bucket;
  for (std::size_t i = 0; i + service_labels < labels.size(); ++i) {
    if (i > 0) bucket += '.';
    bucket += labels[i];
  }
  return bucket;
}

// Sets bucket and key from Host and path.
aws::Answer<std::monostate> find_place(S3Call& call) {
  std::string_view path = call.wire.path;
  if (!path.starts_with('/')) return std::unexpected(s3_error("MethodNotAllowed"));
  path.remove_prefix(1);
  const auto bad_path = [] { return std::unexpected(s3_error("InvalidURI")); };
  if (auto website = website_of_host(call.request().host, call.options.host_suffixes)) {
    call.bucket = *std::move(website);
    call.is_virtual_hosted = call.is_website = true;
  } else if (auto bucket = bucket_of_host(call.request().host, call.options.host_suffixes)) {
    call.bucket = *std::move(bucket);
    call.is_virtual_hosted = true;
  } else {
    const Cut parts = cut(path, '/');
    auto decoded = percent_decode(parts.before);
    if (!decoded) return bad_path();
    call.bucket = *std::move(decoded);
    path = parts.after;
  }
  auto key = percent_decode(path);
  if (!key) return bad_path();
  call.key = *std::move(key);
  if (call.bucket.empty() && !call.key.empty()) return std::unexpected(s3_error("InvalidBucketName"));
  return {};
}

S3Task answer(S3Call& call) {
  CO_TRY_OK(find_place(call));
  auto query = aws::read_query(call.wire.query);
  if (!query) co_return std::unexpected(s3_error("InvalidURI"));
  call.query = *std::move(query);
  if (call.is_website) {
    add_cors_headers(call);
    co_return co_await serve_website(call);
  }
  if (call.request().method == http::Method::options) co_return answer_preflight(call);
  add_cors_headers(call);
  if (is_form_post(call)) co_return co_await post_object(call);

  if (aws::carries_credentials(call.wire)) {
    // Any region is right: every bucket of ours is here, whatever region it was created in.
    aws::VerifyRules rules;
    rules.service = "s3";
    rules.now = call.now;
    const auto secret_of = [&call](std::string_view id) { return call.directory.find_secret(id); };
    CO_TRY(call.verified, aws::verify_signature(call.wire, rules, secret_of));
    CO_TRY_OK(find_caller(call));
  }
  if (auto refused = refusal_of_headers(call)) co_return std::unexpected(*std::move(refused));
  if (auto answered = answer_of_subresource(call)) {
    CO_TRY_OK(authorize_subresource(call, answered->subject));
    co_return std::move(answered->answer);
  }
  CO_TRY(const aws::Route route, aws::find_operation(aws::s3::service(), call.as_operation("")));
  const auto row = std::ranges::find(rows(), route.operation, &Row::operation);
  if (row == rows().end()) co_return std::unexpected(not_implemented(route.operation->name));
  CO_TRY_OK(authorize_operation(call, route.operation->name));
  co_return co_await row->handler(call);
}

// --- Sending.

S3Reply reply_of_error(const S3Call& call, aws::ServiceError error) {
  std::string size;
  for (const auto& [name, value] : error.details) {
    if (name == "ActualObjectSize") size = value;
  }
  error.details.emplace_back("Resource", "/" + call.bucket + (call.key.empty() ? "" : "/" + call.key));
  S3Reply reply = reply_of(aws::write_error(aws::s3::service(), error, call.id, call.is_head()));
  if (const auto bytes = parse_decimal<ByteCount>(size)) {
    reply.add("Content-Range", http::content_range_of_unsatisfied(*bytes));
  }
  return reply;
}

// The head of the answer; views into `reply`, `date` and `call`.
http::ResponseHead head_of(const S3Call& call, const S3Reply& reply, std::string_view date) {
  http::ResponseHead head;
  head.status = static_cast<std::uint16_t>(reply.status);
  head.fields.add("x-amz-request-id", call.id.id);
  head.fields.add("x-amz-id-2", call.id.s3_id_2);
  head.fields.add(http::Name::date, date);
  head.fields.add(http::Name::server, "AmazonS3");
  for (const auto& [name, value] : reply.headers) {
    if (name != "x-amz-request-id" && name != "x-amz-id-2") head.fields.add(std::string_view(name), value);
  }
  for (const auto& [name, value] : call.always) head.fields.add(std::string_view(name), value);
  return head;
}

// Content without end in view is read and sent in turn, from one buffer.
rt::Task<Result<void>> send_content(http::Exchange& exchange, const http::ResponseHead& head, const S3Reply& reply) {
  ObjectReader reader(reply.object, reply.first, reply.size);
  const BlockRef block = BlockRef::make(std::min(reply.size, body_buffer_bytes));
  const MutableBytes buffer{block->data(), std::min(reply.size, body_buffer_bytes)};
  bool is_started = false;
  while (reader.left() > 0) {
    const auto got = co_await reader.read(buffer);
    if (!got) {
      if (is_started) exchange.abort();
      co_return std::unexpected(got.error());
    }
    const Slice slice(block, 0, *got);
    if (!is_started) {
      CO_TRY_OK(co_await exchange.start(head, http::BodyFraming::of_length(reply.size), {&slice, 1}));
      is_started = true;
    } else {
      CO_TRY_OK(co_await exchange.write({&slice, 1}));
    }
  }
  co_return co_await exchange.finish(nullptr);
}

rt::Task<Result<void>> send(S3Call& call, const S3Reply& reply, WallTime now) {
  const std::string date = http_date_of(now);
  http::ResponseHead head = head_of(call, reply, date);
  if (http::is_without_content(call.request().method, head.status)) {
    const std::string length = std::to_string(reply.size);
    if (reply.object) head.fields.add(http::Name::content_length, length);
    CO_TRY_OK(co_await call.exchange.start(head, http::BodyFraming::no_body()));
    co_return co_await call.exchange.finish(nullptr);
  }
  if (!reply.object || reply.size == 0) co_return co_await call.exchange.respond_text(head, reply.body);
  co_return co_await send_content(call.exchange, head, reply);
}

// The reason of a refusal, as the operator reads it.
std::string line_of_refusal(const S3Call& call, const aws::ServiceError& error) {
  return fmt::format("s3 refused to {}: {} /{}{}{}: {}", rt::address_text(call.exchange.peer()), call.wire.method,
                     call.bucket, call.key.empty() ? "" : "/", call.key,
                     call.refusal.empty() ? fmt::format("{}: {}", error.code, error.message) : call.refusal);
}

aws::RequestId make_request_id(rt::Loop& loop) {
  std::array<std::uint64_t, 6> chance{};
  for (std::uint64_t& word : chance) word = loop.random();
  const ByteView bytes(reinterpret_cast<const char*>(chance.data()), sizeof(chance));
  return {.id = aws::make_s3_request_id(bytes.substr(0, 16)), .s3_id_2 = base64_of(bytes.substr(16))};
}

}  // namespace

std::optional<std::string> bucket_of_host(std::string_view host, const std::vector<std::string>& suffixes) {
  const std::string name = to_lower(host);
  constexpr std::string_view amazon = ".amazonaws.com";
  if (name.ends_with(amazon)) {
    return bucket_of_amazon_name(std::string_view(name).substr(0, name.size() - amazon.size()));
  }
  const std::string* longest = nullptr;
  for (const std::string& suffix : suffixes) {
    if (name == suffix) return std::nullopt;
    if (name.ends_with("." + suffix) && (longest == nullptr || suffix.size() > longest->size())) longest = &suffix;
  }
  if (longest == nullptr) return std::nullopt;
  return name.substr(0, name.size() - longest->size() - 1);
}

std::optional<std::string> website_of_host(std::string_view host, const std::vector<std::string>& suffixes) {
  const std::string name = to_lower(host);
  constexpr std::string_view service = ".s3-website";
  const std::size_t at = name.rfind(service);
  if (at == std::string::npos || at == 0) return std::nullopt;
  const std::string_view rest = std::string_view(name).substr(at + service.size());
  constexpr std::string_view amazon = ".amazonaws.com";
  // REGION is one label behind a dot or, in older regions, behind a hyphen.
  const bool has_region = rest.ends_with(amazon) && rest.size() > amazon.size() + 1 &&
                          (rest.front() == '.' || rest.front() == '-') &&
                          !rest.substr(1, rest.size() - 1 - amazon.size()).contains('.');
  const bool is_own = std::ranges::any_of(suffixes, [&](const std::string& suffix) { return rest == "." + suffix; });
  if (!has_region && !is_own) return std::nullopt;
  return name.substr(0, at);
}

class S3Service::State {
 public:
  State(BucketStore& of, S3Options chosen, const access::Directory& keys, ReportRefusal tell)
      : store(of), options(std::move(chosen)), directory(keys), report(std::move(tell)) {}

  BucketStore& store;
  S3Options options;
  const access::Directory& directory;
  ReportRefusal report;
  S3Documents documents;
  BucketAccessCache accesses;
};

S3Service::S3Service(BucketStore& store, S3Options options, const access::Directory& directory, ReportRefusal report)
    : state_(std::make_unique<State>(store, std::move(options), directory, std::move(report))) {}
S3Service::~S3Service() = default;

bool S3Service::has(const aws::Operation& operation) {
  return std::ranges::find(rows(), &operation, &Row::operation) != rows().end();
}

rt::Task<void> S3Service::handle(http::Exchange& exchange) {
  rt::Loop& loop = co_await rt::this_loop();
  const http::RequestHead& request = exchange.request();
  std::vector<aws::HeaderView> headers;
  headers.reserve(request.fields.size() + 1);
  for (const http::Field& field : request.fields) headers.push_back({field.name, field.value});
  if (!request.fields.has(http::Name::host)) headers.push_back({"host", request.authority});
  S3Call call{
      .store = state_->store,
      .options = state_->options,
      .documents = state_->documents,
      .directory = state_->directory,
      .accesses = state_->accesses,
      .exchange = exchange,
      .wire = {.method = request.method.text(), .path = request.path, .query = request.query, .headers = headers},
      .query = {},
      .bucket = {},
      .key = {},
      .verified = {},
      .id = make_request_id(loop),
      .now = loop.wall_now()};

  S3Answer answered = co_await answer(call);
  if (!answered && answered.error().status == 403) {
    // Whoever may not see the key does not learn of its markers.
    std::erase_if(call.always, [](const auto& field) { return field.first.starts_with("x-amz-"); });
    if (state_->report) state_->report(line_of_refusal(call, answered.error()));
  }
  const S3Reply reply = answered ? *std::move(answered) : reply_of_error(call, std::move(answered.error()));
  const auto sent = co_await send(call, reply, loop.wall_now());
  // Either the viewer has left, or no byte of the answer is out because the object could not be read.
  if (sent || exchange.is_begun()) co_return;
  static_cast<void>(co_await send(call, reply_of_error(call, s3_error("InternalError")), loop.wall_now()));
}

}  // namespace gust::bucket
