#include "cache/ledger.h"

namespace gust::cache {

bool Ledger::try_charge(ByteCount bytes) {
  ByteCount used = used_.load(std::memory_order_relaxed);
  do {
    if (used > bytes_max_ || bytes > bytes_max_ - used) return false;
  } while (!used_.compare_exchange_weak(used, used + bytes, std::memory_order_relaxed));
  return true;
}

}  // namespace gust::cache
