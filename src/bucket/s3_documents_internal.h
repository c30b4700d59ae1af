// Bucket documents of the S3 service: configurations kept as JSON of their generated shapes (aws::to_json), read back,
// and parsed once for each time they were set.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "aws/gen/s3.h"
#include "aws/shapes.h"
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
    {
      const std::lock_guard lock(mutex_);
      const auto found = parsed_.find(bucket.name);
      if (found != parsed_.end() && found->second.source == bucket.documents) return found->second.value;
    }
    auto read = aws::from_json<T>(*text);
    if (!read) return nullptr;
    auto value = std::make_shared<const T>(*std::move(read));
    const std::lock_guard lock(mutex_);
    if (parsed_.size() >= kept_max) parsed_.clear();
    parsed_.insert_or_assign(bucket.name, Parsed{bucket.documents, value});
    return value;
  }

 private:
  static constexpr std::size_t kept_max = 1000;
  struct Parsed {
    std::shared_ptr<const BucketDocuments> source;
    std::shared_ptr<const T> value;
  };
  std::string_view name_;
  std::mutex mutex_;
  std::map<std::string, Parsed, std::less<>> parsed_;
};

struct S3Documents {
  ParsedDocuments<aws::s3::CORSConfiguration> cors{document::cors};
  ParsedDocuments<aws::s3::WebsiteConfiguration> website{document::website};
  ParsedDocuments<aws::s3::BucketLifecycleConfiguration> lifecycle{document::lifecycle};
};

}  // namespace gust::bucket
