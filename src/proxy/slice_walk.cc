#include "proxy/slice_walk.h"

#include <algorithm>

namespace gust::proxy {

std::optional<SlicePiece> SliceWalk::next() {
  if (part_ == parts_.size()) return std::nullopt;
  const http::ByteRange& part = parts_[part_];
  const ByteCount at = part.offset + done_;
  SlicePiece piece;
  piece.slice = at / slice_bytes_;
  piece.offset = at % slice_bytes_;
  piece.bytes = std::min(slice_bytes_ - piece.offset, part.bytes - done_);
  piece.part = part_;
  piece.begins_part = done_ == 0;
  done_ += piece.bytes;
  if (done_ == part.bytes) {
    ++part_;
    done_ = 0;
  }
  return piece;
}

std::optional<http::ByteRange> slice_range(std::uint64_t number, ByteCount slice_bytes, ByteCount complete) {
  if (complete == 0 || number > (complete - 1) / slice_bytes) return std::nullopt;
  const ByteCount offset = number * slice_bytes;
  return http::ByteRange{offset, std::min(slice_bytes, complete - offset)};
}

}  // namespace gust::proxy
