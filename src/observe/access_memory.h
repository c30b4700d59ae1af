// MemoryAccessLog: keeps the records themselves, for tests and the simulation's "one log line a request".
//
// Core:   one.
#pragma once

#include <cstddef>
#include <deque>

#include "base/arena.h"
#include "observe/access_record.h"

namespace gust::observe {

class MemoryAccessLog final : public AccessSink {
 public:
  // Beyond `records_max` the oldest goes; its texts are kept until clear().
  explicit MemoryAccessLog(std::size_t records_max = 1'000'000) : records_max_(records_max) {}

  void write(const AccessRecord& record) override;

  // In the order of their ends. The views live until clear().
  const std::deque<AccessRecord>& records() const { return records_; }
  // The records whose X-Amz-Cf-Id is `request_id`.
  std::size_t count_of(ByteView request_id) const;
  void clear();

 private:
  std::size_t records_max_;
  Arena texts_;
  std::deque<AccessRecord> records_;
};

}  // namespace gust::observe
