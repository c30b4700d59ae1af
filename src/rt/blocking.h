// blocking: a call that may block (a file, SQLite) made outside the loop's thread, and awaited.
//
// Shape:  `T result = co_await rt::blocking(loop, function);` The call is never abandoned: a cancel waits for its end,
// so
//         the function may use what its caller owns.
#pragma once

#include <optional>
#include <type_traits>
#include <utility>

#include "rt/loop.h"

namespace gust::rt {

template <typename Function>
class Blocking {
 public:
  using Value = std::invoke_result_t<Function&>;
  static_assert(!std::is_void_v<Value>, "give a Result<void> instead");

  Blocking(Loop& loop, Function function) : loop_(&loop), function_(std::move(function)) {}
  bool await_ready() noexcept { return false; }
  void await_suspend(std::coroutine_handle<> self) {
    loop_->offload([this, self] {
      value_.emplace(function_());
      loop_->post([loop = loop_, self] { loop->resume_soon(self); });
    });
  }
  Value await_resume() { return std::move(*value_); }

 private:
  Loop* loop_;
  Function function_;
  std::optional<Value> value_;
};

template <typename Function>
Blocking<Function> blocking(Loop& loop, Function function) {
  return {loop, std::move(function)};
}

}  // namespace gust::rt
