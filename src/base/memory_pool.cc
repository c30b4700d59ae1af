#include "base/memory_pool.h"

#include <cstdlib>
#include <utility>

#include "base/check.h"

namespace gust::memory_pool {

thread_local constinit Lists lists;
#if defined(__has_feature) && (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
thread_local constinit bool keeps = false;
#else
thread_local constinit bool keeps = true;
#endif

namespace {

thread_local constinit bool thread_ended = false;

// Made when a thread gives for the first time; at the thread's end it gives everything to the allocator.
struct Keeper {
  Keeper() {
    for (std::size_t i = 0; i < class_count; ++i) lists.room[i] = kept_max_of(i);
  }
  ~Keeper() {
    thread_ended = true;
    for (std::size_t i = 0; i < class_count; ++i) {
      lists.room[i] = 0;
      while (lists.first[i] != nullptr) std::free(std::exchange(lists.first[i], lists.first[i]->next));
    }
  }
};

}  // namespace

// malloc, so that tests that count calls of operator new see the same under a sanitizer.
void* take_new(std::size_t bytes) {
  void* const memory = std::malloc(room_of_memory(bytes));
  CHECK(memory != nullptr);
  return memory;
}

void give_first_or_last(void* memory, std::size_t bytes) noexcept {
  if (keeps && bytes <= taken_bytes_max && !thread_ended) {
    thread_local const Keeper keeper;
    (void)keeper;
    const std::size_t index = class_of(bytes);
    if (lists.room[index] > 0) {
      --lists.room[index];
      lists.first[index] = new (memory) Free{lists.first[index]};
      return;
    }
  }
  std::free(memory);
}

}  // namespace gust::memory_pool
