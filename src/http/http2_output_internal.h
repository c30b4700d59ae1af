// Http2Output: the frames of one connection on their way to its Stream: small things copied, content by reference.
//
// Shape:  frames are added to the batch that is being filled; take_batch() gives it to whoever writes it, while the
// next
//         one is filled. Positions count the bytes of all frames since the beginning, so that whoever lent content
//         knows when it is free again: when written() has come to the position behind it.
// Memory: copies lie in blocks of the thread's pool, given back when their batch is out.
// Core:   one.
#pragma once

#include <span>
#include <vector>

#include "base/bytes.h"

namespace gust::http {

class Http2Output {
 public:
  Http2Output() = default;
  ~Http2Output();
  Http2Output(const Http2Output&) = delete;
  Http2Output& operator=(const Http2Output&) = delete;

  void copy(ByteView bytes);
  // `bytes` stay until written() has come to added().
  void refer(ByteView bytes);

  // True where no more content should be added before the batch is out.
  bool is_full() const { return filling_.bytes >= batch_bytes_max || filling_.pieces.size() >= pieces_max; }
  bool has_batch() const { return !filling_.pieces.empty(); }
  // True between take_batch() and the writing of its last byte.
  bool is_sending() const { return sending_.bytes > 0; }
  // What was filled becomes what is sent; one batch at a time.
  void take_batch();
  // What is left of the batch; writing uses its pieces up.
  std::span<ByteView> batch();
  ByteCount batch_bytes() const { return sending_.bytes; }
  // So many bytes of the batch are written.
  void wrote(ByteCount bytes);
  // Nothing more will be written: what was lent is free.
  void give_up();

  // What waits behind the batch.
  ByteCount waiting_bytes() const { return filling_.bytes; }
  // Gives the memory of empty lists back.
  void release();
  ByteCount added() const { return added_; }
  ByteCount written() const { return written_; }

 private:
  static constexpr std::size_t batch_bytes_max = 256 * 1024;
  static constexpr std::size_t pieces_max = 60;  // a write looks at 64, and a frame adds two or three
  static constexpr std::size_t block_bytes = 8 * 1024;

  struct Batch {
    std::vector<ByteView> pieces;
    std::vector<char*> blocks;
    std::size_t used = block_bytes;  // of the last block
    std::size_t bytes = 0;           // not yet written
    std::size_t done = 0;            // pieces that are used up
    void clear();
  };

  Batch filling_;
  Batch sending_;
  ByteCount added_ = 0;
  ByteCount written_ = 0;
};

}  // namespace gust::http
