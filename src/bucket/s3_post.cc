// POST of a browser's form: an object out of a file and fields, signed by a policy.
//
// Source: Amazon S3 API reference, POST Object and "Browser-based uploads using POST".
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "aws/sigv4_form.h"
#include "base/text.h"
#include "bucket/form_policy.h"
#include "bucket/form_reader.h"
#include "bucket/s3_authorize_internal.h"
#include "bucket/s3_call_internal.h"
#include "bucket/s3_facts_internal.h"
#include "bucket/s3_payload_internal.h"
#include "bucket/s3_rules_internal.h"

namespace gust::bucket {
namespace {

constexpr ByteCount form_bytes_max = 64_KiB;  // beside the file

std::string_view value_of(const std::vector<NameAndValue>& fields, std::string_view name) {
  const auto found = std::ranges::find(fields, name, &NameAndValue::name);
  return found == fields.end() ? std::string_view() : found->value;
}

// A field of the form as the header that means the same; empty for one that is of the form alone.
std::string_view header_of_field(std::string_view name) {
  if (name == "acl") return "x-amz-acl";
  constexpr std::array<std::string_view, 6> kept{"cache-control",    "content-disposition", "content-encoding",
                                                 "content-language", "content-type",        "expires"};
  constexpr std::array<std::string_view, 4> of_signature{"x-amz-algorithm", "x-amz-credential", "x-amz-date",
                                                         "x-amz-signature"};
  if (std::ranges::find(of_signature, name) != of_signature.end()) return "";
  if (name.starts_with("x-amz-") || std::ranges::find(kept, name) != kept.end()) return name;
  return "";
}

aws::Answer<std::vector<aws::HeaderView>> headers_of_form(const std::vector<NameAndValue>& fields) {
  std::vector<aws::HeaderView> headers;
  for (const auto& [name, value] : fields) {
    if (name == "tagging") return std::unexpected(not_implemented("The form field tagging"));
    const std::string_view header = header_of_field(name);
    if (header.empty()) continue;
    if (!std::ranges::all_of(value, [](char c) { return c == '\t' || (c >= ' ' && c != '\x7f'); })) {
      return std::unexpected(
          with_detail(s3_error("InvalidArgument", "Header value cannot be represented."), "ArgumentName", name));
    }
    headers.push_back({header, value});
  }
  return headers;
}

aws::Answer<std::vector<Checksum>> checksums_of_form(const std::vector<NameAndValue>& fields) {
  std::vector<Checksum> expected;
  for (const ChecksumKind kind : all_checksum_kinds) {
    const std::string_view text = value_of(fields, header_of(kind));
    if (text.empty()) continue;
    TRY(Checksum checksum, read_checksum_text(kind, text));
    expected.push_back(std::move(checksum));
  }
  return expected;
}

struct FormUpload {
  FormReader reader;
  Payload payload;
  std::string content;  // of the file, read along with the fields
};

// All up to the file.
rt::Task<aws::Answer<std::monostate>> read_fields(FormUpload& upload) {
  while (!upload.reader.has_file()) {
    CO_TRY(const ByteView bytes, co_await upload.payload.next());
    if (bytes.empty()) {
      co_return std::unexpected(s3_error("InvalidArgument", "POST requires exactly one file upload per request."));
    }
    CO_TRY(upload.content, upload.reader.feed(bytes));
  }
  co_return std::monostate();
}

rt::Task<aws::Answer<WrittenBody>> write_file(S3Call& call, FormUpload& upload, const FormLimits& limits,
                                              std::vector<ChecksumKind> kinds) {
  const ByteCount most = std::min(limits.bytes_max.value_or(call.options.put_bytes_max), call.options.put_bytes_max);
  const auto writer = call.store.begin_body(std::move(kinds));
  while (true) {
    if (writer->size() + upload.content.size() > most) {
      aws::ServiceError error = s3_error("EntityTooLarge");
      error.details = {{"MaxSizeAllowed", std::to_string(most)}};
      co_return std::unexpected(std::move(error));
    }
    if (upload.content.size() >= body_buffer_bytes || upload.reader.is_done()) {
      CO_TRY_OK(answer_of(co_await writer->write(upload.content)));
      upload.content.clear();
    }
    CO_TRY(const ByteView bytes, co_await upload.payload.next());
    if (bytes.empty()) break;
    CO_TRY(const std::string more, upload.reader.feed(bytes));
    upload.content += more;
  }
  if (!upload.reader.is_done()) co_return std::unexpected(s3_error("IncompleteBody"));
  if (writer->size() < limits.bytes_min.value_or(0)) co_return std::unexpected(s3_error("EntityTooSmall"));
  co_return answer_of(co_await writer->finish());
}

S3Reply reply_of_post(const S3Call& call, const std::vector<NameAndValue>& fields, const Object& object) {
  const std::string location =
      fmt::format("http://{}/{}{}", call.request().authority, call.is_virtual_hosted ? "" : call.bucket + "/",
                  percent_encode(call.key, "/"));
  S3Reply reply = empty_reply(204);
  reply.add("ETag", quoted(object.etag));
  const std::string_view redirect = value_of(fields, "success_action_redirect");
  const bool can_redirect = (redirect.starts_with("http://") || redirect.starts_with("https://")) &&
                            std::ranges::all_of(redirect, [](char c) { return c > ' ' && c < '\x7f'; });
  if (can_redirect) {
    reply.status = 303;
    reply.add("Location", fmt::format("{}{}bucket={}&key={}&etag={}", redirect, redirect.contains('?') ? '&' : '?',
                                      call.bucket, percent_encode(call.key), percent_encode(quoted(object.etag))));
    return reply;
  }
  reply.add("Location", location);
  const std::string_view status = value_of(fields, "success_action_status");
  if (status == "200") reply.status = 200;
  if (status != "201") return reply;
  reply.status = 201;
  reply.add("Content-Type", "application/xml");
  reply.body = fmt::format(
      "<?xml version=\"1.0\" "
      "encoding=\"UTF-8\"?>\n<PostResponse><Location>{}</Location><Bucket>{}</Bucket><Key>{}</Key>"
      "<ETag>{}</ETag></PostResponse>",
      location, call.bucket, xml_text(call.key), xml_text(quoted(object.etag)));
  return reply;
}

}  // namespace

bool is_form_post(const S3Call& call) {
  return call.request().method == http::Method::post && !call.bucket.empty() && call.key.empty() &&
         call.query.empty() && starts_with_fold(call.header("Content-Type").value_or(""), "multipart/form-data");
}

S3Task post_object(S3Call& call) {
  CO_TRY(const BucketInfo bucket, bucket_of(call));
  const auto boundary = FormReader::boundary_of(call.header("Content-Type").value_or(""));
  if (!boundary) co_return std::unexpected(s3_error("MalformedPOSTRequest"));
  CO_TRY(Payload payload, Payload::make(call, false));
  if (payload.length().value_or(0) > call.options.put_bytes_max + form_bytes_max) {
    co_return std::unexpected(s3_error("EntityTooLarge"));
  }
  FormUpload upload{.reader = FormReader(*boundary), .payload = std::move(payload), .content = {}};
  CO_TRY_OK(co_await read_fields(upload));

  std::vector<NameAndValue> fields = upload.reader.fields();
  const auto key = std::ranges::find(fields, std::string_view("key"), &NameAndValue::name);
  if (key == fields.end()) {
    co_return std::unexpected(s3_error(
        "InvalidArgument",
        "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields."));
  }
  constexpr std::string_view of_file = "${filename}";
  if (const std::size_t at = key->value.find(of_file); at != std::string::npos) {
    key->value.replace(at, of_file.size(), upload.reader.file_name());
  }
  call.key = key->value;
  CO_TRY_OK(check_key(call.key));

  if (!value_of(fields, "x-amz-security-token").empty()) co_return std::unexpected(s3_error("InvalidToken"));
  const std::string_view policy = value_of(fields, "policy");
  if (policy.empty()) co_return std::unexpected(s3_error("AccessDenied"));
  const auto secret_of = [&call](std::string_view id) { return call.directory.find_secret(id); };
  CO_TRY(call.verified, aws::verify_form_signature({.algorithm = value_of(fields, "x-amz-algorithm"),
                                                    .credential = value_of(fields, "x-amz-credential"),
                                                    .date = value_of(fields, "x-amz-date"),
                                                    .policy = policy,
                                                    .signature = value_of(fields, "x-amz-signature")},
                                                   secret_of));
  CO_TRY_OK(find_caller(call));
  CO_TRY(const FormLimits limits, check_form_policy(policy, fields, call.bucket, call.now));

  // From here on the fields are what the headers of a PutObject are.
  CO_TRY(const std::vector<aws::HeaderView> headers, headers_of_form(fields));
  call.wire.headers = headers;
  if (auto refused = refusal_of_headers(call)) co_return std::unexpected(*std::move(refused));
  CO_TRY_OK(authorize_operation(call, "PutObject"));
  CO_TRY(ObjectFacts facts, read_facts(call));
  CO_TRY(const std::vector<Checksum> expected, checksums_of_form(fields));
  std::vector<ChecksumKind> kinds;
  for (const Checksum& checksum : expected) kinds.push_back(checksum.kind);
  CO_TRY(WrittenBody body, co_await write_file(call, upload, limits, std::move(kinds)));
  PutCondition condition;
  condition.only_if_checksums = expected;
  CO_TRY(const ObjectPtr object, answer_of(co_await call.store.put_object(call.bucket, call.key, std::move(body),
                                                                          std::move(facts), std::move(condition))));
  S3Reply reply = reply_of_post(call, fields, *object);
  add_version_header(reply, bucket, *object);
  co_return reply;
}

}  // namespace gust::bucket
