// Input: the bytes of one connection that have come and are not yet consumed.
//
// Shape:  view() stays where it is until bytes are added or compact() is called, so that the views of a head hold while
//         its message's content is read elsewhere. The memory is the thread's pool's: taken with the first space(),
//         given back by release(), so that a connection without bytes holds none.
#pragma once

#include <cstddef>
#include <cstring>

#include "base/bytes.h"
#include "base/memory_pool.h"

namespace gust::http {

class Input {
 public:
  // `bytes`: of the first memory that is taken.
  explicit Input(std::size_t bytes) : first_bytes_(bytes) {}
  ~Input() { give(); }
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  ByteView view() const { return {memory_ + begin_, end_ - begin_}; }
  bool empty() const { return begin_ == end_; }
  void take(std::size_t bytes) { begin_ += bytes; }
  void clear() { begin_ = end_ = 0; }

  // Moves what is left to the front: for the time between messages.
  void compact() {
    if (begin_ == 0) return;
    if (!empty()) std::memmove(memory_, memory_ + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  // Gives the memory back. Only while it is empty.
  void release() {
    give();
    memory_ = nullptr;
    capacity_ = begin_ = end_ = 0;
  }
  // Room to read into, behind view(). Doubles the memory when it is full; heads have limits that bound it.
  MutableBytes space() {
    if (end_ == capacity_) grow(capacity_ == 0 ? first_bytes_ : capacity_ * 2);
    return {memory_ + end_, capacity_ - end_};
  }
  void added(std::size_t bytes) { end_ += bytes; }

  // Puts bytes that were read past a message's end in the place of what is here; for the time between messages.
  void replace(ByteView bytes) {
    clear();
    if (bytes.empty()) return;
    if (bytes.size() > capacity_) grow(bytes.size());
    std::memcpy(memory_, bytes.data(), bytes.size());
    end_ = bytes.size();
  }

 private:
  void give() {
    if (memory_ != nullptr) give_memory(memory_, capacity_);
  }
  void grow(std::size_t bytes) {
    auto* const larger = static_cast<char*>(take_memory(bytes));
    if (!empty()) std::memcpy(larger, memory_ + begin_, end_ - begin_);
    give();
    memory_ = larger;
    capacity_ = bytes;
    end_ -= begin_;
    begin_ = 0;
  }

  char* memory_ = nullptr;
  std::size_t first_bytes_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace gust::http
