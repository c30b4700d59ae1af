// DocumentCache: what was made of a bucket's documents, for as long as they stay the same.
//
// Shape:  by the bucket's name. Buckets that are gone leave theirs behind; beyond `buckets_max` all go.
// Core:   any.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "bucket/object.h"

namespace gust::bucket {

template <typename T, std::size_t buckets_max>
class DocumentCache {
 public:
  // `make()` makes it where it is not there; nothing is kept where that gives null.
  template <typename Make>
  std::shared_ptr<const T> of(const BucketInfo& bucket, Make make) {
    {
      const std::lock_guard lock(mutex_);
      const auto found = kept_.find(bucket.name);
      if (found != kept_.end() && found->second.documents == bucket.documents) return found->second.value;
    }
    std::shared_ptr<const T> made = make();
    if (!made) return nullptr;
    const std::lock_guard lock(mutex_);
    if (kept_.size() >= buckets_max) kept_.clear();
    kept_.insert_or_assign(bucket.name, Kept{bucket.documents, made});
    return made;
  }

 private:
  struct Kept {
    std::shared_ptr<const BucketDocuments> documents;  // of which `value` was made
    std::shared_ptr<const T> value;
  };
  std::mutex mutex_;
  std::map<std::string, Kept, std::less<>> kept_;
};

}  // namespace gust::bucket
