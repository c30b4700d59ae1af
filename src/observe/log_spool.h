// LogSpool: keeps on disk the access lines of distributions whose logs go to a bucket, until they are delivered.
//
// Source: CLOUDFRONT.md LOG-1, LOG-7.
// Shape:  files in one folder, each of one distribution, hour and destination:
//         `<distribution id>.YYYY-MM-DD-HH.<unique>.open` while lines are added, `.log` once it is to be delivered:
//         when it is long enough or old enough, its hour is over, or at the end. The first line tells the destination
//         (spool_head); the others are access lines. A file that was begun by a process that is gone may end in the
//         middle of a line, which was never promised to anybody.
// Promise: as FileAccessLog: a line is handed to the file system within `flush_interval`, or counted as dropped.
// Bounds:  `SpoolAccount` is what lies in the folder, for all who write to it and the one who delivers; beyond its
//         bound lines are dropped and counted.
// Core:   one; several cores have one each, in one folder.
#pragma once

#include <atomic>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
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

struct SpoolAccount {
  ByteCount bytes_max = 256_MiB;
  std::atomic<ByteCount> bytes = 0;
};

struct LogSpoolLimits {
  std::size_t buffered_bytes_max = 4 * 1024 * 1024;  // beyond it lines are dropped and counted
  std::size_t flush_bytes = 64 * 1024;
  Duration flush_interval = std::chrono::milliseconds{500};
  ByteCount file_bytes = 1_MiB;                  // a file of so much is delivered...
  Duration file_time = std::chrono::minutes{5};  // ... and any after this time
};

inline constexpr ByteView spool_open_suffix = ".open";
inline constexpr ByteView spool_closed_suffix = ".log";

// The first line of a file, with its line end; and what it says, absent where `text` does not begin with one.
std::string spool_head(ByteView destination);
std::optional<ByteView> read_spool_head(ByteView text);

class LogSpool final : public AccessSink {
 public:
  // `folder` is there. `loop`, `metrics` and `account` outlive it.
  LogSpool(rt::Loop& loop, std::string folder, MetricsWriter& metrics, SpoolAccount& account,
           const LogSpoolLimits& limits = {});

  // Keeps the line of a record that has a destination. Never waits.
  void write(const AccessRecord& record) override;

  // Writes what comes in until stop(), or until its scope is cancelled; then what is left, closes all files, and
  // returns. Run it once.
  rt::Task<void> run();
  void stop();

 private:
  // The lines of one distribution, hour and destination that wait for the next flush.
  struct Batch {
    std::string distribution_id, destination;
    std::int64_t hour = 0;  // since 1970
    std::string lines;
    std::size_t line_count = 0;
  };
  struct Begun {
    std::string path;  // without its suffix
    std::string destination;
    std::int64_t hour = 0;
    ByteCount bytes = 0;
    Instant since{};
  };
  Batch& batch_for(const AccessRecord& record);
  rt::Task<void> flush();
  rt::Task<Result<void>> append(const Batch& batch);
  rt::Task<void> close(std::string distribution_id);
  rt::Task<void> close_old();
  Instant next_due() const;

  rt::Loop& loop_;
  std::string folder_;
  LogSpoolLimits limits_;
  SpoolAccount& account_;
  Counter& dropped_full_;
  Counter& dropped_failed_;

  std::map<std::string, Batch, std::less<>> open_;  // by distribution
  std::vector<Batch> closed_;                       // of hours, or destinations, before
  std::size_t waiting_bytes_ = 0;
  std::size_t writing_bytes_ = 0;
  Instant oldest_{};
  std::map<std::string, Begun, std::less<>> files_;  // by distribution
  bool stopping_ = false;
  bool ended_ = false;
  rt::Signal changed_;
};

}  // namespace gust::observe
