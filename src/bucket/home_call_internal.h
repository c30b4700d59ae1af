// HomeCall: a task made and run on the store's home core, awaited from any core.
//
// Use:    `co_await at_home(scope, [&] { return change(...); })`; the function is called on the home core and returns a
//         Task. The call is never abandoned: a cancel of the caller waits for its end, so the function may use what its
//         caller owns. Started tasks are owned by `scope`, which lives on the home core.
#pragma once

#include <coroutine>
#include <optional>
#include <type_traits>
#include <utility>

#include "rt/loop.h"
#include "rt/scope.h"
#include "rt/task.h"

namespace gust::bucket {

template <typename Make>
class HomeCall {
  template <typename T>
  static T value_of(const rt::Task<T>&);

 public:
  using Value = decltype(value_of(std::declval<Make&>()()));

  HomeCall(rt::Scope& scope, Make make) : scope_(scope), make_(std::move(make)) {}

  bool await_ready() noexcept { return false; }
  template <typename Promise>
  void await_suspend(std::coroutine_handle<Promise> self) {
    caller_ = self.promise().context.loop;
    self_ = self;
    if (caller_ == &scope_.loop()) {
      scope_.spawn(run(*this));
    } else {
      scope_.loop().post([this] { scope_.spawn(run(*this)); });
    }
  }
  Value await_resume() { return std::move(*value_); }

 private:
  static rt::Task<void> run(HomeCall& call) {
    call.value_.emplace(co_await call.make_());
    // From here on the caller may go on, and `call` with it.
    rt::Loop* caller = call.caller_;
    const std::coroutine_handle<> self = call.self_;
    if (caller == &call.scope_.loop()) {
      caller->resume_soon(self);
    } else {
      caller->post([caller, self] { caller->resume_soon(self); });
    }
  }

  rt::Scope& scope_;
  Make make_;
  rt::Loop* caller_ = nullptr;
  std::coroutine_handle<> self_;
  std::optional<Value> value_;
};

template <typename Make>
HomeCall<Make> at_home(rt::Scope& scope, Make make) {
  return {scope, std::move(make)};
}

}  // namespace gust::bucket
