// Records of the store: any bytes are read or refused, and what was read is written back the same.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/digest.h"
#include "base/text.h"
#include "bucket/body.h"
#include "bucket/object_record_internal.h"
#include "bucket/record_internal.h"

namespace {

using gust::ByteView;

std::shared_ptr<gust::bucket::Body> make_body(std::string_view id) {
  return std::make_shared<gust::bucket::Body>(nullptr, std::string(id));
}

void must(bool holds) {
  if (!holds) std::abort();
}

void try_all(ByteView bytes) {
  if (const auto bucket = gust::bucket::read_bucket_record(bytes)) {
    must(gust::bucket::read_bucket_record(gust::bucket::write_bucket_record(*bucket)).has_value());
  }
  if (const auto object = gust::bucket::read_object_record(bytes, make_body)) {
    const std::string again = gust::bucket::write_object_record(*object);
    const auto second = gust::bucket::read_object_record(again, make_body);
    must(second && gust::bucket::write_object_record(*second) == again);
  }
  if (const auto upload = gust::bucket::read_upload_record(bytes)) {
    const std::string again = gust::bucket::write_upload_record(*upload);
    const auto second = gust::bucket::read_upload_record(again);
    must(second && gust::bucket::write_upload_record(*second) == again);
  }
  if (const auto part = gust::bucket::read_part_record(bytes, make_body)) {
    must(gust::bucket::read_part_record(gust::bucket::write_part_record(*part), make_body).has_value());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(reinterpret_cast<const char*>(data), size);
  try_all(bytes);
  // With a right checksum behind it, so that more than the first look is reached.
  std::string sealed(bytes);
  sealed += "end " + gust::hex_of(gust::digest_of(gust::DigestKind::crc32c, bytes)) + "\n";
  try_all(sealed);
  return 0;
}
