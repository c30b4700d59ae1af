#include "cache/written_over.h"

namespace gust::cache {

WrittenOver::WrittenOver(std::size_t places, const HashSeed& seed)
    : mask_(places - 1), seed_(seed), counts_(std::make_unique<std::atomic<std::uint32_t>[]>(places)) {}

std::uint32_t WrittenOver::place_of(ByteView distribution, ByteView path_and_query) const {
  const std::uint64_t both = hash128(path_and_query, seed_).low ^ hash128(distribution, seed_).high;
  return static_cast<std::uint32_t>(both & mask_);
}

void WrittenOver::add(ByteView distribution, ByteView path_and_query) {
  counts_[place_of(distribution, path_and_query)].fetch_add(1, std::memory_order_acq_rel);
  any_.store(true, std::memory_order_release);
}

}  // namespace gust::cache
