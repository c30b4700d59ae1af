// The policies that ours is compared with, driven through the same interface by the same cache.
//
// Sources: LRU; GDSF (Cherkasova 1998), exact, its frequencies forgotten with the eviction; S3-FIFO (Yang et al., SOSP
//          2023), small queue of a tenth, to the main one after two hits; W-TinyLFU with a window of 1 % and aggregated
//          victims (Einziger et al., TOS 2022).
#pragma once

#include <memory>

#include "cache/eviction.h"

namespace gust::bench {

std::unique_ptr<cache::EvictionPolicy> make_lru(const cache::EvictionPlace& place);
std::unique_ptr<cache::EvictionPolicy> make_gdsf(const cache::EvictionPlace& place);
std::unique_ptr<cache::EvictionPolicy> make_s3_fifo(const cache::EvictionPlace& place);
std::unique_ptr<cache::EvictionPolicy> make_w_tinylfu(const cache::EvictionPlace& place);

}  // namespace gust::bench
