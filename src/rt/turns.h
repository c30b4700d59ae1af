// Turns: one task at a time judges and writes what must hold together.
//
// Shape:  a store compares single documents only; where something must hold between them (a policy that is named is
//         there, a name stands once), a Turn keeps others from changing what was looked at. Who only reads takes none.
// Core:   one.
#pragma once

#include <utility>

#include "base/result.h"
#include "rt/signal.h"
#include "rt/task.h"

namespace gust::rt {

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
  Task<Result<Turn>> take() {
    while (is_taken_) CO_TRY_OK(co_await free_.wait(never));
    is_taken_ = true;
    co_return Turn(*this);
  }

 private:
  bool is_taken_ = false;
  Signal free_;
};

}  // namespace gust::rt
