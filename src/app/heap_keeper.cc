#include "app/heap_keeper.h"

#include <fcntl.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace gust::app {
namespace {

constexpr ByteCount step_share = 50;
constexpr ByteCount step_least = 1_MiB;

std::optional<ByteCount> resident_now() {
  const int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (file < 0) return std::nullopt;
  std::array<char, 256> text{};
  const auto got = read(file, text.data(), text.size());
  close(file);
  if (got <= 0) return std::nullopt;
  return resident_of_statm({text.data(), static_cast<std::size_t>(got)}, static_cast<ByteCount>(sysconf(_SC_PAGESIZE)));
}

void trim_now() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

}  // namespace

Heap Heap::of_process() { return {.resident = resident_now, .trim = trim_now}; }

HeapKeeper::HeapKeeper(Heap heap, ByteCount cache_bytes)
    : heap_(std::move(heap)),
      step_(std::max(cache_bytes / step_share, step_least)),
      settled_(heap_.resident().value_or(0)) {}

void HeapKeeper::look() {
  const auto before = heap_.resident();
  if (!before) return;
  if (*before < settled_ + step_ && !gave_much_) {
    settled_ = std::min(settled_, *before);
    return;
  }
  heap_.trim();
  settled_ = heap_.resident().value_or(*before);
  gave_much_ = *before >= settled_ + step_;
}

std::optional<ByteCount> resident_of_statm(ByteView statm, ByteCount page_bytes) {
  const auto pages = parse_decimal(cut(cut(statm, ' ').after, ' ').before);
  if (!pages) return std::nullopt;
  return *pages * page_bytes;
}

}  // namespace gust::app
