// Bucket documents of the S3 service: configurations kept as JSON of their generated shapes (aws::to_json), read back,
// and parsed once for each time they were set.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "aws/gen/s3.h"
#include "aws/shapes.h"
#include "bucket/document_cache.h"
#include "bucket/object.h"

namespace gust::bucket {

namespace document {
inline constexpr std::string_view tagging = "tagging";
inline constexpr std::string_view cors = "cors";
inline constexpr std::string_view website = "website";
inline constexpr std::string_view lifecycle = "lifecycle";
inline constexpr std::string_view encryption = "encryption";
}  // namespace document

// The documents of one kind. Any core.
template <typename T>
class ParsedDocuments {
 public:
  explicit ParsedDocuments(std::string_view name) : name_(name) {}

  // Null where the bucket has none, or has one that this release cannot read.
  std::shared_ptr<const T> of(const BucketInfo& bucket) {
    const std::string* text = bucket.document(name_);
    if (text == nullptr) return nullptr;
    return parsed_.of(bucket, [&]() -> std::shared_ptr<const T> {
      auto read = aws::from_json<T>(*text);
      return read ? std::make_shared<const T>(*std::move(read)) : nullptr;
    });
  }

 private:
  std::string_view name_;
  DocumentCache<T, 1000> parsed_;
};

struct S3Documents {
  ParsedDocuments<aws::s3::CORSConfiguration> cors{document::cors};
  ParsedDocuments<aws::s3::WebsiteConfiguration> website{document::website};
  ParsedDocuments<aws::s3::BucketLifecycleConfiguration> lifecycle{document::lifecycle};
};

}  // namespace gust::bucket
