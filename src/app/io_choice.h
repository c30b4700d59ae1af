// IoChoice: by what the loops hear of events: what the operator asked for, and what this system lets them use.
//
// Source: docs/decisions/io-uring.md, which also says what the default rests on.
#pragma once

#include <expected>
#include <string>

#include "base/result.h"
#include "rt/io_backend.h"

namespace gust::app {

// automatic: io_uring where the system allows it, else epoll.
enum class IoWish : std::uint8_t { automatic, epoll, io_uring };

struct IoChoice {
  rt::IoBackend backend = rt::IoBackend::epoll;
  std::string note;  // for the log: why it is not the other; empty: nothing to say
};

// `tried` is what rt::try_io_uring() found.
//   fails   io_uring was asked for by name and cannot be had: one line that says why and what to do
std::expected<IoChoice, std::string> choose_io(IoWish wish, const Result<void>& tried);

}  // namespace gust::app
