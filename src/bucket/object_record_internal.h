// Object records: what store.h keeps in files, to and from Record bytes. Pure functions.
//
// Errors: corrupt.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "bucket/object.h"

namespace gust::bucket {

// The Body of an id that a record refers to, or null where there is no such file.
using FindBody = std::function<std::shared_ptr<Body>(std::string_view id)>;

std::string write_bucket_record(const BucketInfo& bucket);
Result<BucketInfo> read_bucket_record(ByteView bytes);

// fails: not_found where a body is missing
std::string write_object_record(const Object& object);
Result<Object> read_object_record(ByteView bytes, const FindBody& find_body);

// Without its parts, which have records of their own.
std::string write_upload_record(const Upload& upload);
Result<Upload> read_upload_record(ByteView bytes);

// fails: not_found where its body is missing
std::string write_part_record(const Part& part);
Result<Part> read_part_record(ByteView bytes, const FindBody& find_body);

}  // namespace gust::bucket
