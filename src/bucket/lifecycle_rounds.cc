#include "bucket/lifecycle_rounds.h"

#include "bucket/lifecycle.h"
#include "bucket/s3_documents_internal.h"
#include "bucket/store.h"
#include "rt/loop.h"
#include "rt/signal.h"

namespace gust::bucket {
namespace {

using Rules = aws::s3::BucketLifecycleConfiguration;

constexpr Duration before_first = std::chrono::minutes(1);
constexpr Duration between_rounds = std::chrono::hours(1);
constexpr Duration between_steps = std::chrono::milliseconds(10);  // so that requests come between

struct Step {
  BucketStore& store;
  std::string bucket;
  const Rules& rules;
  WallTime now;
  std::size_t ended = 0;
};

rt::Task<void> remove(Step& step, ObjectPtr version, VersionChoice choice) {
  const auto done =
      co_await step.store.delete_object(step.bucket, version->key, std::move(choice), {.only_if_still = version});
  if (done) ++step.ended;
}

// Versions of one key, oldest first.
rt::Task<void> end_versions(Step& step, const std::vector<ObjectPtr>& versions) {
  for (std::size_t i = 0; i + 1 < versions.size(); ++i) {
    const WallTime since = versions[i + 1]->modified;
    if (!is_version_over(step.rules, *versions[i], since, versions.size() - 2 - i, step.now)) continue;
    co_await remove(step, versions[i], versions[i]->version_id);
  }
  const ObjectPtr& newest = versions.back();
  if (!newest->is_delete_marker) {
    const auto expiry = expiry_of(step.rules, *newest);
    if (expiry && expiry->at <= step.now) co_await remove(step, newest, std::nullopt);
  } else if (versions.size() == 1 && is_marker_over(step.rules, *newest, step.now)) {
    co_await remove(step, newest, newest->version_id);
  }
}

rt::Task<void> end_uploads(Step& step) {
  UploadQuery query{.prefix = {}, .delimiter = {}, .after_key = {}, .after_id = {}};
  while (true) {
    const auto page = step.store.list_uploads(step.bucket, query);
    if (!page) co_return;
    for (const UploadPtr& upload : page->uploads) {
      if (!is_upload_over(step.rules, *upload, step.now)) continue;
      if (co_await step.store.abort_upload(step.bucket, upload->key, upload->id)) ++step.ended;
    }
    if (!page->is_truncated) co_return;
    query.after_key = page->last_key;
    query.after_id = page->last_id;
  }
}

}  // namespace

rt::Task<std::size_t> LifecycleRounds::round() {
  rt::Loop& loop = co_await rt::this_loop();
  std::size_t ended = 0;
  for (const BucketInfo& bucket : store_.list_buckets()) {
    const std::string* text = bucket.document(document::lifecycle);
    if (text == nullptr) continue;
    const auto rules = aws::from_json<Rules>(*text);
    if (!rules) continue;
    Step step{.store = store_, .bucket = bucket.name, .rules = *rules, .now = loop.wall_now()};
    std::string after;
    while (true) {
      const auto keys = store_.list_histories(bucket.name, after, versions_at_once);
      if (!keys || keys->empty()) break;
      for (const std::vector<ObjectPtr>& versions : *keys) co_await end_versions(step, versions);
      after = keys->back().back()->key;
      if (!co_await rt::sleep_until(loop.now() + between_steps)) co_return ended + step.ended;
    }
    co_await end_uploads(step);
    ended += step.ended;
  }
  co_return ended;
}

rt::Task<void> LifecycleRounds::run() {
  rt::Loop& loop = co_await rt::this_loop();
  Duration pause = before_first;
  while (co_await rt::sleep_until(loop.now() + std::exchange(pause, between_rounds))) {
    static_cast<void>(co_await round());
  }
}

rt::Task<void> LifecycleRounds::stop() {
  scope_.cancel();
  co_await scope_.join();
}

}  // namespace gust::bucket
