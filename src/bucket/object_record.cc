#include <fmt/format.h>

#include <limits>

#include "base/text.h"
#include "bucket/body.h"
#include "bucket/body_folder_internal.h"
#include "bucket/object_record_internal.h"
#include "bucket/record_internal.h"

namespace gust::bucket {
namespace {

std::unexpected<Error> corrupt() { return fail(Errc::corrupt, "a record of the bucket store is damaged"); }

std::uint64_t seconds_of(WallTime at) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, unix_seconds(at)));
}

// A time that a WallTime can hold.
Result<WallTime> read_time(const RecordReader& record, std::string_view name) {
  TRY(const std::uint64_t seconds, record.number(name));
  constexpr auto most = std::chrono::floor<std::chrono::seconds>(Duration::max()).count();
  if (seconds > static_cast<std::uint64_t>(most)) return corrupt();
  return wall_time_of(static_cast<std::int64_t>(seconds));
}

std::optional<Versioning> find_versioning(std::string_view name) {
  for (const Versioning versioning : {Versioning::enabled, Versioning::suspended}) {
    if (name == name_of(versioning)) return versioning;
  }
  return std::nullopt;
}

Result<Acl> read_acl(std::string_view text) {
  if (text == name_of(Acl::private_)) return Acl::private_;
  if (text == name_of(Acl::public_read)) return Acl::public_read;
  return corrupt();
}

std::string text_of_record(const Checksum& checksum) {
  return fmt::format("{} {} {} {}", name_of(checksum.kind), name_of(checksum.type), checksum.parts,
                     hex_of(checksum.value));
}

Result<Checksum> read_checksum(std::string_view text) {
  const auto words = split(text, ' ');
  if (words.size() != 4) return corrupt();
  const auto kind = find_checksum_kind(words[0]);
  const auto type = find_checksum_type(words[1]);
  const auto parts = parse_decimal<std::size_t>(words[2]);
  const auto value = bytes_of_hex(words[3]);
  if (!kind || !type || !parts || !value || value->size() != size_of(digest_of(*kind))) return corrupt();
  return Checksum{.kind = *kind, .type = *type, .value = *value, .parts = *parts};
}

void add_facts(RecordWriter& record, const ObjectFacts& facts) {
  record.add("acl", name_of(facts.acl));
  for (const auto& [name, value] : facts.headers) record.add("header", fmt::format("{}:{}", name, value));
  for (const auto& [name, value] : facts.metadata) record.add("metadata", fmt::format("{}:{}", name, value));
  for (const auto& [name, value] : facts.tags) {
    record.add("tag", fmt::format("{}={}", percent_encode(name), percent_encode(value)));
  }
}

Result<ObjectFacts> read_facts(const RecordReader& record) {
  ObjectFacts facts;
  TRY(const std::string_view acl, record.text("acl"));
  TRY(facts.acl, read_acl(acl));
  for (const auto& [name, value] : record.facts()) {
    if (name == "tag") {
      const Cut parts = cut(value, '=');
      const auto tag = percent_decode(parts.before);
      const auto of_tag = percent_decode(parts.after);
      if (!parts.found || !tag || !of_tag) return corrupt();
      facts.tags.push_back({*tag, *of_tag});
    }
    if (name != "header" && name != "metadata") continue;
    const Cut parts = cut(value, ':');
    if (!parts.found) return corrupt();
    (name == "header" ? facts.headers : facts.metadata)
        .push_back({std::string(parts.before), std::string(parts.after)});
  }
  return facts;
}

}  // namespace

std::string_view name_of(Acl acl) { return acl == Acl::public_read ? "public-read" : "private"; }

std::string_view name_of(Versioning versioning) {
  switch (versioning) {
    case Versioning::never:
      return "";
    case Versioning::enabled:
      return "Enabled";
    case Versioning::suspended:
      break;
  }
  return "Suspended";
}

std::string write_bucket_record(const BucketInfo& bucket) {
  RecordWriter record("bucket");
  record.add("name", bucket.name)
      .add("region", bucket.region)
      .add("owner", bucket.owner)
      .add("acl", name_of(bucket.acl))
      .add("created", seconds_of(bucket.created));
  if (bucket.versioning != Versioning::never) record.add("versioning", name_of(bucket.versioning));
  if (bucket.documents) {
    for (const auto& [name, text] : *bucket.documents) record.add("document", fmt::format("{}:{}", name, text));
  }
  return record.finish();
}

Result<BucketInfo> read_bucket_record(ByteView bytes) {
  TRY(const RecordReader record, RecordReader::read(bytes, "bucket"));
  TRY(const std::string_view name, record.text("name"));
  TRY(const std::string_view region, record.text("region"));
  TRY(const std::string_view owner, record.text("owner"));
  TRY(const std::string_view acl_name, record.text("acl"));
  TRY(const Acl acl, read_acl(acl_name));
  TRY(const WallTime created, read_time(record, "created"));
  BucketInfo bucket{.name = std::string(name),
                    .region = std::string(region),
                    .owner = std::string(owner),
                    .acl = acl,
                    .created = created};
  BucketDocuments documents;
  for (const auto& [fact, value] : record.facts()) {
    if (fact == "versioning") {
      const auto versioning = find_versioning(value);
      if (!versioning) return corrupt();
      bucket.versioning = *versioning;
    } else if (fact == "document") {
      const Cut parts = cut(value, ':');
      if (!parts.found) return corrupt();
      documents.insert_or_assign(std::string(parts.before), std::string(parts.after));
    }
  }
  if (!documents.empty()) bucket.documents = std::make_shared<const BucketDocuments>(std::move(documents));
  return bucket;
}

std::string write_object_record(const Object& object) {
  RecordWriter record("object");
  record.add("key", object.key)
      .add("size", object.size)
      .add("etag", object.etag)
      .add("modified", seconds_of(object.modified))
      .add("upload", object.upload_id);
  if (!object.version_id.empty()) record.add("version", object.version_id);
  if (object.order > 0) record.add("order", object.order);
  if (object.is_delete_marker) record.add("marker", "delete");
  add_facts(record, object.facts);
  for (const Checksum& checksum : object.checksums) record.add("checksum", text_of_record(checksum));
  for (const Piece& piece : object.pieces) {
    record.add("piece", fmt::format("{} {} {}", piece.body ? piece.body->id() : "-", piece.size, piece.part_number));
    for (const Checksum& checksum : piece.checksums) record.add("piece-checksum", text_of_record(checksum));
  }
  return record.finish();
}

Result<Object> read_object_record(ByteView bytes, const FindBody& find_body) {
  TRY(const RecordReader record, RecordReader::read(bytes, "object"));
  Object object;
  TRY(const std::string_view key, record.text("key"));
  TRY(object.size, record.number("size"));
  TRY(const std::string_view etag, record.text("etag"));
  TRY(object.modified, read_time(record, "modified"));
  TRY(const std::string_view upload, record.text("upload"));
  TRY(object.facts, read_facts(record));
  object.key = key;
  object.etag = etag;
  object.upload_id = upload;
  if (record.has("version")) {
    TRY(const std::string_view version, record.text("version"));
    if (!is_id(version)) return corrupt();
    object.version_id = version;
  }
  if (record.has("order")) {
    TRY(object.order, record.number("order"));
  }
  object.is_delete_marker = record.has("marker");

  ByteCount pieces_bytes = 0;
  for (const auto& [name, value] : record.facts()) {
    if (name == "checksum") {
      TRY(Checksum checksum, read_checksum(value));
      object.checksums.push_back(std::move(checksum));
    } else if (name == "piece-checksum") {
      TRY(Checksum checksum, read_checksum(value));
      if (object.pieces.empty()) return corrupt();
      object.pieces.back().checksums.push_back(std::move(checksum));
    } else if (name == "piece") {
      const auto words = split(value, ' ');
      if (words.size() != 3) return corrupt();
      const auto size = parse_decimal<ByteCount>(words[1]);
      const auto part_number = parse_decimal<unsigned>(words[2]);
      // Compared this way round so that no sum overflows.
      if (!size || !part_number || *part_number > 10'000 || *size > object.size - pieces_bytes) return corrupt();
      pieces_bytes += *size;
      Piece piece{.body = nullptr, .size = *size, .part_number = static_cast<int>(*part_number), .checksums = {}};
      if (words[0] != "-") piece.body = find_body(words[0]);
      if (!piece.body && piece.size > 0) return fail(Errc::not_found, "the bytes of an object are missing");
      object.pieces.push_back(std::move(piece));
    }
  }
  if (pieces_bytes != object.size) return corrupt();
  return object;
}

std::string write_upload_record(const Upload& upload) {
  RecordWriter record("upload");
  record.add("key", upload.key)
      .add("id", upload.id)
      .add("initiated", seconds_of(upload.initiated))
      .add("checksum-kind", upload.checksum_kind ? name_of(*upload.checksum_kind) : "none")
      .add("checksum-type", name_of(upload.checksum_type));
  add_facts(record, upload.facts);
  return record.finish();
}

Result<Upload> read_upload_record(ByteView bytes) {
  TRY(const RecordReader record, RecordReader::read(bytes, "upload"));
  TRY(const std::string_view key, record.text("key"));
  TRY(const std::string_view id, record.text("id"));
  TRY(const std::string_view kind, record.text("checksum-kind"));
  TRY(const std::string_view type_name, record.text("checksum-type"));
  Upload upload;
  TRY(upload.initiated, read_time(record, "initiated"));
  TRY(upload.facts, read_facts(record));
  upload.key = key;
  upload.id = id;
  upload.checksum_kind = find_checksum_kind(kind);
  const auto type = find_checksum_type(type_name);
  if (!type || (!upload.checksum_kind && kind != "none")) return corrupt();
  upload.checksum_type = *type;
  return upload;
}

std::string write_part_record(const Part& part) {
  RecordWriter record("part");
  record.add("number", static_cast<std::uint64_t>(part.number))
      .add("size", part.size)
      .add("etag", part.etag)
      .add("modified", seconds_of(part.modified))
      .add("body", part.body ? std::string_view(part.body->id()) : "-");
  for (const Checksum& checksum : part.checksums) record.add("checksum", text_of_record(checksum));
  return record.finish();
}

Result<Part> read_part_record(ByteView bytes, const FindBody& find_body) {
  TRY(const RecordReader record, RecordReader::read(bytes, "part"));
  Part part;
  TRY(const std::uint64_t number, record.number("number"));
  TRY(part.size, record.number("size"));
  TRY(const std::string_view etag, record.text("etag"));
  TRY(part.modified, read_time(record, "modified"));
  TRY(const std::string_view body, record.text("body"));
  if (number < 1 || number > 10'000) return corrupt();
  part.number = static_cast<int>(number);
  part.etag = etag;
  for (const auto& [name, value] : record.facts()) {
    if (name != "checksum") continue;
    TRY(Checksum checksum, read_checksum(value));
    part.checksums.push_back(std::move(checksum));
  }
  if (body != "-") part.body = find_body(body);
  if (!part.body && part.size > 0) return fail(Errc::not_found, "the bytes of a part are missing");
  return part;
}

}  // namespace gust::bucket
