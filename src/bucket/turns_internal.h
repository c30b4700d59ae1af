// Turns: one after the other for things of the same name. Core: one.
#pragma once

#include <set>
#include <string>
#include <utility>

#include "rt/signal.h"
#include "rt/task.h"

namespace gust::bucket {

class Turns {
 public:
  // Held from take() until destroyed.
  class Turn {
   public:
    Turn(Turns& turns, std::string name) : turns_(&turns), name_(std::move(name)) {}
    Turn(Turn&& other) noexcept : turns_(std::exchange(other.turns_, nullptr)), name_(std::move(other.name_)) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn() {
      if (turns_ != nullptr) turns_->give(name_);
    }

   private:
    Turns* turns_;
    std::string name_;
  };

  rt::Task<Turn> take(std::string name) {
    while (!taken_.insert(name).second) static_cast<void>(co_await given_.wait_uncancelled());
    co_return Turn(*this, std::move(name));
  }

 private:
  void give(const std::string& name) {
    taken_.erase(name);
    given_.notify_all();
  }

  std::set<std::string> taken_;
  rt::Signal given_;
};

}  // namespace gust::bucket
