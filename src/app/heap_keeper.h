// HeapKeeper: gives memory back that the heap keeps but does not use, so that the bound on caches is one on the
// process.
//
// Why:    when large objects drive out small ones, the allocator has the small ones' memory in pieces that no large one
//         fits in, and gets more from the system; glibc gives back what lies at the heap's end alone.
// Shape:  look() is called now and then by a thread that nobody waits for. It asks the allocator to give back whole
//         pages once resident memory has grown by a fiftieth of what the caches may hold, and again for as long as that
//         much comes of it, so that a process at rest or in a steady state never pays for the walk over the heap's
//         free pieces.
// Keeps:  memory resident after the last time that something was given back.
#pragma once

#include <functional>
#include <optional>

#include "base/bytes.h"

namespace gust::app {

// How the process stands and what can be done about it; a test brings its own.
struct Heap {
  // Resident memory; nothing where the system does not tell.
  std::function<std::optional<ByteCount>()> resident;
  // Gives whole unused pages back to the system.
  std::function<void()> trim;

  // The process's own.
  static Heap of_process();
};

class HeapKeeper {
 public:
  // `cache_bytes`: the bounds of all caches of the process together.
  HeapKeeper(Heap heap, ByteCount cache_bytes);

  void look();

 private:
  Heap heap_;
  ByteCount step_;
  ByteCount settled_;
  bool gave_much_ = false;  // the last time
};

// The resident memory that a /proc/PID/statm tells, its second number, in pages of `page_bytes`.
std::optional<ByteCount> resident_of_statm(ByteView statm, ByteCount page_bytes);

}  // namespace gust::app
