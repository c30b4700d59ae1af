// Memory of a few sizes that comes and goes with every request: coroutine frames, arenas, field lists, input buffers.
//
// Shape:  each thread keeps what was given back in lists by size class and takes from them first: a dozen instructions
//         each way, no lock. What one thread took another may give back; it stays with the one that gave.
// Limits: each class keeps so many blocks a thread (kept_max_of); what is more, or larger than taken_bytes_max, goes to
//         the allocator. Under a sanitizer nothing is kept, so that a use after the end is seen.
// Core:   any.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <new>

namespace gust {

// Takes room for `bytes` bytes, at least 1, aligned as by operator new.
void* take_memory(std::size_t bytes);
// Gives back what take_memory(bytes) gave, with the same `bytes`.
void give_memory(void* memory, std::size_t bytes) noexcept;

// How many bytes take_memory(bytes) really gives: for what can use them.
constexpr std::size_t room_of_memory(std::size_t bytes);

namespace memory_pool {

// Sixteen classes of 128 bytes each up to 2 KiB hold nearly every frame; then 4, 8 and 16 KiB.
inline constexpr std::size_t step_bytes = 128;
inline constexpr std::size_t steps = 16;
inline constexpr std::size_t class_count = steps + 3;
inline constexpr std::size_t taken_bytes_max = step_bytes * steps * 8;

constexpr std::size_t class_of(std::size_t bytes) {
  if (bytes <= step_bytes * steps) return (bytes - 1) / step_bytes;
  return bytes <= step_bytes * steps * 2 ? steps : bytes <= step_bytes * steps * 4 ? steps + 1 : steps + 2;
}
constexpr std::size_t bytes_of(std::size_t index) {
  return index < steps ? (index + 1) * step_bytes : step_bytes * steps << (index - steps + 1);
}
// 4 MiB of a class at most, and 4096 blocks.
constexpr std::uint32_t kept_max_of(std::size_t index) {
  const std::size_t fitting = 4 * 1024 * 1024 / bytes_of(index);
  return static_cast<std::uint32_t>(fitting < 4096 ? fitting : 4096);
}

struct Free {
  Free* next;
};
struct Lists {
  std::array<Free*, class_count> first{};
  std::array<std::uint32_t, class_count> room{};  // how many more are kept; 0 until the thread has given its first
};
extern thread_local constinit Lists lists;
// Whether this thread keeps anything; a test says so under a sanitizer too.
extern thread_local constinit bool keeps;

void* take_new(std::size_t bytes);
void give_first_or_last(void* memory, std::size_t bytes) noexcept;

}  // namespace memory_pool

constexpr std::size_t room_of_memory(std::size_t bytes) {
  return bytes > memory_pool::taken_bytes_max ? bytes : memory_pool::bytes_of(memory_pool::class_of(bytes));
}

inline void* take_memory(std::size_t bytes) {
  if (bytes > memory_pool::taken_bytes_max) return memory_pool::take_new(bytes);
  const std::size_t index = memory_pool::class_of(bytes);
  memory_pool::Lists& lists = memory_pool::lists;
  memory_pool::Free* const block = lists.first[index];
  if (block == nullptr) return memory_pool::take_new(bytes);
  lists.first[index] = block->next;
  ++lists.room[index];
  return block;
}

inline void give_memory(void* memory, std::size_t bytes) noexcept {
  if (bytes > memory_pool::taken_bytes_max) return memory_pool::give_first_or_last(memory, bytes);
  const std::size_t index = memory_pool::class_of(bytes);
  memory_pool::Lists& lists = memory_pool::lists;
  if (lists.room[index] == 0) return memory_pool::give_first_or_last(memory, bytes);
  --lists.room[index];
  lists.first[index] = new (memory) memory_pool::Free{lists.first[index]};
}

}  // namespace gust
