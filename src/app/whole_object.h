// WholeObject: all bytes of an object of our own buckets, for parts of the program that are given its name.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "rt/task.h"

namespace gust::bucket {
class BucketStore;
}

namespace gust::app {

//   version  empty: the newest
//   fails    not_found; would_exceed_limit: it is longer than `most`; the store's errors
rt::Task<Result<std::string>> read_whole_object(bucket::BucketStore& buckets, std::string bucket, std::string key,
                                                std::optional<std::string> version, ByteCount most);

}  // namespace gust::app
