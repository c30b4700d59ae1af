// Lifecycle: when objects, versions, markers and unfinished uploads of a bucket come to their end.
//
// Source: Amazon S3 user guide, "Managing the lifecycle of objects", "Lifecycle configuration elements", "Expiring
//         objects"; API reference, PutBucketLifecycleConfiguration.
// Shape:  pure functions of (configuration, what is there, now).
// Units:  days; S3 rounds an end up to the next midnight UTC.
#pragma once

#include <optional>
#include <string>

#include "aws/gen/s3.h"
#include "aws/service_error.h"
#include "base/result.h"
#include "base/time.h"
#include "bucket/object.h"

namespace gust::bucket {

// Gives rules without an ID one. Transitions are refused by name: there is one storage class.
//   fails  InvalidArgument, InvalidRequest, MalformedXML, NotImplemented
aws::Answer<std::monostate> check_lifecycle(aws::s3::BucketLifecycleConfiguration& configuration);

struct Expiry {
  WallTime at;
  std::string rule_id;
};

// The earliest end of a current version; nothing where no rule ends it.
std::optional<Expiry> expiry_of(const aws::s3::BucketLifecycleConfiguration& configuration, const Object& object);

// Whether a version that is not current any more is to go.
//   since   when its successor came
//   newer   how many other versions that are not current are newer
bool is_version_over(const aws::s3::BucketLifecycleConfiguration& configuration, const Object& version, WallTime since,
                     std::size_t newer, WallTime now);

// Whether a delete marker that is the only version of its key is to go.
bool is_marker_over(const aws::s3::BucketLifecycleConfiguration& configuration, const Object& marker, WallTime now);

bool is_upload_over(const aws::s3::BucketLifecycleConfiguration& configuration, const Upload& upload, WallTime now);

}  // namespace gust::bucket
