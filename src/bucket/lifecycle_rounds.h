// LifecycleRounds: carries out the lifecycle rules of all buckets, again and again.
//
// Source: Amazon S3 user guide, "Expiring objects": what is over goes some time after midnight UTC.
// Shape:  a round an hour, the first a minute after the start; a bucket without rules costs nothing. What was looked at
//         may have changed by then, so each removal holds only for exactly the version that was seen.
// Memory: versions_at_once versions (but of one key all).
// Core:   the home core of the store.
#pragma once

#include <cstddef>

#include "rt/scope.h"
#include "rt/task.h"

namespace gust::bucket {

class BucketStore;

class LifecycleRounds {
 public:
  static constexpr std::size_t versions_at_once = 500;

  // `store` outlives this.
  LifecycleRounds(rt::Loop& loop, BucketStore& store) : store_(store), scope_(loop) {}

  void start() { scope_.spawn(run()); }
  rt::Task<void> stop();
  // One round over all buckets, now. gives: how many versions, markers and uploads went
  rt::Task<std::size_t> round();

 private:
  rt::Task<void> run();

  BucketStore& store_;
  rt::Scope scope_;
};

}  // namespace gust::bucket
