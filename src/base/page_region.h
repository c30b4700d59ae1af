// PageRegion: memory in whole pages, for bytes that the kernel may send by reference instead of copying them.
//
// Source: vmsplice(2), madvise(2) under MADV_DONTNEED.
// Shape:  runs of 1 to 16 pages in address space that is reserved once. A run was *lent* if the kernel was ever given a
//         reference to it.
// Safety: packets on their way refer to the pages that were sent, also after the run was given back here. They stay as
//         they were sent because **pages that were lent are never written again**: when their run comes back they are
//         let go (MADV_DONTNEED), packets keep them, and the next run at that address gets new ones. Otherwise one
//         viewer could be sent what was stored for another. So that no page is shared by two runs, runs are whole
//         pages, and pages are small ones: a part of a huge page is let go only when all of it is.
// Memory: what comes back goes to the system at once, but for a few runs that were not lent, at most one part in
//         kept_part of the room: fresh pages are dear (64 KiB filled: 15 us, in a run that is used again 2.5). Half
//         of that is for the lengths in equal parts, so that none has to do without.
// Errors: where the system gives no such memory (a limit on address space), take() gives nothing; use other memory.
// Core:   any.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <vector>

#include "base/bytes.h"

namespace gust {

class PageRegion {
 public:
  static constexpr std::size_t page_bytes = 4096;
  static constexpr std::size_t run_bytes_max = 16 * page_bytes;
  static constexpr std::size_t kept_part = 128;

  // Room for `bytes_max` bytes of runs of each length.
  explicit PageRegion(ByteCount bytes_max);
  ~PageRegion();
  PageRegion(const PageRegion&) = delete;
  PageRegion& operator=(const PageRegion&) = delete;

  // What a run for `bytes` bytes takes: whole pages.
  static constexpr std::size_t rounded(std::size_t bytes) { return (bytes + page_bytes - 1) / page_bytes * page_bytes; }

  // Memory of `bytes` bytes, whatever stands in it; null when there is none.
  //   needs  `bytes` is whole pages, 1 to 16
  // `is_written`: all of it soon will be, so its pages are taken at once, not each at its first write.
  char* take(std::size_t bytes, bool is_written = true);
  // Gives a run back that take(bytes) gave. Nothing writes to it from here on.
  void give_back(char* run, std::size_t bytes, bool was_lent);

 private:
  static constexpr std::size_t lengths = run_bytes_max / page_bytes;
  // The runs of one length lie side by side in an area of their own.
  struct Area {
    std::mutex mutex;
    char* begin = nullptr;
    std::uint32_t used = 0;           // runs that were taken at least once
    std::vector<std::uint32_t> kept;  // of those, the ones given back with their pages
    std::vector<std::uint32_t> free;  // and without
    std::size_t own_max = 0;          // runs that are kept without a look at other lengths
    bool is_refused = false;
  };
  bool reserve(Area& area);
  bool keep(Area& area, std::uint32_t number, std::size_t bytes);

  const std::size_t area_bytes_;
  std::size_t shared_max_;                     // what is kept beyond own_max
  std::atomic<std::size_t> shared_bytes_ = 0;  // and how much that is
  std::atomic<bool> keeps_pages_ = false;      // the system does not let pages go: they may be locked
  std::array<Area, lengths> areas_;
};

}  // namespace gust
