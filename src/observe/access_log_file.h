// FileAccessLog: writes access lines of one core to files, behind the requests that they are about.
//
// Source: CLOUDFRONT.md LOG-1, LOG-7.
// Shape:  `<folder>/<distribution id>.YYYY-MM-DD-HH.<unique>.log`, UTC, plain text where CloudFront has .gz. <unique>
//         differs for every core, start and failed write, so that a file has one writer and never a torn line in its
//         middle. Within a file lines stand in the order in which requests ended on that core.
// Promise: a line is handed to the file system within `flush_interval` of its request's end, or, when the disk cannot
//         follow, counted as dropped; an orderly stop leaves none behind. Files are not synced: a machine that loses
//         power may lose the last moments.
// Core:   one; several cores have one each.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "observe/access_record.h"
#include "rt/signal.h"
#include "rt/task.h"

namespace gust::rt {
class Loop;
}

namespace gust::observe {

class Counter;
class MetricsWriter;

struct FileAccessLogLimits {
  std::size_t buffered_bytes_max = 4 * 1024 * 1024;          // beyond it lines are dropped and counted
  std::size_t flush_bytes = 64 * 1024;                       // that many are written at once...
  Duration flush_interval = std::chrono::milliseconds{500};  // ... and fewer after this time
};

class FileAccessLog final : public AccessSink {
 public:
  // Writes into `folder` (made when missing), one a node: `<data>/logs/<node>`. `loop` and `metrics` outlive it.
  FileAccessLog(rt::Loop& loop, std::string folder, MetricsWriter& metrics, const FileAccessLogLimits& limits = {});

  // Keeps the line for the next flush. Never waits; counts the line as dropped when the buffer is full or run() over.
  void write(const AccessRecord& record) override;

  // Writes what comes in until stop(), or until its scope is cancelled; then what is left, and returns. Run it once.
  rt::Task<void> run();
  void stop();

 private:
  // The lines of one distribution and hour that wait for the next flush.
  struct Batch {
    std::string distribution_id;
    std::int64_t hour = 0;  // since 1970
    std::string lines;
    std::size_t line_count = 0;
  };
  // The file that takes the lines of a distribution; left when its hour is over or a write to it failed.
  struct Begun {
    std::int64_t hour = 0;
    std::string path;
    bool has_header = false;
  };
  Batch& batch_for(const AccessRecord& record);
  rt::Task<void> flush();
  rt::Task<Result<void>> append(const Batch& batch);

  rt::Loop& loop_;
  std::string folder_;
  FileAccessLogLimits limits_;
  Counter& written_;
  Counter& dropped_full_;
  Counter& dropped_failed_;

  std::map<std::string, Batch, std::less<>> open_;  // by distribution: the hour under way
  std::vector<Batch> closed_;                       // of hours before
  std::size_t waiting_bytes_ = 0;                   // of both
  std::size_t writing_bytes_ = 0;                   // of the flush under way
  Instant oldest_{};                                // when the first waiting line came
  std::map<std::string, Begun, std::less<>> files_;
  bool folder_made_ = false;
  bool stopping_ = false;
  bool ended_ = false;
  rt::Signal changed_;
};

}  // namespace gust::observe
