#include "observe/log_spool.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "observe/access_log.h"
#include "observe/metrics.h"
#include "rt/files.h"
#include "rt/loop.h"

namespace gust::observe {
namespace {

constexpr ByteView head_word = "#Destination: ";
constexpr ByteView dropped_name = "gustfront_log_delivery_dropped_lines_total";
constexpr ByteView dropped_help = "Access log lines for buckets that were not kept.";

std::int64_t hour_of(WallTime at) { return std::chrono::floor<std::chrono::hours>(at.time_since_epoch()).count(); }

}  // namespace

std::string spool_head(ByteView destination) { return fmt::format("{}{}\n", head_word, destination); }

std::optional<ByteView> read_spool_head(ByteView text) {
  const Cut line = cut(text, '\n');
  if (!line.found || !line.before.starts_with(head_word)) return std::nullopt;
  return line.before.substr(head_word.size());
}

LogSpool::LogSpool(rt::Loop& loop, std::string folder, MetricsWriter& metrics, SpoolAccount& account,
                   const LogSpoolLimits& limits)
    : loop_(loop),
      folder_(std::move(folder)),
      limits_(limits),
      account_(account),
      dropped_full_(metrics.counter(dropped_name, dropped_help, {{"reason", "full"}})),
      dropped_failed_(metrics.counter(dropped_name, dropped_help, {{"reason", "write_failed"}})) {}

void LogSpool::write(const AccessRecord& record) {
  if (record.log_destination.empty()) return;
  const bool is_full = waiting_bytes_ + writing_bytes_ >= limits_.buffered_bytes_max ||
                       account_.bytes.load(std::memory_order_relaxed) >= account_.bytes_max;
  if (ended_ || is_full) return dropped_full_.add();
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

LogSpool::Batch& LogSpool::batch_for(const AccessRecord& record) {
  const std::int64_t hour = hour_of(record.ended);
  auto found = open_.find(record.distribution_id);
  if (found == open_.end()) found = open_.emplace(record.distribution_id, Batch{}).first;
  Batch& batch = found->second;
  if (batch.hour == hour && batch.destination == record.log_destination) return batch;
  if (batch.line_count > 0) closed_.push_back(std::move(batch));
  batch = {
      .distribution_id = found->first, .destination = std::string(record.log_destination), .hour = hour, .lines = {}};
  return batch;
}

Instant LogSpool::next_due() const {
  Instant due = waiting_bytes_ == 0 ? never : oldest_ + limits_.flush_interval;
  for (const auto& [id, begun] : files_) due = std::min(due, begun.since + limits_.file_time);
  return due;
}

rt::Task<void> LogSpool::run() {
  while (!stopping_) {
    if (waiting_bytes_ >= limits_.flush_bytes || next_due() <= loop_.now()) {
      co_await flush();
      co_await close_old();
    } else if (auto told = co_await changed_.wait(next_due()); !told && told.error().code == Errc::cancelled) {
      break;
    }
  }
  co_await flush();
  ended_ = true;
  while (!files_.empty()) co_await close(files_.begin()->first);
}

void LogSpool::stop() {
  stopping_ = true;
  changed_.notify_all();
}

rt::Task<void> LogSpool::flush() {
  std::vector<Batch> batches = std::exchange(closed_, {});
  for (auto& [id, batch] : std::exchange(open_, {})) batches.push_back(std::move(batch));
  writing_bytes_ = std::exchange(waiting_bytes_, 0);
  for (const Batch& batch : batches) {
    if (!co_await append(batch)) {
      dropped_failed_.add(batch.line_count);
      // Part of the bytes may be there: whatever comes next goes to a file of its own, behind no torn line.
      co_await close(batch.distribution_id);
    }
    writing_bytes_ -= batch.lines.size();
  }
}

rt::Task<Result<void>> LogSpool::append(const Batch& batch) {
  const auto found = files_.find(batch.distribution_id);
  const bool goes_on =
      found != files_.end() && found->second.hour == batch.hour && found->second.destination == batch.destination;
  if (found != files_.end() && !goes_on) co_await close(batch.distribution_id);
  if (!goes_on) {
    const WallTime hour{std::chrono::hours{batch.hour}};
    std::string name = access_log_file_name(batch.distribution_id, hour, fmt::format("{:016x}", loop_.random()));
    name.resize(name.size() - spool_closed_suffix.size());
    files_[batch.distribution_id] = {
        .path = folder_ + "/" + name, .destination = batch.destination, .hour = batch.hour, .since = loop_.now()};
  }
  Begun& begun = files_[batch.distribution_id];
  const std::string text = begun.bytes == 0 ? spool_head(batch.destination) + batch.lines : batch.lines;
  CO_TRY(std::unique_ptr<rt::File> file,
         co_await loop_.files().open(begun.path + std::string(spool_open_suffix), rt::OpenMode::append));
  const auto written = co_await file->write_at(0, text);
  if (!written && begun.bytes == 0) {
    // It holds no whole line, and nobody would know for whom it is.
    [[maybe_unused]] const auto removed = co_await loop_.files().remove(begun.path + std::string(spool_open_suffix));
    files_.erase(batch.distribution_id);
    co_return written;
  }
  // What is there counts, also of a write that failed: the account is of the disk.
  ByteCount added = text.size();
  if (!written) {
    const auto size = co_await file->size();
    added = size && *size > begun.bytes ? *size - begun.bytes : 0;
  }
  begun.bytes += added;
  account_.bytes.fetch_add(added, std::memory_order_relaxed);
  CO_TRY_OK(written);
  if (begun.bytes >= limits_.file_bytes) co_await close(batch.distribution_id);
  co_return Result<void>{};
}

// A file that cannot be renamed is found by the next start.
rt::Task<void> LogSpool::close(std::string distribution_id) {
  const auto found = files_.find(distribution_id);
  if (found == files_.end()) co_return;
  const std::string path = std::move(found->second.path);
  files_.erase(found);
  [[maybe_unused]] const auto renamed =
      co_await loop_.files().rename(path + std::string(spool_open_suffix), path + std::string(spool_closed_suffix));
}

rt::Task<void> LogSpool::close_old() {
  const Instant now = loop_.now();
  const std::int64_t hour = hour_of(loop_.wall_now());
  std::vector<std::string> old;
  for (const auto& [id, begun] : files_) {
    if (begun.since + limits_.file_time <= now || begun.hour + 1 < hour) old.push_back(id);
  }
  for (std::string& id : old) co_await close(std::move(id));
}

}  // namespace gust::observe
