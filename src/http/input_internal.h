// Input: the bytes of one connection that have come and are not yet consumed.
//
// Shape:  view() stays where it is until bytes are added or compact() is called, so that the views of a head hold while
//         its message's content is read elsewhere.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>

#include "base/bytes.h"

namespace gust::http {

class Input {
 public:
  explicit Input(std::size_t bytes) : memory_(std::make_unique<char[]>(bytes)), capacity_(bytes) {}

  ByteView view() const { return {memory_.get() + begin_, end_ - begin_}; }
  bool empty() const { return begin_ == end_; }
  void take(std::size_t bytes) { begin_ += bytes; }
  void clear() { begin_ = end_ = 0; }

  // Moves what is left to the front: for the time between messages.
  void compact() {
    std::memmove(memory_.get(), memory_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  // Room to read into, behind view(). Doubles the memory when it is full; heads have limits that bound it.
  MutableBytes space() {
    if (end_ == capacity_) grow(capacity_ * 2);
    return {memory_.get() + end_, capacity_ - end_};
  }
  void added(std::size_t bytes) { end_ += bytes; }

  // Puts bytes that were read past a message's end in the place of what is here; for the time between messages.
  void replace(ByteView bytes) {
    clear();
    if (bytes.size() > capacity_) grow(bytes.size());
    std::memcpy(memory_.get(), bytes.data(), bytes.size());
    end_ = bytes.size();
  }

 private:
  void grow(std::size_t bytes) {
    auto larger = std::make_unique<char[]>(bytes);
    std::memcpy(larger.get(), memory_.get() + begin_, end_ - begin_);
    memory_ = std::move(larger);
    capacity_ = bytes;
    end_ -= begin_;
    begin_ = 0;
  }

  std::unique_ptr<char[]> memory_;
  std::size_t capacity_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace gust::http
