#include "base/page_region.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

#include "base/check.h"

namespace gust {

PageRegion::PageRegion(ByteCount bytes_max)
    : area_bytes_(rounded(static_cast<std::size_t>(std::max<ByteCount>(bytes_max, run_bytes_max)))),
      shared_max_(area_bytes_ / kept_part) {
  const std::size_t own_bytes = shared_max_ / 2 / lengths;
  for (std::size_t i = 0; i < lengths; ++i) {
    const std::size_t run_bytes = (i + 1) * page_bytes;
    areas_[i].own_max = own_bytes / run_bytes;
    shared_max_ -= areas_[i].own_max * run_bytes;
  }
}

PageRegion::~PageRegion() {
  for (const Area& area : areas_) {
    if (area.begin != nullptr) munmap(area.begin, area_bytes_);
  }
}

bool PageRegion::reserve(Area& area) {
  if (area.is_refused) return false;
  area.is_refused = true;
  // Where pages are larger than ours, letting a run go would let its neighbour go too.
  if (sysconf(_SC_PAGESIZE) != static_cast<long>(page_bytes)) return false;
  void* memory = mmap(nullptr, area_bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return false;
  // A kernel without huge pages refuses this, and has none.
  [[maybe_unused]] const int told = madvise(memory, area_bytes_, MADV_NOHUGEPAGE);
  area.begin = static_cast<char*>(memory);
  area.is_refused = false;
  return true;
}

char* PageRegion::take(std::size_t bytes, bool is_written) {
  CHECK(bytes > 0 && bytes <= run_bytes_max && bytes % page_bytes == 0);
  if (keeps_pages_.load(std::memory_order_relaxed)) return nullptr;
  Area& area = areas_[bytes / page_bytes - 1];
  char* run = nullptr;
  {
    const std::scoped_lock lock(area.mutex);
    if (area.begin == nullptr && !reserve(area)) return nullptr;
    if (!area.kept.empty()) {
      run = area.begin + area.kept.back() * bytes;
      area.kept.pop_back();
      if (area.kept.size() >= area.own_max) shared_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
      return run;
    }
    if (!area.free.empty()) {
      run = area.begin + area.free.back() * bytes;
      area.free.pop_back();
    } else {
      if ((std::size_t{area.used} + 1) * bytes > area_bytes_) return nullptr;
      run = area.begin + area.used++ * bytes;
    }
  }
  // Older kernels refuse; then pages come at their first writes.
  if (is_written) [[maybe_unused]]
    const int told = madvise(run, bytes, MADV_POPULATE_WRITE);
  return run;
}

bool PageRegion::keep(Area& area, std::uint32_t number, std::size_t bytes) {
  const std::scoped_lock lock(area.mutex);
  if (area.kept.size() >= area.own_max) {
    if (shared_bytes_.fetch_add(bytes, std::memory_order_relaxed) + bytes > shared_max_) {
      shared_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
      return false;
    }
  }
  area.kept.push_back(number);
  return true;
}

void PageRegion::give_back(char* run, std::size_t bytes, bool was_lent) {
  Area& area = areas_[bytes / page_bytes - 1];
  const auto number = static_cast<std::uint32_t>(static_cast<std::size_t>(run - area.begin) / bytes);
  if (!was_lent && keep(area, number, bytes)) return;
  // Before anyone can take it again. Should the system not let the pages go, the run is lost rather than used again,
  // and no more are made.
  if (madvise(run, bytes, MADV_DONTNEED) != 0) {
    keeps_pages_.store(true, std::memory_order_relaxed);
    return;
  }
  const std::scoped_lock lock(area.mutex);
  area.free.push_back(number);
}

}  // namespace gust
