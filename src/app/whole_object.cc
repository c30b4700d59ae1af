#include "app/whole_object.h"

#include <span>

#include "bucket/store.h"

namespace gust::app {

rt::Task<Result<std::string>> read_whole_object(bucket::BucketStore& buckets, std::string bucket, std::string key,
                                                std::optional<std::string> version, ByteCount most) {
  CO_TRY(const bucket::ObjectPtr object, version ? buckets.find_version(bucket, key, version == "null" ? "" : version)
                                                 : buckets.find_object(bucket, key));
  if (object->is_delete_marker) co_return std::unexpected(bucket::refusal::no_such_key);
  if (object->size > most) co_return fail(Errc::would_exceed_limit, "it is too long");
  std::string text(object->size, '\0');
  bucket::ObjectReader reader(object, 0, object->size);
  std::size_t at = 0;
  while (at < text.size()) {
    CO_TRY(const std::size_t count, co_await reader.read(std::span(text).subspan(at)));
    if (count == 0) co_return fail(Errc::corrupt, "it ends early");
    at += count;
  }
  co_return std::move(text);
}

}  // namespace gust::app
