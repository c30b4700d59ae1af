// LogShipper: delivers what LogSpools have closed to the buckets that distributions name.
//
// Source: CLOUDFRONT.md LOG-1, LOG-7. Our promise is better than the service's: a line is in its bucket within the
//         spool's file time and a look or two, at the latest at an orderly stop; after a crash the next start delivers.
// Shape:  a file becomes `<prefix><distribution id>.YYYY-MM-DD-HH.<unique>.gz` by one signed PUT, and is removed once
//         the store has said yes: each line arrives at least once, and a file that is sent again takes its own place.
// Bounds: one file at a time; of what buckets refuse the oldest files go when the spool is three quarters full.
// Core:   one; compression on a worker.
#pragma once

#include <string>
#include <vector>

#include "aws/sigv4.h"
#include "base/result.h"
#include "observe/log.h"
#include "observe/log_spool.h"
#include "origin/fetch.h"
#include "origin/target.h"
#include "rt/scope.h"
#include "rt/task.h"

namespace gust::observe {
class Counter;
class MetricsWriter;
}  // namespace gust::observe

namespace gust::app {

struct LogShipperOptions {
  std::string folder;  // of the spool
  Duration look_interval = std::chrono::seconds(30);
  rt::Endpoint store;   // S3's API, path style
  aws::SigningKey key;  // service s3
};

class LogShipper {
 public:
  // All outlive it but `options`.
  LogShipper(rt::Loop& loop, observe::SpoolAccount& account, observe::MetricsWriter& metrics, observe::Log& log,
             LogShipperOptions options);

  // Takes up what a process before has left. Before any LogSpool begins.
  //   fails  as the file system: the folder cannot be made or read
  rt::Task<Result<void>> open();
  // Looks every now and then.
  void start();
  // Delivers what is closed by now, once, and ends.
  rt::Task<void> stop();

 private:
  struct Spooled {
    std::string name;
    ByteCount bytes = 0;
    WallTime modified{};
  };
  rt::Task<void> run();
  rt::Task<void> deliver_all();
  rt::Task<Result<std::string>> read(const Spooled& file, ByteCount bytes_max);
  // Empty: it is there. Else why not, for people.
  rt::Task<std::string> put(std::string destination, std::string name, std::string lines);
  rt::Task<void> remove(const Spooled& file);
  rt::Task<void> make_room(std::vector<Spooled> refused);

  rt::Loop& loop_;
  observe::SpoolAccount& account_;
  observe::Log& log_;
  LogShipperOptions options_;
  observe::Counter& delivered_;
  observe::Counter& failed_;
  observe::Counter& given_up_;
  origin::OriginTarget target_;
  origin::Fetcher fetcher_;
  rt::Scope running_;
};

}  // namespace gust::app
