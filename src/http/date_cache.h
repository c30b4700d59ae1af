// DateCache: the Date of a response, written anew once a second.
//
// Core:   one a core or a connection; not shared.
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/date.h"

namespace gust::http {

class DateCache {
 public:
  // "Sun, 06 Nov 1994 08:49:37 GMT", good until the next call.
  ByteView at(WallTime now) {
    if (const std::int64_t second = unix_seconds(now); second != second_) {
      second_ = second;
      text_ = http_date_of(now);
    }
    return text_;
  }

 private:
  std::int64_t second_ = INT64_MIN;
  std::string text_;
};

}  // namespace gust::http
