// OriginFailure: what a failed fetch means to the viewer, the log and the failover group.
//
// Source: CLOUDFRONT.md 16.3, LOG-6, FAIL-3, LIM-5.
// Shape:  a pure function of the Error and of how far the fetch had come.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"

namespace gust::origin {

enum class FetchPhase : std::uint8_t {
  queue,  // for a connection of our own pool
  resolve,
  connect,
  send,
  head,
  body,
};

struct OriginFailure {
  std::uint16_t status = 502;  // to answer with where nothing better is at hand: 502, 503 (ours was full), 504, 500
  ByteView log_detail;         // x-edge-detailed-result-type
  // The code that an origin group must list for this failure to go to its second member (FAIL-3): 503 for a connection
  // that did not come about, 504 for a timeout, 502 for the rest; 0: the origin is not to blame, stay with it.
  std::uint16_t failover_status = 502;
};

OriginFailure failure_of(const Error& error, FetchPhase phase);

}  // namespace gust::origin
