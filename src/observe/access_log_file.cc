#include "observe/access_log_file.h"

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "observe/access_log.h"
#include "observe/metrics.h"
#include "rt/files.h"
#include "rt/loop.h"

namespace gust::observe {
namespace {

constexpr ByteView dropped_name = "gustfront_access_log_dropped_lines_total";
constexpr ByteView dropped_help = "Access log lines that were not written.";

std::int64_t hour_of(WallTime at) { return std::chrono::floor<std::chrono::hours>(at.time_since_epoch()).count(); }

}  // namespace

FileAccessLog::FileAccessLog(rt::Loop& loop, std::string folder, MetricsWriter& metrics,
                             const FileAccessLogLimits& limits)
    : loop_(loop),
      folder_(std::move(folder)),
      limits_(limits),
      written_(metrics.counter("gustfront_access_log_lines_total", "Access log lines handed to the file system.")),
      dropped_full_(metrics.counter(dropped_name, dropped_help, {{"reason", "buffer_full"}})),
      dropped_failed_(metrics.counter(dropped_name, dropped_help, {{"reason", "write_failed"}})) {}

void FileAccessLog::write(const AccessRecord& record) {
  if (ended_ || waiting_bytes_ + writing_bytes_ >= limits_.buffered_bytes_max) return dropped_full_.add();
  Batch& batch = batch_for(record);
  const std::size_t before = batch.lines.size();
  append_access_line(record, batch.lines);
  ++batch.line_count;

  const bool was_empty = waiting_bytes_ == 0;
  const bool was_small = waiting_bytes_ < limits_.flush_bytes;
  waiting_bytes_ += batch.lines.size() - before;
  if (was_empty) oldest_ = loop_.now();
  if (was_empty || (was_small && waiting_bytes_ >= limits_.flush_bytes)) changed_.notify_all();
}

FileAccessLog::Batch& FileAccessLog::batch_for(const AccessRecord& record) {
  const std::int64_t hour = hour_of(record.ended);
  auto found = open_.find(record.distribution_id);
  if (found == open_.end()) {
    const std::string id(record.distribution_id);
    found = open_.emplace(id, Batch{.distribution_id = id, .hour = hour, .lines = {}}).first;
  }
  Batch& batch = found->second;
  if (batch.hour != hour) {
    closed_.push_back(std::exchange(batch, Batch{.distribution_id = found->first, .hour = hour, .lines = {}}));
  }
  return batch;
}

rt::Task<void> FileAccessLog::run() {
  while (!stopping_) {
    const Instant due = waiting_bytes_ == 0 ? never : oldest_ + limits_.flush_interval;
    if (waiting_bytes_ >= limits_.flush_bytes || due <= loop_.now()) {
      co_await flush();
    } else if (auto told = co_await changed_.wait(due); !told && told.error().code == Errc::cancelled) {
      break;
    }
  }
  co_await flush();
  ended_ = true;
}

void FileAccessLog::stop() {
  stopping_ = true;
  changed_.notify_all();
}

// Lines that come in meanwhile wait for the next flush, so that a file has its lines in order.
rt::Task<void> FileAccessLog::flush() {
  std::vector<Batch> batches = std::exchange(closed_, {});
  for (auto& [id, batch] : std::exchange(open_, {})) batches.push_back(std::move(batch));
  writing_bytes_ = std::exchange(waiting_bytes_, 0);
  for (const Batch& batch : batches) {
    const Result<void> appended = co_await append(batch);
    (appended ? written_ : dropped_failed_).add(batch.line_count);
    // Part of the bytes may be there: whatever comes next goes to a file of its own, behind no torn line.
    if (!appended) files_.erase(batch.distribution_id);
    if (!appended) folder_made_ = false;  // it may be gone
    writing_bytes_ -= batch.lines.size();
  }
}

rt::Task<Result<void>> FileAccessLog::append(const Batch& batch) {
  if (!folder_made_) CO_TRY_OK(co_await loop_.files().make_directory(folder_));
  folder_made_ = true;

  const std::int64_t hour_now = hour_of(loop_.wall_now());
  std::erase_if(files_, [&](const auto& entry) {
    return entry.second.hour + 1 < hour_now && entry.first != batch.distribution_id;
  });
  Begun& begun = files_[batch.distribution_id];
  if (begun.path.empty() || begun.hour != batch.hour) {
    const WallTime hour{std::chrono::hours{batch.hour}};
    const std::string unique = fmt::format("{:08x}", loop_.random() & 0xFFFF'FFFFU);
    const std::string name = access_log_file_name(batch.distribution_id, hour, unique);
    begun = {.hour = batch.hour, .path = folder_ + "/" + name, .has_header = false};
  }
  CO_TRY(std::unique_ptr<rt::File> file, co_await loop_.files().open(begun.path, rt::OpenMode::append));
  if (!begun.has_header) CO_TRY_OK(co_await file->write_at(0, access_log_header()));
  begun.has_header = true;
  co_return co_await file->write_at(0, batch.lines);
}

}  // namespace gust::observe
