// Turns: what must hold between documents (a policy that is named is there, a name stands once) is judged and written
// by one request at a time.
//
// Shape:  the store compares single documents only; a Turn keeps others from changing what was looked at.
// Core:   one. Requests that need none (reads, invalidations) take none.
#pragma once

#include <utility>

#include "base/result.h"
#include "rt/signal.h"
#include "rt/task.h"

namespace gust::control {

class Turns {
 public:
  // It is one's turn as long as this lives.
  class Turn {
   public:
    explicit Turn(Turns& turns) : turns_(&turns) {}
    Turn(Turn&& other) noexcept : turns_(std::exchange(other.turns_, nullptr)) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn() {
      if (turns_ == nullptr) return;
      turns_->is_taken_ = false;
      turns_->free_.notify_one();
    }

   private:
    Turns* turns_;
  };

  //   fails  cancelled
  rt::Task<Result<Turn>> take() {
    while (is_taken_) CO_TRY_OK(co_await free_.wait(never));
    is_taken_ = true;
    co_return Turn(*this);
  }

 private:
  bool is_taken_ = false;
  rt::Signal free_;
};

}  // namespace gust::control
