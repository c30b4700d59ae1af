// The policies that ours is compared with, driven through the same interface by the same cache.
//
// Sources: LRU; GDSF (Cherkasova 1998), exact, its frequencies forgotten with the eviction; S3-FIFO (Yang et al., SOSP
//          2023), small queue of a tenth, to the main one after two hits; W-TinyLFU (Einziger, Friedman, Manes, TOS
//          2017) with a window of 1 %, as in Caffeine where the contest is with the main part's oldest alone, and with
//          aggregated victims (Einziger et al., TOS 2022).
#pragma once

#include <memory>

#include "cache/eviction.h"

namespace gust::bench {

std::unique_ptr<cache::EvictionPolicy> make_lru(const cache::EvictionPlace& place);
std::unique_ptr<cache::EvictionPolicy> make_gdsf(const cache::EvictionPlace& place);
std::unique_ptr<cache::EvictionPolicy> make_s3_fifo(const cache::EvictionPlace& place);
std::unique_ptr<cache::EvictionPolicy> make_w_tinylfu(const cache::EvictionPlace& place);
std::unique_ptr<cache::EvictionPolicy> make_w_tinylfu_av(const cache::EvictionPlace& place);

// Of a policy that may refuse a response before room is made for it.
class Admission {
 public:
  Admission() = default;
  Admission(const Admission&) = delete;
  Admission& operator=(const Admission&) = delete;
  virtual ~Admission() = default;
  // Whether a response that was missed may be stored. One that may not is counted as asked for; others are with add().
  virtual bool admits(std::uint64_t key_hash, ByteCount bytes) = 0;
};

}  // namespace gust::bench
