#include "rt/task.h"

#include <array>
#include <new>

namespace gust::rt {
namespace {

// Sixteen classes of 128 bytes each up to 2 KiB hold nearly every frame; larger ones go to the allocator.
constexpr std::size_t class_bytes = 128;
constexpr std::size_t class_count = 16;
#if defined(__has_feature) && (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
constexpr std::size_t frames_kept_max = 0;  // so that a frame used after its end is seen
#else
constexpr std::size_t frames_kept_max = 4096;  // per class and thread
#endif

struct FreeFrame {
  FreeFrame* next;
};

struct FramePool {
  std::array<FreeFrame*, class_count> free{};
  std::array<std::size_t, class_count> kept{};
  bool alive = true;

  ~FramePool() {
    alive = false;
    for (FreeFrame*& list : free) {
      while (list) ::operator delete(std::exchange(list, list->next));
    }
  }
};

FramePool& pool() {
  thread_local FramePool frames;
  return frames;
}

}  // namespace

void* take_frame(std::size_t bytes) {
  const std::size_t index = (bytes - 1) / class_bytes;
  if (index >= class_count) return ::operator new(bytes);
  FramePool& frames = pool();
  if (FreeFrame* frame = frames.free[index]) {
    frames.free[index] = frame->next;
    --frames.kept[index];
    return frame;
  }
  return ::operator new((index + 1) * class_bytes);
}

void give_frame(void* memory, std::size_t bytes) noexcept {
  const std::size_t index = (bytes - 1) / class_bytes;
  FramePool& frames = pool();
  if (index >= class_count || !frames.alive || frames.kept[index] >= frames_kept_max) {
    ::operator delete(memory);
    return;
  }
  frames.free[index] = new (memory) FreeFrame{frames.free[index]};
  ++frames.kept[index];
}

}  // namespace gust::rt
