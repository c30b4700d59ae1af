// Shared objects in slabs: counts, the object and bytes behind it in one block, which keeps its ledger.
#pragma once

#include <memory>
#include <utility>

#include "cache/ledger.h"

namespace gust::cache {

// Hands one block of a ledger's slabs to std::allocate_shared, and takes it back.
template <typename T, std::size_t bytes>
class SlabAllocator {
 public:
  using value_type = T;
  template <typename U>
  struct rebind {
    using other = SlabAllocator<U, bytes>;
  };

  SlabAllocator(std::shared_ptr<Ledger> ledger, void* memory) : ledger_(std::move(ledger)), memory_(memory) {}
  template <typename U>
  SlabAllocator(const SlabAllocator<U, bytes>& other) : ledger_(other.ledger_), memory_(other.memory_) {}

  T* allocate(std::size_t /*one*/) {
    static_assert(sizeof(T) <= bytes && alignof(T) <= 16);
    return static_cast<T*>(memory_);
  }
  void deallocate(T* memory, std::size_t /*one*/) noexcept { ledger_->slabs().give_back(memory); }

  template <typename U>
  friend bool operator==(const SlabAllocator& a, const SlabAllocator<U, bytes>& b) {
    return a.memory_ == b.memory_;
  }

 private:
  template <typename U, std::size_t>
  friend class SlabAllocator;
  std::shared_ptr<Ledger> ledger_;
  void* memory_;
};

// What an object takes in front of the bytes behind it: with the counts and the allocator of its shared pointers.
template <typename T>
inline constexpr std::size_t bytes_in_slab = (sizeof(T) + 16 + sizeof(SlabAllocator<T, 0>) + 15) / 16 * 16;

// Makes a T(tail, arguments...) with `tail_bytes` bytes at `tail` that are its own. Null where there is no room.
template <typename T, typename... Arguments>
std::shared_ptr<T> make_in_slab(const std::shared_ptr<Ledger>& ledger, std::size_t tail_bytes, Slabs::Kind kind,
                                Slabs::Room room, Arguments&&... arguments) {
  constexpr std::size_t front_bytes = bytes_in_slab<T>;
  void* const memory = ledger->slabs().take(front_bytes + tail_bytes, kind, room);
  if (memory == nullptr) return nullptr;
  return std::allocate_shared<T>(SlabAllocator<T, front_bytes>(ledger, memory),
                                 static_cast<char*>(memory) + front_bytes, std::forward<Arguments>(arguments)...);
}

// The block of an object that was made with `tail`.
template <typename T>
char* block_of(const char* tail) {
  return const_cast<char*>(tail) - bytes_in_slab<T>;
}

}  // namespace gust::cache
