// SliceWalk: which slices of an object the parts of an answer lie in, one after the other.
//
// Shape:  pure. Slice n holds the bytes from n * slice_bytes on; the last one is shorter.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/bytes.h"
#include "http/range.h"

namespace gust::proxy {

// Bytes of one slice.
struct SlicePiece {
  std::uint64_t slice = 0;
  ByteCount offset = 0;  // in the slice
  ByteCount bytes = 0;
  std::size_t part = 0;  // which of the parts
  bool begins_part = false;
};

class SliceWalk {
 public:
  //   needs  the parts are not empty and outlive it; slice_bytes > 0
  SliceWalk(std::span<const http::ByteRange> parts, ByteCount slice_bytes) : parts_(parts), slice_bytes_(slice_bytes) {}

  std::optional<SlicePiece> next();

 private:
  std::span<const http::ByteRange> parts_;
  const ByteCount slice_bytes_;
  std::size_t part_ = 0;
  ByteCount done_ = 0;  // of that part
};

// The bytes that slice `number` of an object of `complete` bytes has; nothing behind its end.
std::optional<http::ByteRange> slice_range(std::uint64_t number, ByteCount slice_bytes, ByteCount complete);

}  // namespace gust::proxy
