// Tunnel: what a connection is once both ends have switched to another protocol (101): bytes both ways, as they come.
//
// Source: RFC 9110 sections 7.8 and 15.2.2.
// Shape:  one read and one write may be under way at a time.
// Core:   that of its connection, which outlives it.
#pragma once

#include <cstddef>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "rt/task.h"

namespace gust::http {

class Tunnel {
 public:
  virtual ~Tunnel() = default;
  // Some bytes; 0 says that the peer has finished.
  //   fails   reset, timed_out, cancelled, io_failed
  virtual rt::Task<Result<std::size_t>> read(MutableBytes into, Instant deadline) = 0;
  // All of `bytes`, which outlive the wait.
  //   fails   as read()
  virtual rt::Task<Result<void>> write(ByteView bytes, Instant deadline) = 0;
  // The peer reads the end after what was written.
  virtual void finish_writing() = 0;
};

}  // namespace gust::http
