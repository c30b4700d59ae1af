// CreateMultipartUpload, UploadPart, CompleteMultipartUpload and AbortMultipartUpload.
#include <fmt/format.h>

#include "aws/gen/s3.h"
#include "base/text.h"
#include "bucket/s3_call_internal.h"
#include "bucket/s3_facts_internal.h"
#include "bucket/s3_payload_internal.h"

namespace gust::bucket {
namespace {

namespace s3 = aws::s3;

struct UploadChecksum {
  std::optional<ChecksumKind> kind;
  ChecksumType type = ChecksumType::composite;
};

// x-amz-checksum-algorithm and x-amz-checksum-type of a new upload, with S3's defaults.
aws::Answer<UploadChecksum> read_upload_checksum(const S3Call& call) {
  UploadChecksum checksum;
  if (const auto name = call.header("x-amz-checksum-algorithm")) {
    checksum.kind = find_checksum_kind(*name);
    if (!checksum.kind) {
      return std::unexpected(s3_error("InvalidRequest", "Checksum algorithm provided is unsupported."));
    }
  }
  const bool only_full = checksum.kind == ChecksumKind::crc64nvme;
  if (only_full) checksum.type = ChecksumType::full_object;
  const auto name = call.header("x-amz-checksum-type");
  if (!name) return checksum;
  const auto type = find_checksum_type(*name);
  if (!type) return std::unexpected(s3_error("InvalidRequest", "Value for x-amz-checksum-type header is invalid."));
  if (!checksum.kind) {
    return std::unexpected(s3_error(
        "InvalidRequest", "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header."));
  }
  const bool only_composite = checksum.kind == ChecksumKind::sha1 || checksum.kind == ChecksumKind::sha256;
  if (*type == ChecksumType::full_object ? only_composite : only_full) {
    return std::unexpected(
        s3_error("InvalidRequest", fmt::format("The {} checksum type cannot be used with the {} checksum algorithm.",
                                               name_of(*type), to_lower(name_of(*checksum.kind)))));
  }
  checksum.type = *type;
  return checksum;
}

aws::Answer<NamedPart> read_named_part(const s3::CompletedPart& part) {
  if (!part.etag || !part.part_number) return std::unexpected(s3_error("MalformedXML"));
  NamedPart named{.number = *part.part_number, .etag = std::string(unquoted(*part.etag)), .checksums = {}};
  const std::pair<ChecksumKind, const std::optional<std::string>&> given[] = {
      {ChecksumKind::crc32, part.checksum_crc32},
      {ChecksumKind::crc32c, part.checksum_crc32c},
      {ChecksumKind::crc64nvme, part.checksum_crc64_nvme},
      {ChecksumKind::sha1, part.checksum_sha1},
      {ChecksumKind::sha256, part.checksum_sha256}};
  for (const auto& [kind, text] : given) {
    if (!text) continue;
    TRY(Checksum checksum, read_checksum_text(kind, *text));
    named.checksums.push_back(std::move(checksum));
  }
  return named;
}

// What the client says the whole must be: x-amz-checksum-* and x-amz-mp-object-size.
aws::Answer<std::monostate> read_expected_whole(const S3Call& call, PutCondition& condition) {
  for (const ChecksumKind kind : all_checksum_kinds) {
    const auto text = call.header(header_of(kind));
    if (!text) continue;
    // A composite one ends with "-<parts>", which its comparison needs no more.
    TRY(Checksum checksum, read_checksum_text(kind, cut(*text, '-').before));
    condition.only_if_checksums.push_back(std::move(checksum));
  }
  if (const auto text = call.header("x-amz-mp-object-size")) {
    condition.only_if_size = parse_decimal<ByteCount>(*text);
    if (!condition.only_if_size) {
      return std::unexpected(s3_error("InvalidRequest", "Value for x-amz-mp-object-size header is invalid."));
    }
  }
  return {};
}

}  // namespace

S3Task create_multipart_upload(S3Call& call) {
  CO_TRY_OK(bucket_of(call));
  CO_TRY_OK(check_key(call.key));
  CO_TRY(ObjectFacts facts, read_facts(call));
  CO_TRY(const UploadChecksum checksum, read_upload_checksum(call));
  CO_TRY(const UploadPtr upload, answer_of(co_await call.store.create_upload(call.bucket, call.key, std::move(facts),
                                                                             checksum.kind, checksum.type)));
  s3::CreateMultipartUploadOutput output;
  output.bucket = call.bucket;
  output.key = call.key;
  output.upload_id = upload->id;
  if (checksum.kind) output.checksum_algorithm = name_of(*checksum.kind);
  S3Reply reply = reply_of(aws::write_output<s3::op::CreateMultipartUpload>(s3::service(), output, call.id));
  if (checksum.kind) reply.add("x-amz-checksum-type", name_of(checksum.type));
  co_return reply;
}

S3Task upload_part(S3Call& call) {
  CO_TRY_OK(bucket_of(call));
  CO_TRY(const auto input, read_input_of<s3::op::UploadPart>(call, s3::service()));
  CO_TRY(const UploadPtr upload, answer_of(call.store.find_upload(call.bucket, call.key, input.upload_id)));
  if (input.part_number < 1 || input.part_number > 10'000) {
    co_return std::unexpected(
        with_detail(s3_error("InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive"),
                    "ArgumentName", "partNumber"));
  }
  std::vector<ChecksumKind> kinds;
  if (upload->checksum_kind) kinds.push_back(*upload->checksum_kind);
  CO_TRY(WrittenBody body, co_await write_payload(call, std::move(kinds)));
  CO_TRY(const Part part, answer_of(co_await call.store.put_part(call.bucket, call.key, input.upload_id,
                                                                 input.part_number, std::move(body))));
  S3Reply reply;
  reply.add("ETag", quoted(part.etag));
  add_checksum_headers(reply, part.checksums, false);
  co_return reply;
}

S3Task complete_multipart_upload(S3Call& call) {
  CO_TRY(const BucketInfo bucket, bucket_of(call));
  CO_TRY(PutCondition condition, read_put_condition(call));
  CO_TRY_OK(read_expected_whole(call, condition));
  CO_TRY(const std::string document, co_await read_document(call, DocumentChecks::md5_only));
  CO_TRY(const auto input, read_input_of<s3::op::CompleteMultipartUpload>(call, s3::service(), document));
  if (!input.multipart_upload || input.multipart_upload->parts.empty() ||
      input.multipart_upload->parts.size() > 10'000) {
    co_return std::unexpected(s3_error("MalformedXML"));
  }
  std::vector<NamedPart> parts;
  for (const s3::CompletedPart& part : input.multipart_upload->parts) {
    CO_TRY(NamedPart named, read_named_part(part));
    parts.push_back(std::move(named));
  }
  const auto completed = co_await call.store.complete_upload(call.bucket, call.key, input.upload_id, std::move(parts),
                                                             std::move(condition));
  if (!completed) {
    co_return std::unexpected(with_detail(s3_error_of(completed.error()), "UploadId", input.upload_id));
  }
  const Object& object = **completed;
  s3::CompleteMultipartUploadOutput output;
  output.location = fmt::format("http://{}/{}{}", call.request().authority,
                                call.is_virtual_hosted ? "" : call.bucket + "/", percent_encode(call.key, "/"));
  output.bucket = call.bucket;
  output.key = call.key;
  output.etag = quoted(object.etag);
  set_checksums(output, object.checksums);
  S3Reply reply = reply_of(aws::write_output<s3::op::CompleteMultipartUpload>(s3::service(), output, call.id));
  add_version_header(reply, bucket, object);
  co_return reply;
}

S3Task abort_multipart_upload(S3Call& call) {
  CO_TRY_OK(bucket_of(call));
  CO_TRY(const auto input, read_input_of<s3::op::AbortMultipartUpload>(call, s3::service()));
  CO_TRY_OK(answer_of(co_await call.store.abort_upload(call.bucket, call.key, input.upload_id)));
  co_return empty_reply(204);
}

}  // namespace gust::bucket
