// Slabs: memory for what of stored responses is small: heads, small bodies, the index's slots.
//
// Source: Bonwick's slab allocator (USENIX 1994); moving what is left out of sparse slabs, as zsmalloc of Linux does.
// Shape:  a block has one of some 60 sizes, an eighth of an octave apart. Blocks of one size lie side by side in slabs
//         of 1 to 16 pages (base/page_region.h), about eight to a slab. A block is taken from the fullest slab with
//         room, and a slab goes back to the system with its last block.
// Memory: what is charged is slabs, not blocks: what is unused in them is on the books too, so that the bound is one on
//         what is resident.
// Moves:  when the sizes that are stored change, a few survivors would hold many slabs. So a block can be told its
//         owner, and who has no memory asks for a slab that is worth emptying (begin_drain), moves the owners' blocks
//         into the holes of other slabs, and gets its pages (end_drain). Blocks without an owner stay where they are;
//         what never has one is `pinned`, and lies in slabs of its own.
// Limits: under a sanitizer each block is an allocation of its own (Mode::separate), so that a use after the end is
//         seen; it is charged as its block. So are those that are larger than any slab's, as they are, and all where
//         the system gives no regions.
// Core:   any. A mutex for each size, held for a few instructions.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <span>

#include "base/bytes.h"
#include "base/page_region.h"

namespace gust::cache {

class Ledger;

class Slabs {
 public:
  enum class Mode : std::uint8_t { slabs, separate };
  enum class Kind : std::uint8_t { movable, pinned };
  enum class Room : std::uint8_t {
    holes,   // of slabs that there are
    bound,   // and new slabs within the ledger's bound
    beyond,  // and beyond it
  };
#if defined(__has_feature) && (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
  static constexpr Mode mode_of_build = Mode::separate;
#else
  static constexpr Mode mode_of_build = Mode::slabs;
#endif

  static constexpr std::size_t block_overhead_bytes = 16;
  static constexpr std::size_t bytes_max = 36 * 1024;  // in slabs

  Slabs(Ledger& ledger, Mode mode);
  ~Slabs();
  Slabs(const Slabs&) = delete;
  Slabs& operator=(const Slabs&) = delete;

  // Memory for `bytes` bytes, aligned to 16; of a slab up to bytes_max, else of the heap. Null where there is no room.
  void* take(std::size_t bytes, Kind kind, Room room = Room::bound);
  void give_back(void* memory) noexcept;

  // What a block for `bytes` bytes takes: its share of a slab.
  static constexpr std::size_t block_bytes(std::size_t bytes);
  // What take() charges at most.
  static constexpr std::size_t slab_bytes(std::size_t bytes);

  // What is charged for slabs and in no block.
  ByteCount unused_bytes();

  // --- Moves

  // Under which key the index has what a block belongs to.
  struct Owner {
    std::uint64_t hash = 0;
    std::uint32_t stripe = 0;
  };
  // `memory` is of take(), and Kind::movable; may be told again and again.
  static void set_owner(void* memory, Owner owner) noexcept;

  struct Found {
    const char* begin = nullptr;
    const char* end = nullptr;
    Owner owner;
    bool holds(const void* what) const { return begin <= what && what < end; }
  };
  static constexpr std::size_t blocks_a_slab_max = 32;

 private:
  struct Slab;
  struct Block;

 public:
  // A slab from which nothing is taken until end_drain().
  class Drain {
   public:
    // The blocks that have an owner. Owners may be gone by now; who looks for a block at its owner's has to see whether
    // it is there.
    std::span<const Found> blocks() const { return std::span(found_).first(count_); }

   private:
    friend class Slabs;
    Slab* slab_ = nullptr;
    std::size_t count_ = 0;
    std::array<Found, blocks_a_slab_max> found_;
  };
  bool is_any_sparse() const { return sparse_.load(std::memory_order_relaxed) != 0; }
  // Gives the sparsest slab of a size of which there are more holes than another slab has blocks; false: there is none.
  bool begin_drain(Drain& drain);
  // True: it is empty and given back. Otherwise that size is left alone until there are more holes.
  bool end_drain(Drain& drain);

 private:
  // Of a slab of `pages` pages with `blocks` blocks.
  struct Size {
    std::uint16_t block_bytes = 0;
    std::uint8_t pages = 0;
    std::uint8_t blocks = 0;
  };
  static constexpr std::size_t slab_head_bytes = 32;
  static constexpr std::size_t sizes_max = 64;
  struct Sizes {
    std::array<Size, sizes_max> sizes{};
    std::size_t count = 0;
    std::array<std::uint8_t, (bytes_max + block_overhead_bytes) / 16 + 1> of_sixteenths{};
  };
  static constexpr Size size_for(std::size_t block_bytes);
  static constexpr Sizes make_sizes();
  static const Sizes sizes;
  static constexpr std::size_t index_of(std::size_t bytes);

  static constexpr std::size_t fills = 4;  // quarters
  struct alignas(64) Class {
    std::mutex mutex;
    struct Ends {
      Slab* first = nullptr;
      Slab* last = nullptr;
    };
    std::array<Ends, fills> with_room;  // slabs with holes, by how full they are
    std::uint32_t slabs = 0;
    std::uint32_t holes = 0;     // of slabs in these lists
    std::uint32_t retry_at = 0;  // holes, before another drain is begun
    bool is_sparse = false;
  };

  Class& class_of(const Slab& slab);
  void* take_separate(std::size_t bytes, Room room);
  Slab* make_slab(std::size_t index, Kind kind, Room room, bool& is_refused);
  void* take_from(Class& of, Slab& slab, std::size_t bytes);
  void release(Slab& slab);
  static void link(Class& of, Slab& slab);
  static void unlink(Class& of, Slab& slab);
  void note_sparse(Class& of, const Slab& slab);

  Ledger& ledger_;
  const Mode mode_;
  const std::uint32_t spare_bytes_;
  std::atomic<std::uint64_t> sparse_ = 0;  // a bit for each size of which a slab is worth emptying
  std::atomic<std::uint32_t> next_drained_ = 0;
  std::array<std::array<Class, sizes_max>, 2> classes_;
};

// --- Sizes, at compile time

// The slab that wastes least, a little for each page, with eight blocks where so many fit.
constexpr Slabs::Size Slabs::size_for(std::size_t block_bytes) {
  Size best;
  std::size_t least = ~std::size_t{0};
  for (std::size_t pages = 1; pages <= PageRegion::run_bytes_max / PageRegion::page_bytes; ++pages) {
    const std::size_t room = pages * PageRegion::page_bytes - slab_head_bytes;
    const std::size_t blocks = room / block_bytes;
    if (blocks == 0 || blocks > blocks_a_slab_max) continue;
    // In thousandths of the slab.
    const std::size_t wasted = (room - blocks * block_bytes) * 1000 / room;
    const std::size_t few = blocks < 8 ? (8 - blocks) * 2 : 0;
    const std::size_t score = wasted + few + 6 * pages;
    if (score >= least) continue;
    least = score;
    best = {static_cast<std::uint16_t>(room / blocks / 16 * 16), static_cast<std::uint8_t>(pages),
            static_cast<std::uint8_t>(blocks)};
  }
  return best;
}

constexpr Slabs::Sizes Slabs::make_sizes() {
  Sizes result;
  std::size_t before = 0;
  for (std::size_t octave = 256; before < bytes_max + block_overhead_bytes; octave *= 2) {
    for (std::size_t eighth = 0; eighth < 8 && before < bytes_max + block_overhead_bytes; ++eighth) {
      const std::size_t wanted = octave + octave / 8 * eighth;
      if (wanted <= before) continue;
      const Size size = size_for(wanted);
      before = size.block_bytes;
      result.sizes[result.count++] = size;
    }
  }
  std::size_t index = 0;
  for (std::size_t i = 0; i < result.of_sixteenths.size(); ++i) {
    while (result.sizes[index].block_bytes < i * 16) ++index;
    result.of_sixteenths[i] = static_cast<std::uint8_t>(index);
  }
  return result;
}

inline constexpr Slabs::Sizes Slabs::sizes = make_sizes();

constexpr std::size_t Slabs::index_of(std::size_t bytes) {
  return sizes.of_sixteenths[(bytes + block_overhead_bytes + 15) / 16];
}
constexpr std::size_t Slabs::block_bytes(std::size_t bytes) {
  return bytes <= bytes_max ? sizes.sizes[index_of(bytes)].block_bytes : bytes + 2 * block_overhead_bytes;
}
constexpr std::size_t Slabs::slab_bytes(std::size_t bytes) {
  return bytes <= bytes_max ? sizes.sizes[index_of(bytes)].pages * PageRegion::page_bytes : block_bytes(bytes);
}

}  // namespace gust::cache
